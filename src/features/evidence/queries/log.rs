//! The days of the log: boundaries, leaves, roots.

use super::SignedDay;
use crate::db::Transaction;
use crate::db::page::Page;
use crate::db::schema::{log_days, log_leaves};
use crate::domain::local_time::Instant;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Date, Nullable, Timestamptz};
use diesel_async::{AsyncConnectionCore, RunQueryDsl, SimpleAsyncConnection};

/// The latest day of the log; `None` before its first.
pub async fn latest_day(tx: &mut Transaction) -> QueryResult<Option<NaiveDate>> {
    log_days::table.select(diesel::dsl::max(log_days::day)).first(tx).await
}

/// The latest boundary; `None` before the first. For the clock of the demonstration, which must not be before it.
pub async fn latest_boundary<C>(conn: &mut C) -> QueryResult<Option<DateTime<Utc>>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    log_days::table.select(diesel::dsl::max(log_days::until)).first(conn).await
}

/// Draws the boundary after a day, unless it is there, or the clock of the database has not come to it: a clock that runs ahead must not
/// close days that are still to come. Whether it was drawn.
pub async fn close(tx: &mut Transaction, day: NaiveDate) -> QueryResult<bool> {
    let drawn = diesel::sql_query(
        "INSERT INTO log_days (day, until) SELECT $1, $2 WHERE $2 <= clock_timestamp() ON CONFLICT DO NOTHING",
    );
    let until = Instant::end_of(day).utc();
    Ok(drawn.bind::<Date, _>(day).bind::<Timestamptz, _>(until).execute(tx).await? > 0)
}

/// Notes, for each boundary that is committed and was not looked at, which transactions are writing events or the audit trail now: one of them may have
/// missed the boundary.
pub async fn note_writers(tx: &mut Transaction) -> QueryResult<usize> {
    let note = "UPDATE log_days SET waits_for = coalesce((
            SELECT string_agg(DISTINCT virtualtransaction, ' ') FROM pg_locks WHERE locktype = 'relation'
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND relation IN ('dossier_events'::regclass, 'audit_log'::regclass) AND mode = 'RowExclusiveLock'), '')
        WHERE waits_for IS NULL";
    diesel::sql_query(note).execute(tx).await
}

/// A day to be signed.
#[derive(Clone, Debug, QueryableByName)]
pub struct OpenDay {
    /// The day.
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    /// Its end.
    #[diesel(sql_type = Timestamptz)]
    pub until: DateTime<Utc>,
}

/// The oldest day without a root, locked, if nobody is left who may still add an event to it.
pub async fn lock_settled(tx: &mut Transaction) -> QueryResult<Option<OpenDay>> {
    let settled = "SELECT day, until FROM log_days
        WHERE day = (SELECT min(day) FROM log_days WHERE root IS NULL) AND root IS NULL AND waits_for IS NOT NULL
            AND NOT EXISTS (SELECT FROM pg_locks WHERE virtualtransaction = ANY (string_to_array(waits_for, ' ')))
        FOR UPDATE";
    let found: Vec<OpenDay> = diesel::sql_query(settled).load(tx).await?;
    Ok(found.into_iter().next())
}

#[derive(QueryableByName)]
struct Settled {
    #[diesel(sql_type = Nullable<Date>)]
    day: Option<NaiveDate>,
}

/// The last day to which, as to all before it, nobody is left who may still add an event; `None`: there is none.
pub async fn settled_through(tx: &mut Transaction) -> QueryResult<Option<NaiveDate>> {
    let settled = "SELECT max(day) AS day FROM log_days WHERE day < coalesce((
            SELECT min(day) FROM log_days WHERE root IS NULL AND (waits_for IS NULL
                OR EXISTS (SELECT FROM pg_locks WHERE virtualtransaction = ANY (string_to_array(waits_for, ' '))))
        ), 'infinity')";
    Ok(diesel::sql_query(settled).get_result::<Settled>(tx).await?.day)
}

