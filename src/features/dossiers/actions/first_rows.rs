//! The rows that a receipt stores: the dossier, its first event, its personal data.

use super::binding::Binding;
use super::{ApplicantInput, Context, ReceiveInput, dating};
use crate::domain::amount::Amount;
use crate::domain::clock::ClockEvent;
use crate::domain::local_time::Instant;
use crate::domain::masking;
use crate::domain::vocabulary::{Clock, EventKind, Status};
use crate::features::dossiers::queries::{DossierRow, EventRow, OfKind};
use crate::features::dossiers::sealed::Person;
use uuid::Uuid;

/// The state of a dossier that was just received or registered, dated.
pub(super) fn dossier_row(
    context: &Context<'_>,
    input: &ReceiveInput,
    bound: &Binding<'_>,
    (receiving, competent): (i32, i32),
) -> DossierRow {
    let filed_at = input.filed_at.utc();
    let limit = &bound.limit.limit;
    let mut row = DossierRow {
        id: Uuid::now_v7(),
        // Known when it is stored.
        code: String::new(),
        procedure_version_id: bound.procedure.row.id,
        case_code: input.case.clone(),
        channel: input.channel,
        receiving_agency_id: receiving,
        competent_agency_id: competent,
        applicant_kind: input.applicant.kind,
        applicant_name_masked: masking::name(&input.applicant.name),
        status: if input.received_at.is_some() { Status::Received } else { Status::Registered },
        clock: Clock::Running,
        submitted_at: input.submitted_at.map(Instant::utc),
        received_at: input.received_at.map(Instant::utc),
        ended_at: None,
        returned_at: None,
        closed_recorded_at: None,
        appointed_at: input.appointed_at.map(Instant::utc),
        reappointed_on: None,
        apologies: 0,
        apology_late: false,
        limit_unit: limit.unit(),
        limit_amount_hundredths: limit.amount().map(Amount::hundredths),
        due_on: None,
        due_at: None,
        overdue_from: None,
        calendar_missing: None,
        holder_agency_id: receiving,
        holder_unit: input.officer.as_ref().and_then(|o| o.unit.clone()),
        holder_officer: input.officer.as_ref().map(|o| o.name.clone()),
        holder_since: filed_at,
        step_due_at: None,
        last_event_at: filed_at,
        last_recorded_at: context.now.utc(),
        version: 1,
        clock_started_at: None,
        stopped_at: None,
        judged_at: None,
        restarted_on: None,
        resumes_to: None,
        policy: None,
        last_step_at: filed_at,
        filed_at,
        unanswered_from: None,
        interruptions: None,
        index_overdue_from: None,
    };
    bound.bind(&mut row);
    let kind = first_kind(input);
    let first = ClockEvent { kind, at: input.filed_at, extension: None, stage: None };
    dating::redate(&context.offices(), &mut row, bound.limit, &[first]);
    row
}

/// The event with which it begins.
pub(super) fn first_kind(input: &ReceiveInput) -> EventKind {
    if input.received_at.is_some() { EventKind::Received } else { EventKind::Registered }
}

/// The event with which it begins.
pub(super) fn event_row(context: &Context<'_>, input: &ReceiveInput, dossier: &DossierRow) -> EventRow {
    EventRow {
        id: Uuid::now_v7(),
        dossier_id: dossier.id,
        seq: 1,
        kind: first_kind(input),
        occurred_at: dossier.filed_at,
        recorded_at: context.now.utc(),
        origin: input.origin,
        source_recorded_at: input.source_recorded_at.map(Instant::utc),
        backdated: false,
        status_before: None,
        status_after: dossier.status,
        due_on_before: None,
        due_on_after: dossier.due_on,
        agency_id: dossier.receiving_agency_id,
        officer: input.officer.as_ref().map(|o| o.name.clone()),
        officer_title: input.officer.as_ref().and_then(|o| o.title.clone()),
        officer_unit: input.officer.as_ref().and_then(|o| o.unit.clone()),
        to_agency_id: None,
        public_note: None,
        key_id: context.actor.key_id.clone(),
        // Known when it is sealed.
        hash: None,
        reference: None,
        of_kind: OfKind { appointed_at: dossier.appointed_at, ..OfKind::default() },
    }
}

/// Its personal data.
pub(super) fn person(input: &ReceiveInput) -> Person {
    let ApplicantInput { name, id_number, phone, email, address, .. } = input.applicant.clone();
    Person { name, id_number, phone, email, address, summary: input.summary.clone(), salt: None }
}
