//! When a dossier is due: limit + start + calendar + stops + supplements + extensions, with the reasons.
//!
//! Civil Code 91/2015 Art. 147: the day of the event is day zero and not counted. Art. 148: a limit in days ends at
//! 24:00 of its last day, and when that is a day off, of the next working day. So a limit in days is late by the date
//! (`overdue_from` is the end of `due_on`), a limit in hours by the minute (`overdue_from` is `due_at`).
//!
//! One engine computes and explains. `course` says what goes in and comes out; `running` goes through what happened;
//! `count` counts a limit from a start, `change` moves its end, `point` is that end. All tell a [`Log`] what they do;
//! without a listener nothing is walked day by day. `reasons` has the reasons, `text` makes sentences of them.

mod change;
mod count;
mod course;
mod log;
mod point;
pub mod reasons;
mod running;
mod tell;
pub mod text;

pub use course::{Course, Extension, Leg, Move, Standing, run};
pub use log::{Log, NoLog};
pub use reasons::{Reason, Reasons};

use super::calendar::{Calendar, MissingYear};
use super::local_time::Instant;
use super::time_limit::TimeLimit;
use chrono::NaiveDate;

/// When a dossier is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Local day on which it is due: a working day.
    pub due_on: NaiveDate,
    /// Instant on that day at which it is due: the closing of the office, or earlier for fractions and hours.
    pub due_at: Instant,
    /// First instant at which it is late.
    pub overdue_from: Instant,
}

/// The deadline of a limit that runs from `start` without a stop; `None` without a limit.
///
/// A start outside office hours moves to the next opening, whose day becomes day zero. A limit in calendar days
/// keeps its own date. Fails when the calendar of a year is missing.
pub fn compute(
    limit: TimeLimit,
    start: Instant,
    calendar: &Calendar,
) -> Result<Option<Deadline>, MissingYear> {
    let Some(point) = count::count(limit, start, calendar, &mut NoLog)? else { return Ok(None) };
    point.deadline(calendar, super::vocabulary::Granularity::Date).map(Some)
}

/// The due day of a limit that was due at an instant and is extended by another.
pub fn extended(due_at: Instant, by: TimeLimit, calendar: &Calendar) -> Result<NaiveDate, MissingYear> {
    let point = point::Point::exactly(due_at, false);
    Ok(change::extend(point, Extension::By(by), calendar)?.due(calendar)?.0)
}

#[cfg(test)]
mod tests;
