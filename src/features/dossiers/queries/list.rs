//! The filtered list of dossiers, newest first.

use super::DossierRow;
use super::visible::{self, Condition, Dossiers, Narrow};
use crate::db::fingerprint::{self, Fingerprint};
use crate::db::page::Page;
use crate::db::schema::dossiers;
use crate::db::{RowSender, WholeList, like};
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{Channel, Status, TimingState};
use crate::features::auth::Visible;
use crate::features::overdue::queries::mirror::{self, Moment};
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

/// Position in the list: filing and id of a dossier.
pub type Key = (Instant, Uuid);

/// A span of instants: from the first, up to and without the second.
pub type Span = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Filters of the list; what is absent does not filter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// What any list can be narrowed to.
    pub narrow: Narrow,
    /// In one of these statuses.
    pub status: Option<Vec<Status>>,
    /// In one of these timing states.
    pub timing: Option<Vec<TimingState>>,
    /// Filed by one of these channels.
    pub channel: Option<Vec<Channel>>,
    /// Received in this span.
    pub received: Span,
    /// Ended in this span.
    pub ended: Span,
    /// Due on or between these days.
    pub due: (Option<chrono::NaiveDate>, Option<chrono::NaiveDate>),
    /// Code begins with this.
    pub code_prefix: Option<String>,
    /// Code is one of these.
    pub codes: Option<Vec<String>>,
    /// Oldest filing first.
    pub oldest_first: bool,
}

fn filtered<'a>(filter: &Filter, visible: &Visible, moment: &Moment) -> Dossiers<'a> {
    use dossiers as d;
    let mut query = visible::seen(visible, &filter.narrow);
    if let Some(statuses) = &filter.status {
        query = query.filter(d::status.eq_any(statuses.iter().map(|s| s.as_str()).collect::<Vec<_>>()));
    }
    if let Some(channels) = &filter.channel {
        query = query.filter(d::channel.eq_any(channels.iter().map(|c| c.as_str()).collect::<Vec<_>>()));
    }
    if let Some(any) = filter.timing.as_deref().and_then(|states| any_timing(states, moment)) {
        query = query.filter(any);
    }
    spans(query, filter)
}

fn spans<'a>(mut query: Dossiers<'a>, filter: &Filter) -> Dossiers<'a> {
    use dossiers as d;
    if let Some(from) = filter.received.0 {
        query = query.filter(d::filed_at.ge(from));
    }
    if let Some(to) = filter.received.1 {
        query = query.filter(d::filed_at.lt(to));
    }
    // The order of filing is indexed, and that of receipt for all that were received.
    if filter.received != (None, None) {
        query = query.filter(d::received_at.is_not_null());
    }
    if let Some(from) = filter.ended.0 {
        query = query.filter(d::ended_at.ge(from));
    }
    if let Some(to) = filter.ended.1 {
        query = query.filter(d::ended_at.lt(to));
    }
    if let Some(from) = filter.due.0 {
        query = query.filter(d::due_on.ge(from));
    }
    if let Some(to) = filter.due.1 {
        query = query.filter(d::due_on.le(to));
    }
    if let Some(prefix) = &filter.code_prefix {
        query = query.filter(d::code.like(format!("{}%", like::literal(prefix))));
    }
    if let Some(codes) = &filter.codes {
        query = query.filter(d::code.eq_any(codes.clone()));
    }
    query
}

fn any_timing(states: &[TimingState], moment: &Moment) -> Option<Condition> {
    let conditions = states.iter().map(|state| mirror::is(*state, moment));
    conditions.reduce(|a, b| Box::new(a.or(b)))
}

fn ordered<'a>(filter: &Filter, visible: &Visible, moment: &Moment) -> Dossiers<'a> {
    use dossiers as d;
    let query = filtered(filter, visible, moment);
    if filter.oldest_first {
        query.order((d::filed_at.asc(), d::id.asc()))
    } else {
        query.order((d::filed_at.desc(), d::id.desc()))
    }
}

/// A page of the list.
pub async fn page<C>(
    conn: &mut C,
    filter: &Filter,
    visible: &Visible,
    moment: &Moment,
    page: &Page<Key>,
) -> QueryResult<Vec<DossierRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    use dossiers as d;
    let mut query = ordered(filter, visible, moment).limit(page.fetch());
    // No row comparison in Diesel: this form keeps the bound of the index.
    if let Some((at, id)) = page.after.map(|(at, id)| (at.utc(), id)) {
        query = if filter.oldest_first {
            query.filter(d::filed_at.ge(at).and(d::filed_at.gt(at).or(d::id.gt(id))))
        } else {
            query.filter(d::filed_at.le(at).and(d::filed_at.lt(at).or(d::id.lt(id))))
        };
    }
    query.select(DossierRow::as_select()).load(conn).await
}

/// How many dossiers fit.
pub async fn count<C>(conn: &mut C, filter: &Filter, visible: &Visible, moment: &Moment) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    filtered(filter, visible, moment).count().get_result(conn).await
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
    type Row = DossierRow;

    /// At a moment: a dossier that becomes late during the day changes it too.
    async fn fingerprint(&self, conn: &mut AsyncPgConnection) -> QueryResult<Fingerprint> {
        let digest = fingerprint::all_of(fingerprint::hash_of(dossiers::id, dossiers::version));
        let has_begun = dossiers::overdue_from.le(self.moment.now).assume_not_null();
        let late = diesel::dsl::count(dossiers::id).aggregate_filter(has_begun);
        let query = filtered(&self.filter, &self.visible, &self.moment).select((count_star(), digest, late));
        let (rows, digest, late): (i64, Option<i64>, i64) = query.first(conn).await?;
        Ok(Fingerprint { rows, digest: digest.unwrap_or(0).wrapping_mul(31).wrapping_add(late) })
    }

    async fn send(&self, conn: &mut AsyncPgConnection, sender: &RowSender<DossierRow>) -> QueryResult<()> {
        let query = ordered(&self.filter, &self.visible, &self.moment).select(DossierRow::as_select());
        sender.send_all(query.load_stream::<DossierRow>(conn).await?).await
    }
}
