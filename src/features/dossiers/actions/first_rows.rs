//! The rows that a receipt stores: the dossier, its first event, its personal data.

use super::{ApplicantInput, Context, ReceiveInput, dating};
use crate::domain::amount::Amount;
use crate::domain::clock::ClockEvent;
use crate::domain::lifecycle;
use crate::domain::local_time::Instant;
use crate::domain::masking;
use crate::domain::policy::Policy;
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::{Clock, EventKind, Origin, Status};
use crate::features::dossiers::queries::write::PersonRow;
use crate::features::dossiers::queries::{DossierRow, EventRow, OfKind};
use crate::features::procedures::queries::Procedure;
use uuid::Uuid;

/// A procedure, the limit that applies, and the policy unless it is that of the law.
pub(super) type Ruled<'a> = (&'a Procedure, &'a CaseLimit, Option<Policy>);

/// The state of a dossier that was just received, dated.
pub(super) fn dossier_row(
    context: &Context<'_>,
    input: &ReceiveInput,
    (procedure, limit, policy): Ruled<'_>,
    (receiving, competent): (i32, i32),
) -> DossierRow {
    let received_at = input.received_at.utc();
    let mut row = DossierRow {
        id: Uuid::now_v7(),
        // Known when it is stored.
        code: String::new(),
        procedure_version_id: procedure.row.id,
        case_code: input.case.clone(),
        channel: input.channel,
        receiving_agency_id: receiving,
        competent_agency_id: competent,
        applicant_kind: input.applicant.kind,
        applicant_name_masked: masking::name(&input.applicant.name),
        status: Status::Received,
        clock: Clock::Running,
        submitted_at: input.submitted_at.map(Instant::utc),
        received_at,
        ended_at: None,
        returned_at: None,
        closed_recorded_at: None,
        appointed_at: input.appointed_at.map(Instant::utc),
        reappointed_on: None,
        apologies: 0,
        apology_late: false,
        limit_unit: limit.limit.unit(),
        limit_amount_hundredths: limit.limit.amount().map(Amount::hundredths),
        due_on: None,
        due_at: None,
        overdue_from: None,
        calendar_missing: None,
        holder_agency_id: receiving,
        holder_unit: input.officer.as_ref().and_then(|o| o.unit.clone()),
        holder_officer: input.officer.as_ref().map(|o| o.name.clone()),
        holder_since: received_at,
        step_due_at: None,
        last_event_at: received_at,
        last_recorded_at: context.now.utc(),
        version: 1,
        clock_started_at: None,
        stopped_at: None,
        judged_at: None,
        restarted_on: None,
        resumes_to: None,
        // Five words, which JSON has.
        policy: policy.and_then(|policy| serde_json::to_value(policy).ok()),
        last_step_at: received_at,
    };
    let received =
        ClockEvent { kind: EventKind::Received, at: input.received_at, extension: None, stage: None };
    dating::redate(&context.offices(), &mut row, limit, &[received]);
    row
}

/// The event of its receipt.
pub(super) fn event_row(context: &Context<'_>, input: &ReceiveInput, dossier: &DossierRow) -> EventRow {
    EventRow {
        id: Uuid::now_v7(),
        dossier_id: dossier.id,
        seq: 1,
        kind: EventKind::Received,
        occurred_at: dossier.received_at,
        recorded_at: context.now.utc(),
        origin: Origin::Live,
        source_recorded_at: None,
        backdated: false,
        status_before: None,
        // The table of moves has this one, and its test says so.
        status_after: lifecycle::after(None, EventKind::Received, None).unwrap_or(Status::Received),
        due_on_before: None,
        due_on_after: dossier.due_on,
        agency_id: dossier.receiving_agency_id,
        officer: input.officer.as_ref().map(|o| o.name.clone()),
        officer_title: input.officer.as_ref().and_then(|o| o.title.clone()),
        officer_unit: input.officer.as_ref().and_then(|o| o.unit.clone()),
        to_agency_id: None,
        public_note: None,
        key_id: context.actor.key_id.clone(),
        of_kind: OfKind::default(),
    }
}

/// Its personal data.
pub(super) fn person_row(input: &ReceiveInput, dossier_id: Uuid) -> PersonRow {
    let ApplicantInput { name, id_number, phone, email, address, .. } = input.applicant.clone();
    PersonRow {
        dossier_id,
        name,
        id_number,
        phone,
        email,
        address,
        summary: input.summary.clone(),
        salt: None,
    }
}
