//! What a purge marks and erases. Needs the owner of the tables: the service may not rewrite history.

use crate::db::Transaction;
use crate::db::schema::{
    dossier_event_notes, dossier_events, dossier_persons, dossiers, national_payloads, purged_dossiers,
    purges,
};
use crate::domain::local_time::Instant;
use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not, select};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

/// Lets the statements of this transaction take the time they need.
const TAKE_TIME: &str = "SET LOCAL statement_timeout = 0";

/// A purge.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = purges)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct PurgeRow {
    pub id: i32,
    pub marked_at: DateTime<Utc>,
    pub marked_by: String,
    pub years: i32,
    pub ended_before: DateTime<Utc>,
    pub erase_from: DateTime<Utc>,
    pub dossiers: i32,
    pub undone_at: Option<DateTime<Utc>>,
}

/// A purge that begins.
#[derive(Clone, Copy, Debug, Insertable)]
#[diesel(table_name = purges)]
#[allow(missing_docs)]
pub struct NewPurge<'a> {
    pub marked_at: DateTime<Utc>,
    pub marked_by: &'a str,
    pub years: i32,
    pub ended_before: DateTime<Utc>,
    pub erase_from: DateTime<Utc>,
    pub dossiers: i32,
}

/// Dossiers of an agency that ended in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Counted {
    /// Row number of the agency that decides them.
    #[diesel(sql_type = Integer)]
    pub agency: i32,
    /// The local year of their end.
    #[diesel(sql_type = Integer)]
    pub year: i32,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub dossiers: i64,
}

