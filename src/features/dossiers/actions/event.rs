//! Records an event: asks the lifecycle whether it is allowed, and derives the dossier's new state from it.

use super::{Context, OfficerInput};
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::lifecycle;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::vocabulary::{Clock, EventKind, Origin, Outcome, Status};
use crate::features::audit::{self, Change};
use crate::features::dossiers::queries::{DossierRow, EventRow, visible, write};
use serde_json::json;
use uuid::Uuid;

/// An event to record.
#[derive(Clone, Debug)]
pub struct EventInput {
    /// When it happened.
    pub occurred_at: Instant,
    /// Code of the agency that acted; the holder when absent.
    pub agency: Option<String>,
    /// Who acted.
    pub officer: Option<OfficerInput>,
    /// Private note; personal data.
    pub note: Option<String>,
    /// Note for the public timeline.
    pub public_note: Option<String>,
    /// Where the record comes from.
    pub origin: Origin,
    /// When the other software recorded it.
    pub source_recorded_at: Option<Instant>,
    /// What happened.
    pub details: EventDetails,
}

/// What happened, with what belongs to it.
#[derive(Clone, Debug)]
pub enum EventDetails {
    /// Handed on.
    Forwarded {
        /// Code of the agency; the present holder's when absent.
        to_agency: Option<String>,
        /// Unit.
        to_unit: Option<String>,
        /// Officer.
        to_officer: Option<String>,
        /// When the step is due.
        step_due_at: Option<Instant>,
    },
    /// Noted.
    Noted,
    /// Decided.
    Completed {
        /// How.
        outcome: Outcome,
    },
    /// Result handed to the applicant.
    Returned,
}

impl EventDetails {
    /// The kind of event.
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::Forwarded { .. } => EventKind::Forwarded,
            Self::Noted => EventKind::Noted,
            Self::Completed { .. } => EventKind::Completed,
            Self::Returned => EventKind::Returned,
        }
    }
}

/// Records an event of the dossier with a code on the given terms and shows it.
pub async fn record(
    writer: &Writer,
    context: &Context<'_>,
    (code, input): (&str, &EventInput),
    terms: &Terms,
    expects: impl Fn(i32) -> Result<(), Refusal>,
    show: impl Fn(&EventRow) -> Answer,
) -> Result<Given, Failure> {
    let work = async |tx: &mut Transaction| Ok(show(&record_in(tx, context, (code, input), &expects).await?));
    writer.on_terms(terms, context.now, work).await
}

/// The same inside a transaction that does more. `expects` checks the version of the dossier.
pub async fn record_in(
    tx: &mut Transaction,
    context: &Context<'_>,
    (code, input): (&str, &EventInput),
    expects: &impl Fn(i32) -> Result<(), Refusal>,
) -> Result<EventRow, Failure> {
    let kind = input.details.kind();
    context.not_ahead("/occurred_at", input.occurred_at)?;
    let named = named(context, input)?;
    let mut dossier = write::lock(tx, code).await?.ok_or(Refusal::NotFound)?;
    if !visible::sees(context.visible, &dossier) {
        return Err(Refusal::NotFound.into());
    }
    if !visible::sees(context.governed, &dossier) {
        let code = context.tree.code(dossier.competent_agency_id).to_owned();
        return Err(Refusal::AgencyOutOfScope { place: Place::Pointer(String::new()), code }.into());
    }
    expects(dossier.version)?;
    let before = dossier.clone();
    let status = lifecycle::after(Some(before.status), kind);
    let not_allowed =
        || Refusal::EventNotAllowed { state: before.status, allowed: lifecycle::allowed(before.status) };
    let event = event_row(context, input, &before, named, status.ok_or_else(not_allowed)?);
    in_order(&event, &before)?;
    apply(&mut dossier, &event);
    write::insert_event(tx, &event, input.note.as_deref()).await?;
    write::update(tx, &dossier).await?;
    let details = json!({
        "event": event.id, "seq": event.seq, "occurred_at": input.occurred_at,
        "status_before": event.status_before, "status_after": event.status_after,
    });
    let action = format!("dossier.{kind}");
    let change = Change { action: &action, subject: format!("dossier:{code}"), details };
    audit::record(tx, context.actor, context.now, change).await?;
    Ok(event)
}

