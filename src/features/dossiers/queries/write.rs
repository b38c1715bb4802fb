//! Inserts and updates of the dossier tables, inside a transaction of an action.

use super::personal;
use super::receipt::TheCode;
use super::seal::bytes;
use super::{DossierRow, EventRow, Head, Seal, many};
use crate::db::schema::{dossier_counters, dossier_events, dossiers};
use crate::db::{Prepared, Transaction};
use crate::domain::sealing::Sealed;
use crate::domain::vocabulary::{Outcome, Status, Unit};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel_async::{AsyncConnectionCore, RunQueryDsl};

/// The version of the calendars and the dossier with a code, with what its next event follows, both held until the transaction ends.
pub async fn lock(tx: &mut Transaction, code: &str) -> QueryResult<(i64, Option<(DossierRow, Head)>)> {
    let (version, mut found) = many::lock(tx, &[code]).await?;
    Ok((version, found.remove(code)))
}

/// The next number of an agency on a day. Locks the counter until the transaction ends, so it comes last before the
/// inserts; a transaction that rolls back leaves no number behind.
pub async fn next_number(tx: &mut Transaction, agency: i32, day: NaiveDate) -> QueryResult<i32> {
    use dossier_counters as c;
    diesel::insert_into(c::table)
        .values((c::agency_id.eq(agency), c::day.eq(day), c::last_number.eq(1)))
        .on_conflict((c::agency_id, c::day))
        .do_update()
        .set(c::last_number.eq(c::last_number + 1))
        .returning(c::last_number)
        .get_result(tx)
        .await
}

/// Whether a code is taken.
pub async fn is_taken(tx: &mut Transaction, code: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(dossiers::table.filter(dossiers::code.eq(code)))).get_result(tx).await
}

/// The values of a new dossier under a code. A macro, because their type has no name to return.
macro_rules! dossier_values {
    ($row:expr, $seal:expr, $code:expr) => {{
        use dossiers as d;
        let (row, seal): (&DossierRow, &Seal) = ($row, $seal);
        (
            (
                d::id.eq(row.id),
                d::code.eq($code),
                d::case_code.eq(&row.case_code),
                d::channel.eq(row.channel.as_str()),
                d::receiving_agency_id.eq(row.receiving_agency_id),
                d::competent_agency_id.eq(row.competent_agency_id),
                d::applicant_kind.eq(row.applicant_kind.as_str()),
                d::applicant_name_masked.eq(&row.applicant_name_masked),
            ),
            d::person_digest.eq(bytes(seal.person.as_ref())),
            present(row, seal),
        )
    }};
}

/// Inserts a dossier under [`TheCode`].
pub(super) fn inserting_dossier<'a>(
    row: &'a DossierRow,
    seal: &'a Seal,
) -> impl QueryFragment<Pg> + Send + use<'a> {
    diesel::insert_into(dossiers::table).values(dossier_values!(row, seal, TheCode))
}

/// Inserts dossiers under the codes in their rows.
pub(super) async fn insert_dossiers<'a>(
    tx: &mut Transaction,
    rows: impl Iterator<Item = (&'a DossierRow, &'a Seal)>,
) -> QueryResult<usize> {
    let values: Vec<_> = rows.map(|(row, seal)| dossier_values!(row, seal, &row.code)).collect();
    diesel::insert_into(dossiers::table).values(values).execute(tx).await
}

/// Writes what an event may change.
pub async fn update<C>(tx: &mut C, row: &DossierRow, seal: &Seal) -> QueryResult<usize>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    Prepared(diesel::update(dossiers::table.find(row.id)).set(present(row, seal))).execute(tx).await
}

/// The columns that change in the life of a dossier.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = dossiers, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Present<'a> {
    procedure_version_id: i32,
    limit_unit: &'static str,
    limit_amount_hundredths: Option<i32>,
    policy: Option<&'a serde_json::Value>,
    submitted_at: Option<DateTime<Utc>>,
    received_at: Option<DateTime<Utc>>,
    appointed_at: Option<DateTime<Utc>>,
    status: &'static str,
    clock: &'static str,
    ended_at: Option<DateTime<Utc>>,
    returned_at: Option<DateTime<Utc>>,
    closed_recorded_at: Option<DateTime<Utc>>,
    holder_agency_id: i32,
    holder_unit: Option<&'a str>,
    holder_officer: Option<&'a str>,
    holder_since: DateTime<Utc>,
    step_due_at: Option<DateTime<Utc>>,
    last_event_at: DateTime<Utc>,
    last_recorded_at: DateTime<Utc>,
    version: i32,
    reappointed_on: Option<NaiveDate>,
    apologies: i16,
    apology_late: bool,
    due_on: Option<NaiveDate>,
    due_at: Option<DateTime<Utc>>,
    overdue_from: Option<DateTime<Utc>>,
    calendar_missing: Option<i32>,
    clock_started_at: Option<DateTime<Utc>>,
    stopped_at: Option<DateTime<Utc>>,
    judged_at: Option<DateTime<Utc>>,
    restarted_on: Option<NaiveDate>,
    resumes_to: Option<&'static str>,
    last_step_at: DateTime<Utc>,
    unanswered_from: Option<DateTime<Utc>>,
    interruptions: Option<&'a serde_json::Value>,
    index_overdue_from: Option<DateTime<Utc>>,
    head_hash: &'a [u8],
    holder_digest: Option<&'a [u8]>,
}

