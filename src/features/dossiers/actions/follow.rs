//! The state of a dossier that follows from an event, but for its dates.

use crate::domain::law::law;
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::{Clock, EventKind};
use crate::features::dossiers::queries::{DossierRow, EventRow};
use chrono::Days;

/// A step happens after the steps that are recorded; a note may be about any moment since the receipt, and binds
/// nothing that comes later.
pub(super) fn in_order(event: &EventRow, before: &DossierRow) -> Result<(), Refusal> {
    let since = if event.kind == EventKind::Noted { before.received_at } else { before.last_step_at };
    if event.occurred_at < since {
        return Err(Refusal::EventOutOfOrder { last_event_at: since.into() });
    }
    Ok(())
}

/// The state that follows from an event, but for its dates.
pub(super) fn apply(dossier: &mut DossierRow, event: &EventRow) {
    let before = dossier.status;
    dossier.status = event.status_after;
    dossier.resumes_to = match (before.waits(), dossier.status.waits()) {
        (false, true) => Some(before),
        (true, true) => dossier.resumes_to,
        (_, false) => None,
    };
    match event.kind {
        EventKind::Forwarded => {
            dossier.holder_agency_id = event.to_agency_id.unwrap_or(dossier.holder_agency_id);
            dossier.holder_unit.clone_from(&event.of_kind.to_unit);
            dossier.holder_officer.clone_from(&event.of_kind.to_officer);
            dossier.holder_since = event.occurred_at;
            dossier.step_due_at = event.of_kind.step_due_at;
        }
        EventKind::Apologised => {
            dossier.apologies += 1;
            dossier.reappointed_on = event.of_kind.new_due_on;
            dossier.apology_late = is_late_apology(dossier, event);
        }
        EventKind::Completed | EventKind::Withdrawn | EventKind::Terminated => {
            dossier.ended_at = Some(event.occurred_at);
            dossier.judged_at = Some(event.occurred_at);
            dossier.clock = Clock::Stopped;
            dossier.stopped_at = None;
            dossier.step_due_at = None;
            // Nothing is handed over any more when there is no decision.
            dossier.closed_recorded_at =
                Some(event.recorded_at).filter(|_| event.kind != EventKind::Completed);
        }
        EventKind::Returned => {
            dossier.returned_at = Some(event.occurred_at);
            dossier.closed_recorded_at = Some(event.recorded_at);
        }
        EventKind::Reopened => {
            dossier.ended_at = None;
            dossier.judged_at = None;
            dossier.returned_at = None;
            dossier.closed_recorded_at = None;
        }
        _ => {}
    }
    if event.kind != EventKind::Noted {
        dossier.last_step_at = event.occurred_at;
    }
    dossier.last_event_at = dossier.last_event_at.max(event.occurred_at);
    dossier.last_recorded_at = event.recorded_at;
    dossier.version = event.seq;
}

/// NĐ 61/2018 Art. 19(9): at the latest a day before the due day.
fn is_late_apology(dossier: &DossierRow, event: &EventRow) -> bool {
    let day = Instant::from(dossier.received_at).local_date();
    let before = Days::new(law().apology_days_before.on(day));
    let last = dossier.due_on.and_then(|due| due.checked_sub_days(before));
    last.is_some_and(|last| Instant::from(event.occurred_at).local_date() > last)
}
