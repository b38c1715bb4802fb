//! Records an event of a dossier, with the state that `derive` makes of it.

use super::derive::{self, dates};
use super::event::EventInput;
use super::{Context, action_of, by_present_calendars, chain};
use crate::db::{Answer, DbError, Failure, Given, Terms, Transaction, Writer};
use crate::domain::calendar::Calendars;
use crate::domain::lifecycle;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal};
use crate::domain::vocabulary::{EventKind, SupplementStage};
use crate::features::audit::{self, Change, Made};
use crate::features::dossiers::history::is_step;
use crate::features::dossiers::queries::many::Next;
use crate::features::dossiers::queries::{DossierRow, EventRow, Head, visible, write};
use crate::features::dossiers::sealed;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// An event that was recorded.
pub struct Recorded {
    /// The event.
    pub event: EventRow,
    /// Of a request for supplements: its stage, which is that of its place.
    pub stage: Option<SupplementStage>,
}

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
    show: impl Fn(&Recorded) -> Answer,
) -> Result<Given, Failure> {
    let by = async |context: &Context<'_>| {
        let work =
            async |tx: &mut Transaction| Ok(show(&record_in(tx, context, (code, input), &expects).await?));
        writer.on_terms(terms, context.now, work).await
    };
    by_present_calendars(context, &fresh, by).await
}

/// The same inside a transaction that does more. `expects` checks the version of the dossier. A refusal comes before anything is written.
pub async fn record_in(
    tx: &mut Transaction,
    context: &Context<'_>,
    (code, input): (&str, &EventInput),
    expects: &impl Fn(i32) -> Result<(), Refusal>,
) -> Result<Recorded, Failure> {
    let named = named(context, input)?;
    let (calendar_version, locked) = write::lock(tx, code).await?;
    let held = Held { calendar_version, locked };
    let Step { next, change, stage } = step(tx, context, (code, input), (named, held), expects).await?;
    // One after the other: sent together, the failure of the next may be told before that of the first, which says why.
    write::insert_event(tx, (&next.event, &next.seal), next.note.as_ref()).await?;
    write::update(tx, &next.dossier, &next.seal).await?;
    let (action, subject, details) = change;
    audit::record(tx, context.actor, context.now, Change { action: &action, subject, details }).await?;
    Ok(Recorded { event: next.event, stage })
}

/// An event of a dossier that is held, with its audit row. Nothing is written; what happened to the dossier before must be when the event
/// [`looks_back`].
pub(super) async fn following(
    tx: &mut Transaction,
    context: &Context<'_>,
    what: (&str, &EventInput),
    held: Held,
) -> Result<(Next, Made), Failure> {
    let named = named(context, what.1)?;
    let Step { next, change, .. } = step(tx, context, what, (named, held), &|_| Ok(())).await?;
    Ok((next, change))
}

/// Whether the stored events of a dossier are read to judge an event or to date it.
pub(super) fn looks_back(before: &DossierRow, input: &EventInput) -> bool {
    dates(input.details.kind()) || is_anew(before, input)
}

/// Whether the state of a dossier is made anew from all its events, and does not go on with this one.
fn is_anew(before: &DossierRow, input: &EventInput) -> bool {
    let kind = input.details.kind();
    kind == EventKind::Corrected || is_step(kind) && input.occurred_at.utc() < before.last_step_at
}

/// What is held while an event is recorded.
pub(super) struct Held {
    /// The version of the calendars.
    pub calendar_version: i64,
    /// The dossier, if there is one, and what the event follows.
    pub locked: Option<(DossierRow, Head)>,
}

/// An event that may be stored, with its audit row.
struct Step {
    next: Next,
    change: Made,
    stage: Option<SupplementStage>,
}

