//! The filtered list of the audit trail, newest first.

use super::AuditRow;
use crate::db::fingerprint::{self, Fingerprint};
use crate::db::page::Page;
use crate::db::schema::audit_log;
use crate::db::{RowSender, WholeList};
use crate::domain::local_time::Instant;
use diesel::dsl::count_star;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

/// Position in the list: when a row was recorded, and its id.
pub type Key = (Instant, Uuid);

/// How the actions on dossiers begin, which nearly all rows are of. An index has the others.
const OF_DOSSIERS: &str = "dossier.";

/// Filters of the list; what is absent does not filter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// By one of these.
    pub actors: Option<Vec<String>>,
    /// One of these actions.
    pub actions: Option<Vec<String>>,
    /// On one of these.
    pub subjects: Option<Vec<String>>,
    /// By this request.
    pub request_id: Option<String>,
    /// Recorded then or later.
    pub from: Option<Instant>,
    /// Recorded before.
    pub to: Option<Instant>,
}

fn filtered<'a>(filter: &Filter) -> audit_log::BoxedQuery<'a, Pg> {
    use audit_log as a;
    let mut query = a::table.into_boxed();
    if let Some(actors) = &filter.actors {
        query = query.filter(a::actor.eq_any(actors.clone()));
    }
    if let Some(actions) = &filter.actions {
        query = query.filter(a::action.eq_any(actions.clone()));
        if !actions.iter().any(|action| action.starts_with(OF_DOSSIERS)) {
            // As the index says it.
            query = query.filter(a::action.not_like(format!("{OF_DOSSIERS}%")));
        }
    }
    if let Some(subjects) = &filter.subjects {
        query = query.filter(a::subject.eq_any(subjects.clone()));
    }
    if let Some(request_id) = &filter.request_id {
        query = query.filter(a::request_id.eq(request_id.clone()));
    }
    if let Some(from) = filter.from {
        query = query.filter(a::recorded_at.ge(from.utc()));
    }
    if let Some(to) = filter.to {
        query = query.filter(a::recorded_at.lt(to.utc()));
    }
    query
}

fn ordered<'a>(filter: &Filter) -> audit_log::BoxedQuery<'a, Pg> {
    filtered(filter).order((audit_log::recorded_at.desc(), audit_log::id.desc()))
}

/// A page of the list.
pub async fn page<C>(conn: &mut C, filter: &Filter, page: &Page<Key>) -> QueryResult<Vec<AuditRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    use audit_log as a;
    let mut query = ordered(filter).limit(page.fetch());
    // No row comparison in Diesel: this form keeps the bound of the index.
    if let Some((at, id)) = page.after.map(|(at, id)| (at.utc(), id)) {
        query = query.filter(a::recorded_at.le(at).and(a::recorded_at.lt(at).or(a::id.lt(id))));
    }
    query.select(AuditRow::as_select()).load(conn).await
}

/// How many rows fit.
pub async fn count<C>(conn: &mut C, filter: &Filter) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    filtered(filter).count().get_result(conn).await
}

/// The whole list.
pub struct Whole(pub Filter);

impl WholeList for Whole {
    type Row = AuditRow;

    /// A row never changes, so its id stands for it.
    async fn fingerprint(&self, conn: &mut AsyncPgConnection) -> QueryResult<Fingerprint> {
        let digest = fingerprint::all_of(fingerprint::hash_of(audit_log::id, 1));
        let found: (i64, Option<i64>) = filtered(&self.0).select((count_star(), digest)).first(conn).await?;
        Ok(found.into())
    }

    async fn send(&self, conn: &mut AsyncPgConnection, sender: &RowSender<AuditRow>) -> QueryResult<()> {
        let query = ordered(&self.0).select(AuditRow::as_select());
        sender.send_all(query.load_stream::<AuditRow>(conn).await?).await
    }
}