/// Counts the dossiers that ended before an instant and are not marked, by agency and year.
pub async fn counted(conn: &mut AsyncPgConnection, ended_before: Instant) -> QueryResult<Vec<Counted>> {
    conn.batch_execute(TAKE_TIME).await?;
    diesel::sql_query(
        "SELECT competent_agency_id AS agency, extract(year FROM ended_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::int AS year, count(*) AS dossiers
         FROM dossiers WHERE ended_at < $1 AND NOT EXISTS (SELECT FROM purged_dossiers WHERE dossier_id = id)
         GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .bind::<Timestamptz, _>(ended_before.utc())
    .load(conn)
    .await
}

/// Dossiers that ended before an instant and are not marked, those that ended first before others.
pub async fn to_mark(tx: &mut Transaction, ended_before: Instant, most: i64) -> QueryResult<Vec<Uuid>> {
    tx.batch_execute(TAKE_TIME).await?;
    let marked = purged_dossiers::table.filter(purged_dossiers::dossier_id.eq(dossiers::id));
    let found = dossiers::table.filter(dossiers::ended_at.lt(ended_before.utc())).filter(not(exists(marked)));
    found.order((dossiers::ended_at, dossiers::id)).limit(most).select(dossiers::id).load(tx).await
}

/// Stores a purge with its dossiers.
pub async fn mark(tx: &mut Transaction, purge: &NewPurge<'_>, ids: &[Uuid]) -> QueryResult<PurgeRow> {
    let insert = diesel::insert_into(purges::table).values(purge).returning(PurgeRow::as_returning());
    let row: PurgeRow = insert.get_result(tx).await?;
    diesel::sql_query("INSERT INTO purged_dossiers (dossier_id, purge_id) SELECT unnest($1), $2")
        .bind::<Array<diesel::sql_types::Uuid>, _>(ids)
        .bind::<Integer, _>(row.id)
        .execute(tx)
        .await?;
    Ok(row)
}

/// The first purge whose window is over and that has something left to erase. Held, so that it is not undone meanwhile.
pub async fn due(tx: &mut Transaction, now: Instant) -> QueryResult<Option<i32>> {
    tx.batch_execute(TAKE_TIME).await?;
    let left = purged_dossiers::table
        .filter(purged_dossiers::purge_id.eq(purges::id))
        .filter(purged_dossiers::erased_at.is_null());
    let due = purges::table.filter(purges::erase_from.le(now.utc())).filter(purges::undone_at.is_null());
    let due = due.filter(exists(left)).order(purges::id).select(purges::id);
    due.for_update().first(tx).await.optional()
}

/// The next dossiers of a purge that are not erased, held, each with whether it still has ended.
pub async fn held(tx: &mut Transaction, purge: i32, most: i64) -> QueryResult<Vec<(Uuid, bool)>> {
    let next = purged_dossiers::table
        .filter(purged_dossiers::purge_id.eq(purge))
        .filter(purged_dossiers::erased_at.is_null());
    let next: Vec<Uuid> = next
        .order(purged_dossiers::dossier_id)
        .limit(most)
        .select(purged_dossiers::dossier_id)
        .load(tx)
        .await?;
    let rows = dossiers::table.filter(dossiers::id.eq_any(next)).order(dossiers::id);
    rows.select((dossiers::id, dossiers::ended_at.is_not_null())).for_update().load(tx).await
}

/// Deletes the personal data of dossiers, with the salts of its digests and the names of officers that these cover.
pub async fn erase(tx: &mut Transaction, ids: &[Uuid], now: Instant) -> QueryResult<()> {
    use dossier_events as e;
    let events = e::table.filter(e::dossier_id.eq_any(ids)).select(e::id);
    diesel::delete(dossier_event_notes::table.filter(dossier_event_notes::event_id.eq_any(events)))
        .execute(tx)
        .await?;
    let none = None::<String>;
    diesel::update(e::table.filter(e::dossier_id.eq_any(ids)))
        .set((
            e::salt.eq(None::<Vec<u8>>),
            (e::officer.eq(&none), e::officer_title.eq(&none), e::officer_unit.eq(&none)),
            e::to_officer.eq(&none),
        ))
        .execute(tx)
        .await?;
    diesel::delete(dossier_persons::table.filter(dossier_persons::dossier_id.eq_any(ids)))
        .execute(tx)
        .await?;
    diesel::delete(national_payloads::table.filter(national_payloads::dossier_id.eq_any(ids)))
        .execute(tx)
        .await?;
    diesel::update(dossiers::table.filter(dossiers::id.eq_any(ids)))
        .set((dossiers::applicant_name_masked.eq(""), dossiers::holder_officer.eq(&none)))
        .execute(tx)
        .await?;
    // What was known before, for answers as of an earlier instant.
    let states =
        "UPDATE dossier_states SET applicant_name_masked = '', holder_officer = NULL WHERE id = ANY ($1)";
    diesel::sql_query(states).bind::<Array<diesel::sql_types::Uuid>, _>(ids).execute(tx).await?;
    let marked = purged_dossiers::table.filter(purged_dossiers::dossier_id.eq_any(ids));
    diesel::update(marked).set(purged_dossiers::erased_at.eq(now.utc())).execute(tx).await?;
    Ok(())
}

/// Takes the marks of dossiers away.
pub async fn unmark(tx: &mut Transaction, ids: &[Uuid]) -> QueryResult<usize> {
    diesel::delete(purged_dossiers::table.filter(purged_dossiers::dossier_id.eq_any(ids))).execute(tx).await
}

/// A purge, held.
pub async fn hold(tx: &mut Transaction, purge: i32) -> QueryResult<Option<PurgeRow>> {
    purges::table.find(purge).select(PurgeRow::as_select()).for_update().first(tx).await.optional()
}

/// Whether personal data of a purge was erased.
pub async fn has_erased(tx: &mut Transaction, purge: i32) -> QueryResult<bool> {
    let erased = purged_dossiers::table
        .filter(purged_dossiers::purge_id.eq(purge))
        .filter(purged_dossiers::erased_at.is_not_null());
    select(exists(erased)).get_result(tx).await
}

/// Takes the marks of a purge away.
pub async fn undo(tx: &mut Transaction, purge: i32, now: Instant) -> QueryResult<usize> {
    let undone = purges::undone_at.eq(now.utc());
    diesel::update(purges::table.find(purge)).set(undone).execute(tx).await?;
    diesel::delete(purged_dossiers::table.filter(purged_dossiers::purge_id.eq(purge))).execute(tx).await
}

/// Every purge with how many of its dossiers are erased, newest first.
pub async fn all(conn: &mut AsyncPgConnection) -> QueryResult<Vec<(PurgeRow, i64)>> {
    let erased = purged_dossiers::table
        .filter(purged_dossiers::purge_id.eq(purges::id))
        .filter(purged_dossiers::erased_at.is_not_null())
        .count()
        .single_value()
        .assume_not_null();
    purges::table.order(purges::id.desc()).select((PurgeRow::as_select(), erased)).load(conn).await
}
