//! The rows of a span in the order of their record, for the daily log.

use super::AuditRow;
use crate::db::schema::audit_log;
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use uuid::Uuid;

/// A place in that order.
pub type After = (DateTime<Utc>, Uuid);

/// At most so many rows from the first instant on and before the second, after a place.
pub async fn rows<C>(
    conn: &mut C,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    after: Option<After>,
    most: i64,
) -> QueryResult<Vec<AuditRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    use audit_log as a;
    let mut query = a::table.filter(a::recorded_at.lt(until)).into_boxed();
    query = match after {
        Some((at, id)) => query.filter(a::recorded_at.ge(at).and(a::recorded_at.gt(at).or(a::id.gt(id)))),
        None => query.filter(a::recorded_at.ge(from)),
    };
    query.order((a::recorded_at, a::id)).limit(most).select(AuditRow::as_select()).load(conn).await
}