/// A step happens after the steps that are recorded; a note may be about any moment since the receipt, and binds
/// nothing that comes later.
fn in_order(event: &EventRow, before: &DossierRow) -> Result<(), Refusal> {
    let steps = [Some(before.holder_since), before.ended_at, before.returned_at];
    let last_step = steps.into_iter().flatten().fold(before.received_at, std::cmp::max);
    let since = if event.kind == EventKind::Noted { before.received_at } else { last_step };
    if event.occurred_at < since {
        return Err(Refusal::EventOutOfOrder { last_event_at: since.into() });
    }
    Ok(())
}

/// The state that follows from an event.
fn apply(dossier: &mut DossierRow, event: &EventRow) {
    dossier.status = event.status_after;
    match event.kind {
        EventKind::Forwarded => {
            dossier.holder_agency_id = event.to_agency_id.unwrap_or(dossier.holder_agency_id);
            dossier.holder_unit.clone_from(&event.to_unit);
            dossier.holder_officer.clone_from(&event.to_officer);
            dossier.holder_since = event.occurred_at;
            dossier.step_due_at = event.step_due_at;
        }
        EventKind::Completed => {
            dossier.ended_at = Some(event.occurred_at);
            dossier.clock = Clock::Stopped;
            dossier.step_due_at = None;
        }
        EventKind::Returned => {
            dossier.returned_at = Some(event.occurred_at);
            dossier.closed_recorded_at = Some(event.recorded_at);
        }
        EventKind::Received | EventKind::Noted => {}
    }
    dossier.last_event_at = dossier.last_event_at.max(event.occurred_at);
    dossier.last_recorded_at = event.recorded_at;
    dossier.version = event.seq;
}

/// The agencies that an event names.
#[derive(Clone, Copy)]
struct Named {
    acting: Option<i32>,
    to: Option<i32>,
}

/// Judges what needs no dossier: the agencies that the event names, and where its record comes from.
fn named(context: &Context<'_>, input: &EventInput) -> Result<Named, Refusal> {
    if let Some(at) = input.source_recorded_at {
        context.not_ahead("/source_recorded_at", at)?;
        if input.origin == Origin::Live {
            let message = "must be null unless origin says that the event was replayed";
            return Err(Refusal::invalid("/source_recorded_at", Rule::InvalidValue, message));
        }
    }
    let find = |pointer, code: Option<&String>, within| match code {
        Some(code) => context.agency(pointer, code, input.occurred_at, within).map(|agency| Some(agency.id)),
        None => Ok(None),
    };
    let to_agency = match &input.details {
        EventDetails::Forwarded { to_agency, .. } => to_agency.as_ref(),
        EventDetails::Noted | EventDetails::Completed { .. } | EventDetails::Returned => None,
    };
    let acting = find("/agency", input.agency.as_ref(), context.governed)?;
    Ok(Named { acting, to: find("/to_agency", to_agency, context.visible)? })
}

fn event_row(
    context: &Context<'_>,
    input: &EventInput,
    before: &DossierRow,
    named: Named,
    status_after: Status,
) -> EventRow {
    let (to_unit, to_officer, step_due_at) = match &input.details {
        EventDetails::Forwarded { to_unit, to_officer, step_due_at, .. } => {
            (to_unit.clone(), to_officer.clone(), *step_due_at)
        }
        EventDetails::Noted | EventDetails::Completed { .. } | EventDetails::Returned => (None, None, None),
    };
    let officer = input.officer.clone();
    EventRow {
        id: Uuid::now_v7(),
        dossier_id: before.id,
        seq: before.version + 1,
        kind: input.details.kind(),
        occurred_at: input.occurred_at.utc(),
        // Never before an earlier record, even when the clocks of two instances differ.
        recorded_at: context.now.utc().max(before.last_recorded_at),
        origin: input.origin,
        source_recorded_at: input.source_recorded_at.map(Instant::utc),
        backdated: input.occurred_at.utc() < before.last_event_at,
        status_before: Some(before.status),
        status_after,
        due_on_before: before.due_on,
        due_on_after: before.due_on,
        agency_id: named.acting.unwrap_or(before.holder_agency_id),
        officer: officer.as_ref().map(|o| o.name.clone()),
        officer_title: officer.as_ref().and_then(|o| o.title.clone()),
        officer_unit: officer.and_then(|o| o.unit),
        to_agency_id: named.to,
        to_unit,
        to_officer,
        step_due_at: step_due_at.map(Instant::utc),
        outcome: match input.details {
            EventDetails::Completed { outcome } => Some(outcome),
            EventDetails::Forwarded { .. } | EventDetails::Noted | EventDetails::Returned => None,
        },
        public_note: input.public_note.clone(),
        key_id: context.actor.key_id.clone(),
    }
}
