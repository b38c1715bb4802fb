//! THE definition of early, on time, late and overdue. Lists, counts, exports and reports all use it.
//!
//! A dossier stores `overdue_from`, the first instant at which it is late (see `deadline`). Then:
//!
//! - **overdue**: not ended, and now is at or after `overdue_from`. Overdue only the next day: a dossier due on
//!   Friday is not overdue on Friday evening.
//! - **late**: ended at or after `overdue_from`; **early**: ended on a local day before `due_on`; **on time**:
//!   ended otherwise. What ends while its clock is stopped is judged by the instant at which it stopped. Without a deadline: **`no_deadline`**, never "on time".
//! - **due soon**: running, not overdue, and at most `due_soon_days` working days left, a parameter of [`super::law`].
//!
//! `features/overdue` holds the mirror of this in SQL; a property test proves that the two agree.

use super::calendar::{Calendar, MissingYear};
use super::law::law;
use super::local_time::Instant;
use super::vocabulary::{Clock, ClosingState, TimingState};
use chrono::{Datelike, NaiveDate};

/// What the timing of a dossier depends on.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Local day on which it is due.
    pub due_on: Option<NaiveDate>,
    /// First instant at which it is late.
    pub overdue_from: Option<Instant>,
    /// When its handling ended, or when its clock had stopped if it ended while stopped; `None` while it is open.
    pub judged_at: Option<Instant>,
    /// Whether its clock runs.
    pub clock: Clock,
    /// When its closing was recorded.
    pub closed_recorded_at: Option<Instant>,
}

/// How a dossier stands against its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// The state.
    pub state: TimingState,
    /// Working days after today through `due_on`; `None` when ended, stopped, without a deadline, or when a calendar year
    /// is missing.
    pub days_left: Option<i64>,
    /// Working days after `due_on` through today or the day it ended; may be 0 when late on a rest day. `None`
    /// without a deadline or when a calendar year is missing.
    pub days_late: Option<i64>,
}

/// How its closing stands: judged by when the return was recorded, not by when it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The state.
    pub state: ClosingState,
    /// Working days after `due_on` through the day of the record, or today while it is open.
    pub days_late: Option<i64>,
}

/// The state of a dossier at `now`. `due_soon_until` is the last due day that is due soon, see [`due_soon_until`].
pub fn state(facts: &Facts, now: Instant, due_soon_until: Option<NaiveDate>) -> TimingState {
    let Some(overdue_from) = facts.overdue_from else {
        let stopped = facts.judged_at.is_none() && facts.clock == Clock::Stopped;
        return if stopped { TimingState::Stopped } else { TimingState::NoDeadline };
    };
    match facts.judged_at {
        Some(at) if at >= overdue_from => TimingState::Late,
        Some(at) if facts.due_on.is_some_and(|due| at.local_date() < due) => TimingState::Early,
        Some(_) => TimingState::OnTime,
        None if now >= overdue_from => TimingState::Overdue,
        None if facts.clock == Clock::Stopped => TimingState::Stopped,
        None if facts.due_on.zip(due_soon_until).is_some_and(|(due, until)| due <= until) => {
            TimingState::DueSoon
        }
        None => TimingState::InTime,
    }
}

/// The last due day that counts as due soon at `now`, see [`due_within`].
pub fn due_soon_until(now: Instant, calendar: &Calendar) -> Option<NaiveDate> {
    due_within(now, calendar, law().due_soon_days.on(now.local_date()))
}

/// The last due day that has at most some working days left at `now`. Where the calendar ends before, every day that it
/// still has is near enough; `None` when it does not even have today.
pub fn due_within(now: Instant, calendar: &Calendar, days: usize) -> Option<NaiveDate> {
    let today = now.local_date();
    match calendar.add_working_days(today, days) {
        Ok(day) => Some(day),
        Err(MissingYear(year)) if year > today.year() => NaiveDate::from_ymd_opt(year - 1, 12, 31),
        Err(_) => None,
    }
}

/// The last day after which at least some working days have begun through today, so that what was due on it is as many
/// days late, and what happened last on it is as many days ago. `None` when the calendar does not go back so far.
pub fn past_by(now: Instant, calendar: &Calendar, days: usize) -> Option<NaiveDate> {
    let today = now.local_date();
    if days == 0 {
        return Some(today);
    }
    let first = calendar.subtract_working_days(today.succ_opt()?, days).ok()?;
    first.pred_opt().filter(|day| calendar.working_days_between(*day, today).is_ok())
}

/// State and day counts of a dossier at `now`. Nothing is counted while the clock is stopped before it was late.
pub fn judge(facts: &Facts, now: Instant, calendar: &Calendar) -> Timing {
    let state = state(facts, now, due_soon_until(now, calendar));
    let until = facts.judged_at.unwrap_or(now).local_date();
    let days = |after, through| calendar.working_days_between(after, through).ok();
    let due_on = facts.due_on.filter(|_| facts.overdue_from.is_some());
    Timing {
        state,
        days_left: due_on.filter(|_| facts.judged_at.is_none()).and_then(|due| days(until, due)),
        days_late: due_on.and_then(|due| days(due, until)),
    }
}

/// How the closing of a dossier stands at `now`.
pub fn closing(facts: &Facts, now: Instant, calendar: &Calendar) -> Closing {
    let until = facts.closed_recorded_at.unwrap_or(now).local_date();
    let state = match facts.closed_recorded_at {
        None => ClosingState::Open,
        Some(at) if facts.overdue_from.is_some_and(|from| at >= from) => ClosingState::Late,
        Some(_) => ClosingState::InTime,
    };
    Closing { state, days_late: facts.due_on.and_then(|due| calendar.working_days_between(due, until).ok()) }
}

#[cfg(test)]
mod tests;
