//! Reads what is overdue. Other features that speak of lateness read it here. `feeds` has the other lists, `summary` the counts.

pub mod feeds;
pub mod mirror;
pub mod summary;

use crate::db::fingerprint::{self, Fingerprint};
use crate::db::page::Page;
use crate::db::schema::dossiers;
use crate::db::{RowSender, WholeList};
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{Clock, Status, TimingState};
use crate::features::auth::Visible;
use crate::features::dossiers::queries::visible::{self, Dossiers, Narrow};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::count_star;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, RunQueryDsl};
use mirror::Moment;
use uuid::Uuid;

/// Position in the list: since when a dossier is late, and its id.
pub type Key = (Instant, Uuid);

/// Filters of the list; what is absent does not filter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// What any list can be narrowed to.
    pub narrow: Narrow,
    /// Whether somebody apologised.
    pub apologised: Option<bool>,
    /// At least so many working days late.
    pub min_days_late: Option<usize>,
    /// Fewest days late first.
    pub least_first: bool,
}

/// An overdue dossier.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = dossiers)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct LateRow {
    pub id: Uuid,
    pub code: String,
    pub procedure_version_id: i32,
    pub receiving_agency_id: i32,
    pub competent_agency_id: i32,
    pub holder_agency_id: i32,
    pub holder_unit: Option<String>,
    pub holder_officer: Option<String>,
    /// Its receipt: what can be late was received.
    pub filed_at: DateTime<Utc>,
    pub due_on: Option<NaiveDate>,
    pub overdue_from: Option<DateTime<Utc>>,
    pub status: Status,
    pub clock: Clock,
    pub apologies: i16,
    pub apology_late: bool,
    pub reappointed_on: Option<NaiveDate>,
    pub last_event_at: DateTime<Utc>,
}

impl LateRow {
    /// Its position in the list.
    pub fn key(&self) -> Key {
        // Only dossiers with `overdue_from` are in the list.
        (self.overdue_from.unwrap_or_default().into(), self.id)
    }
}

fn overdue<'a>(filter: &Filter, visible: &Visible, moment: &Moment) -> Dossiers<'a> {
    let mut query = visible::seen(visible, &filter.narrow).filter(mirror::is(TimingState::Overdue, moment));
    if let Some(days) = filter.min_days_late {
        query = query.filter(moment.is_late_by(days));
    }
    apologised(query, filter.apologised)
}

/// Those for which somebody apologised, or nobody did.
fn apologised(query: Dossiers<'_>, wanted: Option<bool>) -> Dossiers<'_> {
    match wanted {
        Some(true) => query.filter(dossiers::apologies.gt(0)),
        Some(false) => query.filter(dossiers::apologies.eq(0)),
        None => query,
    }
}

fn ordered<'a>(filter: &Filter, visible: &Visible, moment: &Moment) -> Dossiers<'a> {
    use dossiers as d;
    let query = overdue(filter, visible, moment);
    if filter.least_first {
        query.order((d::overdue_from.desc(), d::id.desc()))
    } else {
        query.order((d::overdue_from.asc(), d::id.asc()))
    }
}

/// A page of the list. By days late means by `overdue_from`, whatever the calendar.
pub async fn page<C>(
    conn: &mut C,
    filter: &Filter,
    visible: &Visible,
    moment: &Moment,
    page: &Page<Key>,
) -> QueryResult<Vec<LateRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    use dossiers as d;
    let mut query = ordered(filter, visible, moment).limit(page.fetch());
    // No row comparison in Diesel: this form keeps the bound of the index.
    if let Some((from, id)) = page.after.map(|(from, id)| (from.utc(), id)) {
        query = if filter.least_first {
            query.filter(d::overdue_from.le(from).and(d::overdue_from.lt(from).or(d::id.lt(id).nullable())))
        } else {
            query.filter(d::overdue_from.ge(from).and(d::overdue_from.gt(from).or(d::id.gt(id).nullable())))
        };
    }
    query.select(LateRow::as_select()).load(conn).await
}

/// How many dossiers are overdue.
pub async fn count<C>(conn: &mut C, filter: &Filter, visible: &Visible, moment: &Moment) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    overdue(filter, visible, moment).count().get_result(conn).await
}

/// The whole list, as of a moment.
pub struct Whole {
    /// What is wanted of it.
    pub filter: Filter,
    /// What the caller sees.
    pub visible: Visible,
    /// The moment.
    pub moment: Moment,
}

impl WholeList for Whole {
    type Row = LateRow;

    async fn fingerprint(&self, conn: &mut AsyncPgConnection) -> QueryResult<Fingerprint> {
        let digest = fingerprint::all_of(fingerprint::hash_of(dossiers::id, dossiers::version));
        let query = overdue(&self.filter, &self.visible, &self.moment).select((count_star(), digest));
        Ok(query.first::<(i64, Option<i64>)>(conn).await?.into())
    }

    async fn send(&self, conn: &mut AsyncPgConnection, sender: &RowSender<LateRow>) -> QueryResult<()> {
        let query = ordered(&self.filter, &self.visible, &self.moment).select(LateRow::as_select());
        sender.send_all(query.load_stream::<LateRow>(conn).await?).await
    }
}
