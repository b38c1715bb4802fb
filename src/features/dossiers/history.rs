//! The events of a dossier as they happened, from the events as they were recorded.
//!
//! What is recorded never changes: a step may be recorded after one that happened later, and a correction says what a
//! record should have said. Here each event is in its place, as its corrections leave it.

use super::queries::EventRow;
use crate::domain::clock::ClockEvent;
use crate::domain::lifecycle::Position;
use crate::domain::vocabulary::EventKind;

/// The events of one dossier in the order in which they happened, those at the same instant as they were recorded. Each is
/// as its corrections leave it, with the statuses before and after it at its place; what did not happen is left out, and
/// so are the corrections.
pub fn as_happened(recorded: &[EventRow]) -> Vec<EventRow> {
    let mut in_order: Vec<&EventRow> = recorded.iter().collect();
    in_order.sort_by_key(|event| event.seq);
    let mut events: Vec<EventRow> = Vec::with_capacity(recorded.len());
    for event in in_order {
        match event.of_kind.corrects {
            None => events.push(event.clone()),
            Some(target) => events.iter_mut().filter(|e| e.id == target).for_each(|e| correct(e, event)),
        }
    }
    events.retain(|event| event.of_kind.voids != Some(true));
    events.sort_by_key(|event| (event.occurred_at, event.seq));
    let mut at: Option<Position> = None;
    for event in &mut events {
        // What a dossier of another time did without being allowed to leaves it where it was.
        let after = match at {
            None => Position::first(event.kind),
            Some(before) => before.after(event.kind).or(at),
        };
        event.status_before = at.map(|before| before.status);
        event.status_after = after.map_or(event.status_after, |after| after.status);
        at = after;
    }
    events
}

/// What the events of one dossier did to its clock.
pub fn clock_events(recorded: &[EventRow]) -> Vec<ClockEvent> {
    as_happened(recorded).iter().filter_map(EventRow::clock_event).collect()
}

/// Replaces in an event what a correction of it has.
pub fn correct(event: &mut EventRow, correction: &EventRow) {
    fn replace<T: Clone>(old: &mut Option<T>, new: Option<&T>) {
        if let Some(new) = new {
            *old = Some(new.clone());
        }
    }
    let (of, new) = (&mut event.of_kind, &correction.of_kind);
    if let Some(at) = new.happened_at {
        event.occurred_at = at;
    }
    replace(&mut event.to_agency_id, correction.to_agency_id.as_ref());
    replace(&mut event.public_note, correction.public_note.as_ref());
    replace(&mut of.voids, new.voids.as_ref());
    replace(&mut of.appointed_at, new.appointed_at.as_ref());
    replace(&mut of.to_unit, new.to_unit.as_ref());
    replace(&mut of.to_officer, new.to_officer.as_ref());
    replace(&mut of.step_due_at, new.step_due_at.as_ref());
    replace(&mut of.outcome, new.outcome.as_ref());
    replace(&mut of.ground, new.ground.as_ref());
    replace(&mut of.items, new.items.as_ref());
    replace(&mut of.answer_by, new.answer_by.as_ref());
    // An extension is by so much or to a day.
    if new.by_unit.is_some() || new.new_due_on.is_some() {
        (of.by_unit, of.by_hundredths, of.new_due_on) = (new.by_unit, new.by_hundredths, new.new_due_on);
    }
}

/// Whether an event is a step of the handling: a note binds nothing that comes later, and neither does what is said
/// about the record or the calendar.
pub const fn is_step(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Noted | EventKind::Corrected | EventKind::CalendarChanged)
}
