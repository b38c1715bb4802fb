//! Records an event: asks the lifecycle whether it is allowed, and derives the dossier's new state from it.

use super::event::{EventDetails, EventInput};
use super::{Context, TRIES, chain, dating, follow, prolongation};
use crate::db::{Answer, Constraint, DbError, Failure, Given, Terms, Transaction, Writer};
use crate::domain::calendar::Calendars;
use crate::domain::clock::{self, ClockEvent};
use crate::domain::law::law;
use crate::domain::lifecycle;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::vocabulary::{EventKind, Origin, Status};
use crate::features::audit::{self, Change};
use crate::features::calendar::queries as calendar;
use crate::features::dossiers::queries::{self, DossierRow, EventRow, visible, write};
use crate::features::procedures::queries as procedures;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// Records an event of the dossier with a code on the given terms and shows it. When the calendars were replaced since
/// they were read, nothing is stored, and it is dated anew by those that `fresh` gives.
pub async fn record(
    writer: &Writer,
    context: &Context<'_>,
    (code, input): (&str, &EventInput),
    terms: &Terms,
    (expects, fresh): (
        impl Fn(i32) -> Result<(), Refusal>,
        impl AsyncFn() -> Result<Arc<Calendars>, DbError>,
    ),
    show: impl Fn(&EventRow) -> Answer,
) -> Result<Given, Failure> {
    let by = async |context: &Context<'_>| {
        let work =
            async |tx: &mut Transaction| Ok(show(&record_in(tx, context, (code, input), &expects).await?));
        writer.on_terms(terms, context.now, work).await
    };
    let mut recorded = by(context).await;
    for _ in 1..TRIES {
        if !matches!(recorded, Err(Failure::Database(DbError::Refused(Constraint::CalendarVersion)))) {
            break;
        }
        let calendars = &*fresh().await?;
        recorded = by(&Context { calendars, ..*context }).await;
    }
    recorded
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
    let dates = clock::touches(kind) || matches!(kind, EventKind::Withdrawn | EventKind::Terminated);
    // Before the dossier is locked: who changes a calendar waits for it.
    if dates && calendar::hold(tx).await? != context.calendars.version() {
        return Err(DbError::Refused(Constraint::CalendarVersion).into());
    }
    let (mut dossier, head) = write::lock(tx, code).await?.ok_or(Refusal::NotFound)?;
    if !visible::sees(context.visible, &dossier) {
        return Err(Refusal::NotFound.into());
    }
    if !visible::sees(context.governed, &dossier) {
        let code = context.tree.code(dossier.competent_agency_id).to_owned();
        return Err(Refusal::AgencyOutOfScope { place: Place::Pointer(String::new()), code }.into());
    }
    expects(dossier.version)?;
    let before = dossier.clone();
    let status = status_after(&before, kind)?;
    let mut event = event_row(context, input, &before, named, status);
    follow::in_order(&event, &before)?;
    follow::apply(&mut dossier, &event);
    if dates {
        rerun(tx, context, (&before, &mut dossier), (input, &event)).await?;
    }
    event.due_on_after = dossier.due_on;
    let seal = chain::seal(head, &dossier, (&event, input.note.as_deref()))?;
    write::insert_event(tx, (&event, &seal), input.note.as_deref()).await?;
    write::update(tx, &dossier, &seal).await?;
    let details = json!({
        "event": event.id, "seq": event.seq, "occurred_at": input.occurred_at,
        "status_before": event.status_before, "status_after": event.status_after,
        "due_on_before": event.due_on_before, "due_on_after": event.due_on_after,
    });
    let action = format!("dossier.{kind}");
    let change = Change { action: &action, subject: format!("dossier:{code}"), details };
    audit::record(tx, context.actor, context.now, change).await?;
    Ok(event)
}

/// The status after an event, if the dossier allows it.
fn status_after(before: &DossierRow, kind: EventKind) -> Result<Status, Refusal> {
    let mut allowed = lifecycle::allowed(before.status);
    // NĐ 61/2018 Art. 19(9): the return is appointed again once.
    let day = Instant::from(before.received_at).local_date();
    let apologised = before.apologies >= law().apologies_most.on(day);
    allowed.retain(|kind| *kind != EventKind::Apologised || !apologised);
    let status = lifecycle::after(Some(before.status), kind, before.resumes_to);
    let not_allowed = || Refusal::EventNotAllowed { state: before.status, allowed: allowed.clone() };
    status.filter(|_| allowed.contains(&kind)).ok_or_else(not_allowed)
}

/// Runs the clock again with an event that touches it, or that ends the dossier while its clock is stopped.
async fn rerun(
    tx: &mut Transaction,
    context: &Context<'_>,
    (before, dossier): (&DossierRow, &mut DossierRow),
    (input, event): (&EventInput, &EventRow),
) -> Result<(), Failure> {
    let rows = queries::clock_events(tx, &[before.id]).await?;
    let mut events: Vec<ClockEvent> = rows.iter().filter_map(EventRow::clock_event).collect();
    let limits = procedures::limits_by_version(tx, &[before.procedure_version_id]).await?;
    let limit = dating::limit_of(before, &limits);
    if let EventDetails::Extended { by, ground } = &input.details {
        prolongation::allowed(context, before, &limit, (&rows, ground), *by)?;
    }
    events.extend(event.clock_event());
    dating::redate(&context.offices(), dossier, &limit, &events);
    Ok(())
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
    let acting = find("/agency", input.agency.as_ref(), context.governed)?;
    Ok(Named { acting, to: find("/to_agency", input.details.to_agency(), context.visible)? })
}

fn event_row(
    context: &Context<'_>,
    input: &EventInput,
    before: &DossierRow,
    named: Named,
    status_after: Status,
) -> EventRow {
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
        public_note: input.public_note.clone(),
        key_id: context.actor.key_id.clone(),
        of_kind: input.details.row(),
    }
}
