//! Whether a dossier allows an event, and the state that follows from it, but for its dates.

use crate::domain::law::law;
use crate::domain::lifecycle::Position;
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::domain::report::Undone;
use crate::domain::vocabulary::{Clock, EventKind, Status};
use crate::features::dossiers::history::is_step;
use crate::features::dossiers::queries::{DossierRow, EventRow};
use chrono::Days;

/// Where a dossier stands after an event, if it allows that.
pub(super) fn after(dossier: &DossierRow, kind: EventKind) -> Result<Position, Refusal> {
    let position = dossier.position();
    // NĐ 61/2018 Art. 19(9): the return is appointed again once.
    let day = Instant::from(dossier.filed_at).local_date();
    let no_more = kind == EventKind::Apologised && dossier.apologies >= law().apologies_most.on(day);
    position.after(kind).filter(|_| !no_more).ok_or_else(|| {
        let mut allowed = position.allowed();
        allowed.retain(|kind| *kind != EventKind::Apologised || !no_more);
        Refusal::EventNotAllowed { state: dossier.status, allowed }
    })
}

/// The state that follows from an event, but for its dates.
pub(super) fn apply(dossier: &mut DossierRow, event: &EventRow, position: Position) {
    if event.kind == EventKind::Reopened {
        keep_undone_end(dossier, event);
    }
    dossier.status = position.status;
    dossier.resumes_to = position.resumes_to;
    if position.status != Status::SupplementRequested {
        dossier.unanswered_from = None;
    }
    // Of a receipt, or of a supplement that came with a new promise.
    dossier.appointed_at = event.of_kind.appointed_at.or(dossier.appointed_at);
    match event.kind {
        EventKind::Received => {
            dossier.received_at = Some(event.occurred_at);
            dossier.filed_at = event.occurred_at;
            dossier.holder_unit.clone_from(&event.officer_unit);
            dossier.holder_officer.clone_from(&event.officer);
            dossier.holder_since = event.occurred_at;
        }
        EventKind::Forwarded => {
            dossier.holder_agency_id = event.to_agency_id.unwrap_or(dossier.holder_agency_id);
            dossier.holder_unit.clone_from(&event.of_kind.to_unit);
            dossier.holder_officer.clone_from(&event.of_kind.to_officer);
            dossier.holder_since = event.occurred_at;
            dossier.step_due_at = event.of_kind.step_due_at;
        }
        EventKind::SupplementRequested => {
            dossier.unanswered_from = event.of_kind.answer_by.map(|day| Instant::end_of(day).utc());
        }
        EventKind::Apologised => {
            dossier.apologies += 1;
            dossier.reappointed_on = event.of_kind.new_due_on;
            dossier.apology_late = is_late_apology(dossier, event);
        }
        EventKind::Refused | EventKind::Completed | EventKind::Withdrawn | EventKind::Terminated => {
            dossier.ended_at = Some(event.occurred_at);
            dossier.judged_at = Some(event.occurred_at);
            dossier.clock = Clock::Stopped;
            dossier.stopped_at = None;
            dossier.step_due_at = None;
            // Nothing is handed over any more when there is no decision.
            dossier.closed_recorded_at =
                Some(event.entered_at()).filter(|_| event.kind != EventKind::Completed);
        }
        EventKind::Returned => {
            dossier.returned_at = Some(event.occurred_at);
            dossier.closed_recorded_at = Some(event.entered_at());
        }
        EventKind::Reopened => {
            dossier.ended_at = None;
            dossier.judged_at = None;
            dossier.clock = Clock::Running;
            dossier.returned_at = None;
            dossier.closed_recorded_at = None;
        }
        _ => {}
    }
    if is_step(event.kind) {
        dossier.last_step_at = event.occurred_at;
    }
    dossier.last_event_at = dossier.last_event_at.max(event.occurred_at);
}

/// Keeps how a dossier had ended that is opened again: reports of the time in between go on counting it.
fn keep_undone_end(dossier: &mut DossierRow, event: &EventRow) {
    let Some((ended_at, judged_at)) = dossier.ended_at.zip(dossier.judged_at) else { return };
    let mut interruptions = dossier.interruptions();
    interruptions.ends.push(Undone {
        ended_at: ended_at.into(),
        judged_at: judged_at.into(),
        status: dossier.status,
        due_on: dossier.due_on,
        overdue_from: dossier.overdue_from.map(Instant::from),
        index_overdue_from: dossier.index_overdue_from.map(Instant::from),
        reopened_at: event.occurred_at.into(),
    });
    dossier.set_interruptions(&interruptions);
}

/// NĐ 61/2018 Art. 19(9): at the latest a day before the due day.
fn is_late_apology(dossier: &DossierRow, event: &EventRow) -> bool {
    let day = Instant::from(dossier.filed_at).local_date();
    let before = Days::new(law().apology_days_before.on(day));
    let last = dossier.due_on.and_then(|due| due.checked_sub_days(before));
    last.is_some_and(|last| Instant::from(event.occurred_at).local_date() > last)
}
