//! Reads the lists beside the overdue one: what will be due soon, where nothing happens, what ended late, and which request
//! for supplements nobody answered.

use super::apologised;
use super::mirror::{self, Moment};
use crate::db::fingerprint::{self, Fingerprint};
use crate::db::page::Page;
use crate::db::schema::dossiers;
use crate::db::{RowSender, WholeList};
use crate::domain::local_time::Instant;
use crate::domain::timing::Facts;
use crate::domain::vocabulary::{Clock, Measure, Status, TimingState};
use crate::features::auth::Visible;
use crate::features::dossiers::queries::visible::{self, Condition, Dossiers, Narrow};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::count_star;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

/// Position in a list: the instant by which it is ordered, and the id of the dossier.
pub type Key = (Instant, Uuid);

/// A list, and what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Running, not overdue, with at most so many working days left. In the order in which they become late.
    DueSoon(usize),
    /// Handled or waiting to be received, without an event for more than so many working days. The longest silence first.
    Stale(usize),
    /// Ended late by a measure, in a span of instants without its end. The latest end first.
    Late(Measure, (Option<DateTime<Utc>>, Option<DateTime<Utc>>)),
    /// Supplements are asked for, and the day through which the applicant may answer is over. The earliest first.
    Unanswered,
}

/// Filters of a list; what is absent does not filter.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The list.
    pub feed: Feed,
    /// What any list can be narrowed to.
    pub narrow: Narrow,
    /// Whether somebody apologised.
    pub apologised: Option<bool>,
    /// At least so many working days late.
    pub min_days_late: Option<usize>,
    /// In the other order.
    pub reversed: bool,
}

/// A dossier in one of the lists.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = dossiers)]
#[allow(missing_docs)] // The columns are explained in the migrations.
pub struct FeedRow {
    pub id: Uuid,
    pub code: String,
    pub procedure_version_id: i32,
    pub receiving_agency_id: i32,
    pub competent_agency_id: i32,
    pub holder_agency_id: i32,
    pub holder_unit: Option<String>,
    pub holder_officer: Option<String>,
    pub received_at: Option<DateTime<Utc>>,
    pub due_on: Option<NaiveDate>,
    pub overdue_from: Option<DateTime<Utc>>,
    pub status: Status,
    pub clock: Clock,
    pub apologies: i16,
    pub apology_late: bool,
    pub reappointed_on: Option<NaiveDate>,
    pub last_event_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub judged_at: Option<DateTime<Utc>>,
    pub closed_recorded_at: Option<DateTime<Utc>>,
    pub unanswered_from: Option<DateTime<Utc>>,
}

impl FeedRow {
    /// What its timing depends on.
    pub fn facts(&self) -> Facts {
        Facts {
            due_on: self.due_on,
            overdue_from: self.overdue_from.map(Instant::from),
            judged_at: self.judged_at.map(Instant::from),
            clock: self.clock,
            closed_recorded_at: self.closed_recorded_at.map(Instant::from),
        }
    }

    /// Its position in a list.
    pub fn key(&self, feed: Feed) -> Key {
        let at = match feed {
            Feed::DueSoon(_) => self.overdue_from,
            Feed::Stale(_) => Some(self.last_event_at),
            Feed::Late(Measure::Processing, _) => self.ended_at,
            Feed::Late(Measure::Closing, _) => self.closed_recorded_at,
            Feed::Unanswered => self.unanswered_from,
        };
        // What is in the list has it.
        (at.unwrap_or_default().into(), self.id)
    }
}

/// Whether a dossier is in a list.
fn is_in(feed: Feed, moment: &Moment) -> Condition {
    use dossiers as d;
    let open = d::ended_at.is_null();
    match feed {
        Feed::DueSoon(days) => {
            let near = d::clock.ne(Clock::Stopped.as_str()).and(d::overdue_from.gt(moment.now));
            Box::new(open.and(near).and(moment.is_due_within(days)))
        }
        Feed::Stale(days) => mirror::is_stale(days, moment),
        Feed::Late(Measure::Processing, _) => mirror::is(TimingState::Late, moment),
        Feed::Late(Measure::Closing, _) => Box::new(d::closed_recorded_at.ge(d::overdue_from).nullable()),
        Feed::Unanswered => Box::new(d::unanswered_from.le(moment.now).nullable()),
    }
}

