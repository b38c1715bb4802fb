//! Inserts and updates of the procedure tables, inside a transaction of an action.

use super::{Procedure, limits};
use crate::db::Transaction;
use crate::db::schema::{procedure_agencies, procedure_versions, procedures, reference_state};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// Locks a procedure, made first if it is not there, against other changes. Tells the number of its newest version;
/// `None` when there is none.
pub async fn lock(tx: &mut Transaction, code: &str) -> QueryResult<Option<i32>> {
    let new = (procedures::code.eq(code), procedures::version.eq(0));
    diesel::insert_into(procedures::table).values(new).on_conflict_do_nothing().execute(tx).await?;
    let version: i32 =
        procedures::table.find(code).select(procedures::version).for_update().first(tx).await?;
    Ok((version > 0).then_some(version))
}

/// Writes a version of a locked procedure, its limits and agencies, and ends the version before it. Its row number and `effective_to`
/// are of no account: the database gives the one, and the newest version has no end.
pub async fn write(tx: &mut Transaction, new: &Procedure, name_folded: &str) -> QueryResult<()> {
    let row = &new.row;
    let raised = reference_state::catalogue_version.eq(reference_state::catalogue_version + 1);
    diesel::update(reference_state::table).set(raised).execute(tx).await?;
    diesel::update(procedures::table.find(&row.procedure_code))
        .set(procedures::version.eq(row.version))
        .execute(tx)
        .await?;
    let before = procedure_versions::table
        .filter(procedure_versions::procedure_code.eq(&row.procedure_code))
        .filter(procedure_versions::version.eq(row.version - 1));
    diesel::update(before).set(procedure_versions::effective_to.eq(row.effective_from)).execute(tx).await?;
    let levels: Vec<&str> = row.levels.iter().map(|level| level.as_str()).collect();
    let id: i32 = diesel::insert_into(procedure_versions::table)
        .values((
            procedure_versions::procedure_code.eq(&row.procedure_code),
            procedure_versions::version.eq(row.version),
            procedure_versions::name.eq(&row.name),
            procedure_versions::name_folded.eq(name_folded),
            procedure_versions::field.eq(&row.field),
            procedure_versions::field_name.eq(&row.field_name),
            procedure_versions::levels.eq(levels),
            procedure_versions::sample.eq(row.sample),
            procedure_versions::effective_from.eq(row.effective_from),
            procedure_versions::effective_to.eq(row.effective_to),
            procedure_versions::recorded_at.eq(row.recorded_at),
        ))
        .returning(procedure_versions::id)
        .get_result(tx)
        .await?;
    limits::write(tx, id, &new.limits).await?;
    let agencies = new.agencies.iter().map(|agency| {
        (procedure_agencies::procedure_version_id.eq(id), procedure_agencies::agency_id.eq(agency))
    });
    diesel::insert_into(procedure_agencies::table).values(agencies.collect::<Vec<_>>()).execute(tx).await?;
    Ok(())
}