/// Stores the leaves of a day: the events with a hash that were recorded before its end and not before the end of the day before.
pub async fn gather(tx: &mut Transaction, open: &OpenDay, from: Option<DateTime<Utc>>) -> QueryResult<usize> {
    // A day of a large service is more than an ordinary write.
    tx.batch_execute("SET LOCAL statement_timeout = '10min'").await?;
    let gather = diesel::sql_query(
        "INSERT INTO log_leaves (day, position, code, seq, hash)
        SELECT $1, row_number() OVER (ORDER BY e.recorded_at, d.code, e.seq) - 1, d.code, e.seq, e.hash
        FROM dossier_events e JOIN dossiers d ON d.id = e.dossier_id
        WHERE e.hash IS NOT NULL AND e.recorded_at >= $2 AND e.recorded_at < $3",
    );
    let from = from.unwrap_or(DateTime::UNIX_EPOCH);
    let gather = gather.bind::<Date, _>(open.day).bind::<Timestamptz, _>(from);
    gather.bind::<Timestamptz, _>(open.until).execute(tx).await
}

/// A leaf: code, number, hash.
pub type Leaf = (String, i32, Vec<u8>);

/// The leaves of a day from a place on, in order.
pub async fn leaves<C>(conn: &mut C, day: NaiveDate, from: i32, most: i64) -> QueryResult<Vec<Leaf>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    log_leaves::table
        .filter(log_leaves::day.eq(day))
        .filter(log_leaves::position.ge(from))
        .order(log_leaves::position)
        .limit(most)
        .select((log_leaves::code, log_leaves::seq, log_leaves::hash))
        .load(conn)
        .await
}

/// The latest signed day before a day.
pub async fn signed_before(tx: &mut Transaction, day: NaiveDate) -> QueryResult<Option<SignedDay>> {
    log_days::table
        .filter(log_days::root.is_not_null())
        .filter(log_days::day.lt(day))
        .order(log_days::day.desc())
        .select(SignedDay::as_select())
        .first(tx)
        .await
        .optional()
}

/// Stores the root of a day and its signature.
pub async fn sign(tx: &mut Transaction, signed: &SignedDay) -> QueryResult<usize> {
    let values = (
        log_days::events.eq(signed.events),
        log_days::blocks.eq(&signed.blocks),
        log_days::root.eq(&signed.root),
        log_days::statement.eq(&signed.statement),
        log_days::signature.eq(&signed.signature),
        log_days::public_key.eq(&signed.public_key),
        log_days::signed_at.eq(signed.signed_at),
        log_days::audit_rows.eq(signed.audit_rows),
        log_days::audit_blocks.eq(&signed.audit_blocks),
        log_days::audit_root.eq(&signed.audit_root),
    );
    diesel::update(log_days::table.find(signed.day)).set(values).execute(tx).await
}

/// The signed days within bounds, both included.
macro_rules! signed_within {
    ($from:expr, $to:expr) => {{
        let mut query = log_days::table.filter(log_days::root.is_not_null()).into_boxed();
        if let Some(from) = $from {
            query = query.filter(log_days::day.ge(from));
        }
        if let Some(to) = $to {
            query = query.filter(log_days::day.le(to));
        }
        query
    }};
}

/// Local days, both included; `None`: no bound.
pub type Bounds = (Option<NaiveDate>, Option<NaiveDate>);

/// A page of the signed days, newest first.
pub async fn page<C>(conn: &mut C, (from, to): Bounds, page: &Page<NaiveDate>) -> QueryResult<Vec<SignedDay>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let mut query = signed_within!(from, to).order(log_days::day.desc()).limit(page.fetch());
    if let Some(after) = page.after {
        query = query.filter(log_days::day.lt(after));
    }
    query.select(SignedDay::as_select()).load(conn).await
}

/// How many signed days there are.
pub async fn count<C>(conn: &mut C, (from, to): Bounds) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    signed_within!(from, to).count().get_result(conn).await
}

/// All of them, newest first. A year has no more than 366.
pub async fn all<C>(conn: &mut C, (from, to): Bounds) -> QueryResult<Vec<SignedDay>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    signed_within!(from, to).order(log_days::day.desc()).select(SignedDay::as_select()).load(conn).await
}
