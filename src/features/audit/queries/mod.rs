//! Reads and writes `audit_log`: here the writing, `list` the list, `day` the rows of a day for the daily log.

pub mod day;
pub mod list;

use super::{Actor, Change, Made};
use crate::db::Transaction;
use crate::db::schema::audit_log;
use crate::domain::local_time::Instant;
use chrono::{DateTime, Utc};
use diesel::expression::{AppearsOnTable, AsExpression, Expression};
use diesel::pg::Pg;
use diesel::query_builder::{NoFromClause, QueryFragment, QueryId};
use diesel::sql_types::Text;
use diesel::{ExpressionMethods, QueryResult, Queryable, Selectable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// A row as it is stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct AuditRow {
    pub id: Uuid,
    pub recorded_at: DateTime<Utc>,
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub request_id: String,
    pub details: serde_json::Value,
    pub reason: Option<String>,
    pub address: Option<String>,
}

/// The values of a row. A macro, because their type has no name to return.
macro_rules! values {
    ($actor:expr, $now:expr, $action:expr, $subject:expr, $details:expr) => {{
        let (actor, now): (&Actor, Instant) = ($actor, $now);
        (
            audit_log::id.eq(Uuid::now_v7()),
            audit_log::recorded_at.eq(now.utc()),
            audit_log::actor.eq(&actor.name),
            audit_log::action.eq($action),
            audit_log::subject.eq($subject),
            audit_log::request_id.eq(&actor.request_id),
            audit_log::details.eq($details),
            audit_log::reason.eq(&actor.reason),
            audit_log::address.eq(&actor.address),
        )
    }};
}

/// Inserts the row of a change.
pub fn inserting<Subject>(
    actor: &Actor,
    now: Instant,
    change: Change<'_, Subject>,
) -> impl QueryFragment<Pg> + QueryId + Send
where
    Subject: AsExpression<Text>,
    Subject::Expression:
        Expression<SqlType = Text> + AppearsOnTable<NoFromClause> + QueryFragment<Pg> + QueryId + Send,
{
    diesel::insert_into(audit_log::table).values(values!(
        actor,
        now,
        change.action,
        change.subject,
        change.details
    ))
}

pub(super) async fn insert_all(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    changes: Vec<Made>,
) -> QueryResult<usize> {
    let row = |(action, subject, details)| values!(actor, now, action, subject, details);
    let rows: Vec<_> = changes.into_iter().map(row).collect();
    diesel::insert_into(audit_log::table).values(rows).execute(tx).await
}

pub(super) async fn insert(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    change: Change<'_>,
) -> QueryResult<usize> {
    inserting(actor, now, change).execute(tx).await
}
