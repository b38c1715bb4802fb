//! The one place of a dossier in a period, and the columns in which it is counted.

use super::Frame;
use super::facts::{Facts, Undone, judged, minutes};
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{Channel, Column, Status, TimingState};
use chrono::NaiveDate;

/// How a dossier came into a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intake {
    /// Received in it, online.
    Online,
    /// Received in it, directly or by post.
    DirectPostal,
    /// Received before.
    CarriedOver {
        /// Whether it had ended before the period and was opened again in it.
        reopened: bool,
    },
}

/// How a dossier stands at the last instant of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It ended in the period.
    Resolved {
        /// `early`, `on_time`, `late` or `no_deadline`.
        timing: TimingState,
        /// With which status.
        status: Status,
    },
    /// It is open: `overdue`, `stopped`, `no_deadline` or `in_time`.
    Pending(TimingState),
}

/// The place of a dossier in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// How it came in.
    pub intake: Intake,
    /// How it stands.
    pub standing: Standing,
    /// Whether it is on time by the national index (QĐ 766/QĐ-TTg, 2.1); `None` without a deadline.
    pub on_time_by_index: Option<bool>,
    /// Minutes that it took, if it ended in the period, without the time in which its clock stood still (the same, 2.2).
    pub minutes: Option<i64>,
}

/// The end of a dossier, as it was seen at an instant.
struct Seen {
    at: Instant,
    judged_at: Instant,
    status: Status,
    due_on: Option<NaiveDate>,
    overdue_from: Option<Instant>,
    index_overdue_from: Option<Instant>,
}

/// The place of a dossier in a period; `None`: it is not in it. It is, when it was received by then and had not ended before.
pub fn place(facts: &Facts, frame: Frame) -> Option<Place> {
    let (begins, ends) = (frame.begins(), frame.ends());
    let received_at = facts.received_at.filter(|at| *at < ends)?;
    let end = end_by(facts, ends);
    if end.as_ref().is_some_and(|end| end.at < begins) {
        return None;
    }
    let intake = match facts.channel {
        _ if received_at < begins => {
            let had_ended = |undone: &Undone| undone.ended_at < begins && begins <= undone.reopened_at;
            Intake::CarriedOver { reopened: facts.interruptions.ends.iter().any(had_ended) }
        }
        Channel::Online => Intake::Online,
        Channel::InPerson | Channel::Postal => Intake::DirectPostal,
    };
    let standing = end.as_ref().map_or_else(|| Standing::Pending(pending(facts, frame)), resolved);
    let on_time_by_index = on_time_by_index(facts, end.as_ref(), standing, frame);
    let minutes = end.map(|end| minutes(facts, received_at, end.at));
    Some(Place { intake, standing, on_time_by_index, minutes })
}

/// How a dossier had ended by an instant; `None`: it was open.
fn end_by(facts: &Facts, by: Instant) -> Option<Seen> {
    let undone = facts.interruptions.ends.iter().find(|end| end.ended_at < by && by <= end.reopened_at);
    let undone = undone.map(|end| Seen {
        at: end.ended_at,
        judged_at: end.judged_at,
        status: end.status,
        due_on: end.due_on,
        overdue_from: end.overdue_from,
        index_overdue_from: end.index_overdue_from,
    });
    undone.or_else(|| {
        facts.end.filter(|end| end.at < by).map(|end| Seen {
            at: end.at,
            judged_at: end.judged_at,
            status: end.status,
            due_on: facts.due_on,
            overdue_from: facts.overdue_from,
            index_overdue_from: facts.index_overdue_from,
        })
    })
}

/// QĐ 766/QĐ-TTg, 2.1: what ended is on time unless it ended late; what waits for a supplement is judged by the request; what is open, by the end
/// of the period. Without a deadline there is nothing to compare with.
fn on_time_by_index(facts: &Facts, end: Option<&Seen>, standing: Standing, frame: Frame) -> Option<bool> {
    match (standing, end) {
        (
            Standing::Resolved { timing: TimingState::NoDeadline, .. }
            | Standing::Pending(TimingState::NoDeadline),
            _,
        ) => None,
        (Standing::Resolved { .. }, Some(end)) => {
            let late_from = end.index_overdue_from.or(end.overdue_from);
            Some(late_from.is_none_or(|from| end.judged_at < from))
        }
        _ => {
            let late_from = facts.index_overdue_from.or(facts.overdue_from);
            Some(!late_from.is_some_and(|from| is_overdue(facts, from, frame)))
        }
    }
}

/// Whether an open dossier is overdue in a period that is late from an instant on. One that ended in time later, because its clock had stopped
/// before, was not.
fn is_overdue(facts: &Facts, late_from: Instant, frame: Frame) -> bool {
    late_from <= frame.judges_at() && facts.end.is_none_or(|end| end.judged_at >= late_from)
}

fn resolved(end: &Seen) -> Standing {
    Standing::Resolved { timing: judged(end.judged_at, end.due_on, end.overdue_from), status: end.status }
}

/// How an open dossier stands. A stop that began when it was late hides nothing; one without a deadline may stand still.
fn pending(facts: &Facts, frame: Frame) -> TimingState {
    let ends = frame.ends();
    let stops = facts.interruptions.stops.iter();
    let mut stops = stops.filter(|stop| stop.from < ends && stop.to.is_none_or(|to| ends <= to));
    let started = facts.clock_started_at.is_some_and(|at| at < ends);
    if facts.overdue_from.is_some_and(|from| is_overdue(facts, from, frame)) {
        TimingState::Overdue
    } else if stops.any(|stop| facts.overdue_from.is_none_or(|from| stop.from < from)) {
        TimingState::Stopped
    } else if facts.due_on.is_none() || !started {
        TimingState::NoDeadline
    } else {
        TimingState::InTime
    }
}

/// The columns in which a place is counted. One without a deadline that has ended has no column of its own in the form: it
/// is put where it does not count as late, and counted apart.
pub fn columns(place: Place) -> Vec<Column> {
    use Column as C;
    let mut columns = vec![C::ReceivedTotal];
    columns.extend_from_slice(match place.intake {
        Intake::Online => &[C::ReceivedOnline],
        Intake::DirectPostal => &[C::ReceivedDirectPostal],
        Intake::CarriedOver { reopened: false } => &[C::CarriedOver],
        Intake::CarriedOver { reopened: true } => &[C::CarriedOver, C::CarriedReopened],
    });
    match place.standing {
        Standing::Resolved { timing, status } => {
            columns.push(C::ResolvedTotal);
            columns.extend_from_slice(match timing {
                TimingState::Early => &[C::ResolvedEarly],
                TimingState::Late => &[C::ResolvedLate],
                TimingState::NoDeadline => &[C::ResolvedOnTime, C::ResolvedNoDeadline],
                _ => &[C::ResolvedOnTime],
            });
            columns.extend_from_slice(match status {
                Status::Withdrawn => &[C::ResolvedWithdrawn],
                Status::Terminated => &[C::ResolvedTerminated],
                _ => &[],
            });
        }
        Standing::Pending(timing) => {
            columns.push(C::PendingTotal);
            columns.extend_from_slice(match timing {
                TimingState::Overdue => &[C::PendingOverdue],
                TimingState::Stopped => &[C::PendingInTime, C::PendingStopped],
                TimingState::NoDeadline => &[C::PendingInTime, C::PendingNoDeadline],
                _ => &[C::PendingInTime],
            });
        }
    }
    columns
}