macro_rules! spanned {
    ($query:expr, $column:expr, $from:expr, $to:expr) => {{
        let mut query: Dossiers<'_> = $query;
        if let Some(from) = $from {
            query = query.filter($column.ge(from));
        }
        if let Some(to) = $to {
            query = query.filter($column.lt(to));
        }
        query
    }};
}

macro_rules! in_order {
    ($query:expr, $column:expr, $ascending:expr, $after:expr) => {{
        let (query, column, after): (Dossiers<'_>, _, Option<Key>) = ($query, $column, $after);
        let after = after.map(|(at, id)| (at.utc(), id));
        // No row comparison in Diesel: this form keeps the bound of the index.
        match (after, $ascending) {
            (None, true) => query.order((column.asc(), dossiers::id.asc())),
            (None, false) => query.order((column.desc(), dossiers::id.desc())),
            (Some((at, id)), true) => query
                .filter(
                    column.ge(at).nullable().and(column.gt(at).nullable().or(dossiers::id.gt(id).nullable())),
                )
                .order((column.asc(), dossiers::id.asc())),
            (Some((at, id)), false) => query
                .filter(
                    column.le(at).nullable().and(column.lt(at).nullable().or(dossiers::id.lt(id).nullable())),
                )
                .order((column.desc(), dossiers::id.desc())),
        }
    }};
}

fn filtered<'a>(filter: &Filter, visible: &Visible, moment: &Moment) -> Dossiers<'a> {
    use dossiers as d;
    let mut query = visible::seen(visible, &filter.narrow).filter(is_in(filter.feed, moment));
    if let Feed::Late(measure, (from, to)) = filter.feed {
        query = match measure {
            Measure::Processing => spanned!(query, d::ended_at, from, to),
            Measure::Closing => spanned!(query, d::closed_recorded_at, from, to),
        };
    }
    // What is late at all is late by no day or more.
    if let Some(days) = filter.min_days_late.filter(|days| *days > 0) {
        query = match filter.feed {
            Feed::Late(measure, _) => query.filter(moment.was_late_by(days, measure)),
            _ => query.filter(d::overdue_from.is_not_null().and(moment.is_late_by(days))),
        };
    }
    apologised(query, filter.apologised)
}

fn ordered<'a>(filter: &Filter, visible: &Visible, moment: &Moment, after: Option<Key>) -> Dossiers<'a> {
    use dossiers as d;
    let (query, up) = (filtered(filter, visible, moment), !filter.reversed);
    match filter.feed {
        Feed::DueSoon(_) => in_order!(query, d::overdue_from, up, after),
        Feed::Stale(_) => in_order!(query, d::last_event_at, up, after),
        Feed::Late(Measure::Processing, _) => in_order!(query, d::ended_at, !up, after),
        Feed::Late(Measure::Closing, _) => in_order!(query, d::closed_recorded_at, !up, after),
        Feed::Unanswered => in_order!(query, d::unanswered_from, up, after),
    }
}

/// A page of a list.
pub async fn page<C>(
    conn: &mut C,
    filter: &Filter,
    visible: &Visible,
    moment: &Moment,
    page: &Page<Key>,
) -> QueryResult<Vec<FeedRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let query = ordered(filter, visible, moment, page.after).limit(page.fetch());
    query.select(FeedRow::as_select()).load(conn).await
}

/// How many dossiers are in a list.
pub async fn count<C>(conn: &mut C, filter: &Filter, visible: &Visible, moment: &Moment) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    filtered(filter, visible, moment).count().get_result(conn).await
}

/// A whole list, as of a moment.
pub struct Whole {
    /// What is wanted of it.
    pub filter: Filter,
    /// What the caller sees.
    pub visible: Visible,
    /// The moment.
    pub moment: Moment,
}

impl WholeList for Whole {
    type Row = FeedRow;

    async fn fingerprint(&self, conn: &mut AsyncPgConnection) -> QueryResult<Fingerprint> {
        let digest = fingerprint::all_of(fingerprint::hash_of(dossiers::id, dossiers::version));
        let query = filtered(&self.filter, &self.visible, &self.moment).select((count_star(), digest));
        Ok(query.first::<(i64, Option<i64>)>(conn).await?.into())
    }

    async fn send(&self, conn: &mut AsyncPgConnection, sender: &RowSender<FeedRow>) -> QueryResult<()> {
        let query = ordered(&self.filter, &self.visible, &self.moment, None).select(FeedRow::as_select());
        sender.send_all(query.load_stream::<FeedRow>(conn).await?).await
    }
}