/// What an event makes of its dossier, which is locked. Nothing is written.
async fn step(
    tx: &mut Transaction,
    context: &Context<'_>,
    (code, input): (&str, &EventInput),
    (named, Held { calendar_version, locked }): (Named, Held),
    expects: &impl Fn(i32) -> Result<(), Refusal>,
) -> Result<Step, Failure> {
    let kind = input.details.kind();
    let (before, head) =
        locked.filter(|(row, _)| visible::sees(context.visible, row)).ok_or(Refusal::NotFound)?;
    if !visible::sees(context.governed, &before) {
        let code = context.tree.code(before.competent_agency_id).to_owned();
        return Err(Refusal::AgencyOutOfScope { place: Place::whole(), code }.into());
    }
    expects(before.version)?;
    let mut event = event_row(context, input, &before, named);
    if looks_back(&before, input) {
        context.require_present(calendar_version)?;
    }
    let (mut dossier, then) = if is_anew(&before, input) {
        derive::anew(tx, context, (&before, input, &event)).await?
    } else {
        (derive::onward(tx, context, (&before, input, &event)).await?, None)
    };
    let then = then.as_ref().unwrap_or(&before);
    event.agency_id = named.acting.unwrap_or(then.holder_agency_id);
    (dossier.version, dossier.last_recorded_at) = (event.seq, event.recorded_at);
    (event.status_after, event.due_on_after) = (dossier.status, dossier.due_on);
    let seal = chain::seal(head, &dossier, (&event, input.note.as_deref()))?;
    event.hash = Some(seal.hash.0.to_vec());
    let (seal, note) = sealed::with_note(context.keys, event.id, (seal, input.note.as_deref()))?;
    let details = json!({
        "event": event.id, "seq": event.seq, "occurred_at": input.occurred_at,
        "status_before": event.status_before, "status_after": event.status_after,
        "due_on_before": event.due_on_before, "due_on_after": event.due_on_after,
        "corrects": event.of_kind.corrects,
    });
    let change = (action_of(kind), format!("dossier:{code}"), details);
    let stage = lifecycle::supplement_stage(then.status, kind);
    Ok(Step { next: Next { event, dossier, seal, note }, change, stage })
}

/// The agencies that an event names.
#[derive(Clone, Copy)]
struct Named {
    acting: Option<i32>,
    to: Option<i32>,
}

/// Judges what needs no dossier: the agencies that the event names, and where its record comes from.
fn named(context: &Context<'_>, input: &EventInput) -> Result<Named, Refusal> {
    context.not_ahead("/occurred_at", input.occurred_at)?;
    context.replayed(input.origin, input.source_recorded_at)?;
    let find = |pointer, code: Option<&String>, within| match code {
        Some(code) => context.agency(pointer, code, input.occurred_at, within).map(|agency| Some(agency.id)),
        None => Ok(None),
    };
    let acting = find("/agency", input.agency.as_ref(), context.governed)?;
    Ok(Named { acting, to: find("/to_agency", input.details.to_agency(), context.visible)? })
}

fn event_row(context: &Context<'_>, input: &EventInput, before: &DossierRow, named: Named) -> EventRow {
    let (kind, officer) = (input.details.kind(), input.officer.clone());
    EventRow {
        id: Uuid::now_v7(),
        dossier_id: before.id,
        seq: before.version + 1,
        kind,
        occurred_at: input.occurred_at.utc(),
        // Never before an earlier record, even when the clocks of two instances differ.
        recorded_at: context.now.utc().max(before.last_recorded_at),
        origin: input.origin,
        source_recorded_at: input.source_recorded_at.map(Instant::utc),
        backdated: kind != EventKind::Corrected && input.occurred_at.utc() < before.last_event_at,
        status_before: Some(before.status),
        // What follows from it is not known yet.
        status_after: before.status,
        due_on_before: before.due_on,
        due_on_after: before.due_on,
        agency_id: named.acting.unwrap_or(before.holder_agency_id),
        officer: officer.as_ref().map(|o| o.name.clone()),
        officer_title: officer.as_ref().and_then(|o| o.title.clone()),
        officer_unit: officer.and_then(|o| o.unit),
        to_agency_id: named.to,
        public_note: input.public_note.clone(),
        key_id: context.actor.key_id.clone(),
        // Known when it is sealed.
        hash: None,
        reference: input.reference.clone(),
        of_kind: input.details.row(),
    }
}
