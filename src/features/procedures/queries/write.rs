//! Inserts and updates of the procedure tables, inside a transaction of an action.

use super::{Procedure, limits};
use crate::db::Transaction;
use crate::db::schema::{
    procedure_agencies, procedure_drafts, procedure_versions, procedures, reference_state,
};
use crate::domain::catalogue::content::Content;
use crate::domain::catalogue::decision::Decision;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{Ending, OnlineLevel};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// A procedure that is locked.
#[derive(Clone, Copy, Debug)]
pub struct Locked {
    /// How often it was changed; 0 when it was not there.
    pub revision: i32,
    /// Number of its newest version; 0 when there is none.
    pub version: i32,
}

/// Locks a procedure, made first if it is not there, against other changes.
pub async fn lock(tx: &mut Transaction, code: &str) -> QueryResult<Locked> {
    let new = (procedures::code.eq(code), procedures::version.eq(0), procedures::revision.eq(0));
    diesel::insert_into(procedures::table).values(new).on_conflict_do_nothing().execute(tx).await?;
    let found = procedures::table.find(code).select((procedures::version, procedures::revision));
    let (version, revision) = found.for_update().first(tx).await?;
    Ok(Locked { revision, version })
}

/// Counts a change of a locked procedure; says how many there were.
pub async fn changed(tx: &mut Transaction, code: &str) -> QueryResult<i32> {
    let counted = diesel::update(procedures::table.find(code));
    let counted = counted.set(procedures::revision.eq(procedures::revision + 1));
    counted.returning(procedures::revision).get_result(tx).await
}

/// Tells every instance that the catalogue has changed.
async fn raise(tx: &mut Transaction) -> QueryResult<usize> {
    let raised = reference_state::catalogue_version.eq(reference_state::catalogue_version + 1);
    diesel::update(reference_state::table).set(raised).execute(tx).await
}

/// Writes the draft of a locked procedure.
pub async fn draft(
    tx: &mut Transaction,
    code: &str,
    content: &serde_json::Value,
    now: Instant,
) -> QueryResult<usize> {
    use procedure_drafts as d;
    let written = (d::content.eq(content), d::recorded_at.eq(now.utc()));
    let new = (d::procedure_code.eq(code), d::content.eq(content), d::recorded_at.eq(now.utc()));
    let insert = diesel::insert_into(d::table).values(new);
    insert.on_conflict(d::procedure_code).do_update().set(written).execute(tx).await
}

/// Takes the draft of a locked procedure away.
pub async fn drop_draft(tx: &mut Transaction, code: &str) -> QueryResult<usize> {
    diesel::delete(procedure_drafts::table.find(code)).execute(tx).await
}

/// Ends a locked procedure with its newest version.
pub async fn end(
    tx: &mut Transaction,
    ended: &Procedure,
    decision: &Decision,
    now: Instant,
) -> QueryResult<usize> {
    raise(tx).await?;
    let row = &ended.row;
    diesel::update(procedure_versions::table.find(row.id))
        .set((
            procedure_versions::effective_to.eq(row.effective_to),
            procedure_versions::ended_by.eq(row.ended_by.map(Ending::as_str)),
            procedure_versions::replaced_by.eq(row.replaced_by.as_deref()),
            procedure_versions::end_decision.eq(json(decision)),
            procedure_versions::end_recorded_at.eq(now.utc()),
        ))
        .execute(tx)
        .await
}

/// Words, numbers and dates, which JSON has.
fn json(of: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(of).unwrap_or_default()
}

/// Writes a version of a locked procedure, what it says, its limits and agencies, and ends the version before it. Its row number and `effective_to`
/// are of no account: the database gives the one, and the newest version has no end.
pub async fn write(
    tx: &mut Transaction,
    new: &Procedure,
    content: &Content,
    name_folded: &str,
) -> QueryResult<()> {
    let row = &new.row;
    raise(tx).await?;
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
            procedure_versions::online_level.eq(row.online_level.map(OnlineLevel::as_str)),
            procedure_versions::content.eq(json(content)),
            procedure_versions::published_on.eq(row.published_on),
            procedure_versions::is_shortened.eq(row.decision.as_ref().is_some_and(|it| it.is_shortened)),
            procedure_versions::decision.eq(row.decision.as_ref().map(json)),
            procedure_versions::decision_signed_on.eq(row.decision.as_ref().map(|it| it.signed_on.date())),
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
