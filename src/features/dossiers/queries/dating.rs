//! The dossiers that a change of a calendar may move, and their new dates. A part of a chained limit may be counted on the
//! calendar of the agency that received the dossier.

use super::seal::bytes;
use super::{DossierRow, Seal};
use crate::db::Transaction;
use crate::db::schema::dossiers;
use crate::domain::agency_tree::AgencyId;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Bytea, Date, Int4, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use uuid::Uuid;

// The form of `dossiers_to_date_idx`, which the condition of no other list implies.
diesel::postfix_operator!(IsTrue, " IS TRUE", diesel::sql_types::Bool, backend: Pg);

/// Dossiers of these agencies that are open, or wait for a calendar, after an id in the order of ids.
macro_rules! to_date {
    ($agencies:expr, $after:expr, $most:expr) => {
        dossiers::table
            .filter(IsTrue::new(dossiers::ended_at.is_null().or(dossiers::calendar_missing.is_not_null())))
            .filter(
                dossiers::competent_agency_id
                    .eq_any($agencies)
                    .or(dossiers::receiving_agency_id.eq_any($agencies)),
            )
            .filter(dossiers::id.gt($after))
            .order(dossiers::id)
            .limit($most)
            .select(DossierRow::as_select())
    };
}

/// Reads the next of them.
pub async fn next<C>(
    conn: &mut C,
    agencies: &[AgencyId],
    after: Uuid,
    most: i64,
) -> QueryResult<Vec<DossierRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    to_date!(agencies, after, most).load(conn).await
}

/// Reads the next of them and locks them against other writers until the transaction ends, in the order of ids.
pub async fn lock_next(
    tx: &mut Transaction,
    agencies: &[AgencyId],
    after: Uuid,
    most: i64,
) -> QueryResult<Vec<DossierRow>> {
    to_date!(agencies, after, most).for_update().load(tx).await
}

/// Writes what moved of dossiers, in one statement.
pub async fn move_to(tx: &mut Transaction, rows: &[(DossierRow, Seal)]) -> QueryResult<usize> {
    Moved::of(rows).execute(tx).await
}

/// What moves, a column after the other.
struct Moved<'a> {
    ids: Vec<Uuid>,
    due_on: Vec<Option<NaiveDate>>,
    due_at: Vec<Option<DateTime<Utc>>>,
    overdue_from: Vec<Option<DateTime<Utc>>>,
    index_overdue_from: Vec<Option<DateTime<Utc>>>,
    restarted_on: Vec<Option<NaiveDate>>,
    calendar_missing: Vec<Option<i32>>,
    last_recorded_at: Vec<DateTime<Utc>>,
    version: Vec<i32>,
    head_hash: Vec<&'a [u8]>,
    holder_digest: Vec<Option<&'a [u8]>>,
}

impl<'a> Moved<'a> {
    fn of(rows: &'a [(DossierRow, Seal)]) -> Self {
        Self {
            ids: rows.iter().map(|(row, _)| row.id).collect(),
            due_on: rows.iter().map(|(row, _)| row.due_on).collect(),
            due_at: rows.iter().map(|(row, _)| row.due_at).collect(),
            overdue_from: rows.iter().map(|(row, _)| row.overdue_from).collect(),
            index_overdue_from: rows.iter().map(|(row, _)| row.index_overdue_from).collect(),
            restarted_on: rows.iter().map(|(row, _)| row.restarted_on).collect(),
            calendar_missing: rows.iter().map(|(row, _)| row.calendar_missing).collect(),
            last_recorded_at: rows.iter().map(|(row, _)| row.last_recorded_at).collect(),
            version: rows.iter().map(|(row, _)| row.version).collect(),
            head_hash: rows.iter().map(|(_, seal)| seal.hash.0.as_slice()).collect(),
            holder_digest: rows.iter().map(|(_, seal)| bytes(seal.holder.as_ref())).collect(),
        }
    }
}

impl QueryId for Moved<'_> {
    type QueryId = ();
    // Known by its text, which is always the same.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Moved<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "UPDATE dossiers SET due_on = moved.due_on, due_at = moved.due_at, overdue_from = moved.overdue_from, index_overdue_from = moved.index_overdue_from, \
             restarted_on = moved.restarted_on, calendar_missing = moved.calendar_missing, last_recorded_at = moved.last_recorded_at, \
             version = moved.version, head_hash = moved.head_hash, holder_digest = moved.holder_digest FROM unnest(",
        );
        out.push_bind_param::<Array<SqlUuid>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Date>>, _>(&self.due_on)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Timestamptz>>, _>(&self.due_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Timestamptz>>, _>(&self.overdue_from)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Timestamptz>>, _>(&self.index_overdue_from)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Date>>, _>(&self.restarted_on)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Int4>>, _>(&self.calendar_missing)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Timestamptz>, _>(&self.last_recorded_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Int4>, _>(&self.version)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Bytea>, _>(&self.head_hash)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Bytea>>, _>(&self.holder_digest)?;
        out.push_sql(
            ") AS moved (id, due_on, due_at, overdue_from, index_overdue_from, restarted_on, calendar_missing, last_recorded_at, version, head_hash, holder_digest) \
             WHERE dossiers.id = moved.id",
        );
        Ok(())
    }
}
