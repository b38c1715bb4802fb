//! Derives a dossier anew from its events, when one was put before others or was corrected.
//!
//! An event that is recorded in order only continues the present state (`follow`); a property test compares the two.

use super::{Context, dating, follow};
use crate::domain::clock::ClockEvent;
use crate::domain::lifecycle::Position;
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::{Clock, EventKind};
use crate::features::dossiers::queries::{DossierRow, EventRow};
use uuid::Uuid;

/// A dossier by its events, and what it was before one of them.
pub(super) struct Replayed {
    /// The dossier as it stands, dated.
    pub dossier: DossierRow,
    /// As it was before the event that was asked about, dated; `None` when that is not among the events.
    pub then: Option<DossierRow>,
}

/// Derives a dossier from its events as they happened. Fails with what the lifecycle says when it does not allow the event
/// `new` at its place, and otherwise names the event that is in the way.
pub(super) fn replay(
    context: &Context<'_>,
    (bound, limit): (&DossierRow, &CaseLimit),
    events: &[EventRow],
    new: Uuid,
) -> Result<Replayed, Refusal> {
    let offices = context.offices();
    let mut clock: Vec<ClockEvent> = Vec::with_capacity(events.len());
    let mut then = None;
    let Some((first, position)) = events.first().and_then(|e| Some((e, Position::first(e.kind)?))) else {
        return Err(events.first().map_or(Refusal::NotFound, in_the_way));
    };
    let mut dossier = opened(bound, first);
    follow::apply(&mut dossier, first, position);
    clock.extend(first.clock_event());
    for event in &events[1..] {
        if event.id == new || matches!(event.kind, EventKind::Apologised | EventKind::Reopened) {
            // Judged by the due date that it then had.
            dating::redate(&offices, &mut dossier, limit, &clock);
        }
        if event.id == new {
            then = Some(dossier.clone());
        }
        if event.kind == EventKind::CalendarChanged {
            continue;
        }
        let allowed = follow::after(&dossier, event.kind);
        let position = allowed.map_err(|why| if event.id == new { why } else { in_the_way(event) })?;
        follow::apply(&mut dossier, event, position);
        clock.extend(event.clock_event());
    }
    dating::redate(&offices, &mut dossier, limit, &clock);
    Ok(Replayed { dossier, then })
}

fn in_the_way(event: &EventRow) -> Refusal {
    Refusal::EventInTheWay { seq: event.seq, kind: event.kind, occurred_at: event.occurred_at.into() }
}

/// A dossier before its first event: what it is bound by and who may see it stay, what its events made of it does not.
fn opened(bound: &DossierRow, first: &EventRow) -> DossierRow {
    let at = first.occurred_at;
    let waits = first.kind == EventKind::Registered;
    DossierRow {
        clock: Clock::Running,
        submitted_at: if waits { Some(at) } else { bound.submitted_at },
        received_at: (!waits).then_some(at),
        filed_at: at,
        ended_at: None,
        returned_at: None,
        closed_recorded_at: None,
        // Receipts of another time keep it with the dossier only.
        appointed_at: first.of_kind.appointed_at.or(bound.appointed_at.filter(|_| !waits)),
        reappointed_on: None,
        apologies: 0,
        apology_late: false,
        due_on: None,
        due_at: None,
        overdue_from: None,
        calendar_missing: None,
        holder_agency_id: bound.receiving_agency_id,
        holder_unit: first.officer_unit.clone(),
        holder_officer: first.officer.clone(),
        holder_since: at,
        step_due_at: None,
        last_event_at: at,
        clock_started_at: None,
        stopped_at: None,
        judged_at: None,
        restarted_on: None,
        resumes_to: None,
        last_step_at: at,
        unanswered_from: None,
        interruptions: None,
        index_overdue_from: None,
        ..bound.clone()
    }
}

/// Whether a step may still be put before those that are recorded: as the policy of the dossier says, and without an end
/// when it is replayed from other software.
pub(super) fn still(
    dossier: &DossierRow,
    event: &EventRow,
    is_live: bool,
    now: Instant,
) -> Result<(), Refusal> {
    let days = dossier.policy().backdating_days;
    let last = now.local_date() - Instant::from(event.occurred_at).local_date();
    if event.occurred_at < dossier.filed_at {
        return Err(Refusal::EventOutOfOrder { last_event_at: dossier.filed_at.into(), days: None });
    }
    if is_live && last.num_days() > i64::from(days) {
        let last_event_at = dossier.last_step_at.into();
        return Err(Refusal::EventOutOfOrder { last_event_at, days: Some(days) });
    }
    Ok(())
}
