//! Corrections: what a record should have said. The record stays, and what follows from the events is derived anew.

use super::Context;
use super::event::{Correction, fields_of};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::vocabulary::EventKind;
use crate::features::dossiers::history;
use crate::features::dossiers::queries::EventRow;

/// The event that is corrected, as the correction leaves it. Fails unless it is one of the dossier, and what the correction
/// gives belongs to it.
pub(super) fn corrected(
    context: &Context<'_>,
    recorded: &[EventRow],
    (correction, event): (&Correction, &EventRow),
) -> Result<EventRow, Refusal> {
    let target = recorded.iter().find(|row| row.id == correction.event);
    let target = target.ok_or_else(|| {
        let message = "must be the id of an event of the dossier";
        Refusal::invalid("/event", Rule::InvalidValue, message)
    })?;
    if matches!(target.kind, EventKind::Corrected | EventKind::CalendarChanged) {
        let message = match target.kind {
            EventKind::Corrected => "must not be a correction: correct the event itself again",
            _ => "must not be calendar_changed, which the service records",
        };
        return Err(Refusal::invalid("/event", Rule::InvalidValue, message));
    }
    let mut wrong = Violations::default();
    let known = fields_of(target.kind);
    for field in correction.given.iter().filter(|field| !known.contains(*field)) {
        let message = format!("does not belong to {}, the event that is corrected", target.kind);
        wrong.add(format!("/{field}"), Rule::UnknownField, message);
    }
    if target.seq == 1 && correction.voided == Some(true) {
        wrong.add(
            "/voided",
            Rule::InvalidValue,
            "must not be true for the event with which a dossier begins",
        );
    }
    wrong.check()?;
    if let Some(at) = correction.happened_at {
        context.not_ahead("/happened_at", at)?;
    }
    // As earlier corrections left it, and then this one.
    let mut amended = target.clone();
    let mut earlier: Vec<&EventRow> =
        recorded.iter().filter(|row| row.of_kind.corrects == Some(target.id)).collect();
    earlier.sort_by_key(|row| row.seq);
    earlier.into_iter().chain([event]).for_each(|correction| history::correct(&mut amended, correction));
    days_in_order(&amended)?;
    Ok(amended)
}

/// A day that an event sets is not before the event.
fn days_in_order(event: &EventRow) -> Result<(), Refusal> {
    let on = Instant::from(event.occurred_at).local_date();
    let early = |day: Option<chrono::NaiveDate>| day.is_some_and(|day| day < on);
    if early(event.of_kind.answer_by) {
        let message = "must not be before the day of the request";
        return Err(Refusal::invalid("/answer_by", Rule::InvalidValue, message));
    }
    if event.kind == EventKind::Apologised && early(event.of_kind.new_due_on) {
        let message = "must not be before the day of the apology";
        return Err(Refusal::invalid("/new_due_on", Rule::InvalidValue, message));
    }
    Ok(())
}