fn present<'a>(row: &'a DossierRow, seal: &'a Seal) -> Present<'a> {
    Present {
        procedure_version_id: row.procedure_version_id,
        limit_unit: row.limit_unit.as_str(),
        limit_amount_hundredths: row.limit_amount_hundredths,
        policy: row.policy.as_ref(),
        submitted_at: row.submitted_at,
        received_at: row.received_at,
        appointed_at: row.appointed_at,
        status: row.status.as_str(),
        clock: row.clock.as_str(),
        ended_at: row.ended_at,
        returned_at: row.returned_at,
        closed_recorded_at: row.closed_recorded_at,
        holder_agency_id: row.holder_agency_id,
        holder_unit: row.holder_unit.as_deref(),
        holder_officer: row.holder_officer.as_deref(),
        holder_since: row.holder_since,
        step_due_at: row.step_due_at,
        last_event_at: row.last_event_at,
        last_recorded_at: row.last_recorded_at,
        version: row.version,
        reappointed_on: row.reappointed_on,
        apologies: row.apologies,
        apology_late: row.apology_late,
        due_on: row.due_on,
        due_at: row.due_at,
        overdue_from: row.overdue_from,
        calendar_missing: row.calendar_missing,
        clock_started_at: row.clock_started_at,
        stopped_at: row.stopped_at,
        judged_at: row.judged_at,
        restarted_on: row.restarted_on,
        resumes_to: row.resumes_to.map(Status::as_str),
        last_step_at: row.last_step_at,
        unanswered_from: row.unanswered_from,
        interruptions: row.interruptions.as_ref(),
        index_overdue_from: row.index_overdue_from,
        head_hash: &seal.hash.0,
        holder_digest: bytes(seal.holder.as_ref()),
    }
}

/// Inserts an event, and its private note where notes are kept.
pub async fn insert_event(
    tx: &mut Transaction,
    (row, seal): (&EventRow, &Seal),
    note: Option<&Sealed>,
) -> QueryResult<()> {
    inserting_event(row, seal).execute(tx).await?;
    if let Some(note) = note {
        personal::insert_notes(tx, std::iter::once((row.id, note))).await?;
    }
    Ok(())
}

/// The values of an event. A macro, because their type has no name to return.
macro_rules! event_values {
    ($row:expr, $seal:expr) => {{
        use dossier_events as e;
        let (row, seal): (&EventRow, &Seal) = ($row, $seal);
        let of = &row.of_kind;
        (
            e::id.eq(row.id),
            e::dossier_id.eq(row.dossier_id),
            e::seq.eq(row.seq),
            e::kind.eq(row.kind.as_str()),
            e::occurred_at.eq(row.occurred_at),
            e::recorded_at.eq(row.recorded_at),
            e::origin.eq(row.origin.as_str()),
            e::source_recorded_at.eq(row.source_recorded_at),
            e::backdated.eq(row.backdated),
            e::status_before.eq(row.status_before.map(Status::as_str)),
            e::status_after.eq(row.status_after.as_str()),
            (e::due_on_before.eq(row.due_on_before), e::due_on_after.eq(row.due_on_after)),
            e::agency_id.eq(row.agency_id),
            (
                e::officer.eq(&row.officer),
                e::officer_title.eq(&row.officer_title),
                e::officer_unit.eq(&row.officer_unit),
            ),
            e::to_agency_id.eq(row.to_agency_id),
            e::public_note.eq(&row.public_note),
            (e::key_id.eq(&row.key_id), e::reference.eq(&row.reference)),
            (
                e::to_unit.eq(&of.to_unit),
                e::to_officer.eq(&of.to_officer),
                e::step_due_at.eq(of.step_due_at),
                e::outcome.eq(of.outcome.map(Outcome::as_str)),
            ),
            (
                e::ground.eq(&of.ground),
                e::items.eq(&of.items),
                e::answer_by.eq(of.answer_by),
                e::by_unit.eq(of.by_unit.map(Unit::as_str)),
                e::by_hundredths.eq(of.by_hundredths),
                e::new_due_on.eq(of.new_due_on),
            ),
            (
                e::appointed_at.eq(of.appointed_at),
                e::reason.eq(&of.reason),
                e::corrects.eq(of.corrects),
                e::happened_at.eq(of.happened_at),
                e::voids.eq(of.voids),
            ),
            (
                e::hash.eq(seal.hash.0.as_slice()),
                e::state_digest.eq(seal.state.0.as_slice()),
                e::personal_digest.eq(bytes(seal.personal.as_ref())),
                e::salt.eq(seal.salt.as_ref().map(|salt| salt.as_slice())),
            ),
        )
    }};
}

/// Inserts an event.
pub(super) fn inserting_event<'a>(
    row: &'a EventRow,
    seal: &'a Seal,
) -> impl QueryFragment<Pg> + QueryId + Send + use<'a> {
    diesel::insert_into(dossier_events::table).values(event_values!(row, seal))
}

/// Inserts events of several dossiers at once.
pub async fn insert_events<'a>(
    tx: &mut Transaction,
    rows: impl IntoIterator<Item = (&'a EventRow, &'a Seal)>,
) -> QueryResult<usize> {
    let values: Vec<_> = rows.into_iter().map(|(row, seal)| event_values!(row, seal)).collect();
    diesel::insert_into(dossier_events::table).values(values).execute(tx).await
}
