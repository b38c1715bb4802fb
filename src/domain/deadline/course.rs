//! Runs through what happened to a dossier's time limit: its start, its stops, its extensions, in order of time.
//!
//! A stop never hides lateness: one that begins when the dossier is late already leaves its date as it is, and so does an
//! extension; the date that they would have given is shown beside it. A stop never brings a date forward either.

use super::Deadline;
use super::count;
use super::log::Log;
use super::point::Point;
use super::reasons::Reason;
use super::running::Running;
use crate::domain::calendar::{Calendar, MissingYear};
use crate::domain::local_time::Instant;
use crate::domain::time_limit::TimeLimit;
use crate::domain::vocabulary::{Granularity, StopEffect};
use chrono::NaiveDate;

/// A part of a chained limit, or all of a plain one: the time of one agency on its calendar.
#[derive(Clone, Copy, Debug)]
pub struct Leg<'a> {
    /// How long.
    pub limit: TimeLimit,
    /// Calendar of the agency.
    pub calendar: &'a Calendar,
    /// Code of the agency, when there is more than one part.
    pub agency: Option<&'a str>,
}

/// By how much a limit is extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// By a time limit; `same_day` and `none` extend by nothing.
    By(TimeLimit),
    /// To a day, if it is later.
    To(NaiveDate),
}

/// What happened to the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move<'a> {
    /// Its clock stopped.
    Stopped {
        /// When.
        from: Instant,
        /// When it ran again; `None`: it has not yet, and nothing follows.
        to: Option<Instant>,
        /// What that does to the date.
        effect: StopEffect,
    },
    /// It was extended.
    Extended {
        /// When; `None`: in time.
        at: Option<Instant>,
        /// By how much.
        by: Extension,
        /// On which ground.
        ground: &'a str,
    },
    /// It counts as late from an instant on, whatever its date.
    DeemedLate {
        /// The instant.
        at: Instant,
    },
}

/// A time limit and what happened to it.
#[derive(Clone, Copy, Debug)]
pub struct Course<'c, 'a> {
    /// The parts of the limit, at least one.
    pub legs: &'c [Leg<'a>],
    /// When its clock started.
    pub start: Instant,
    /// What happened, in order of time; stops do not overlap.
    pub moves: &'c [Move<'a>],
    /// From when a limit in days is late.
    pub granularity: Granularity,
    /// The date that the slip promised, where that judges.
    pub appointed: Option<Instant>,
}

/// How a limit stands after all that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Due date; once late, the one that was missed.
    pub due_on: NaiveDate,
    /// Instant of that day.
    pub due_at: Instant,
    /// First instant at which it is late; `None` while its clock is stopped and it was not late before.
    pub overdue_from: Option<Instant>,
    /// The same, as if the clock ran: for a dossier that ends while stopped.
    pub late_from: Instant,
    /// Since when its clock is stopped.
    pub stopped_at: Option<Instant>,
    /// For a dossier that is late: the day to which later stops and extensions would have moved its date.
    pub restarted_on: Option<NaiveDate>,
    /// Of a chained limit, the deadline of each part.
    pub legs: Vec<Deadline>,
}

/// Runs a course; `None` without a limit. Fails when the calendar of a year is missing, unless it was late before.
pub fn run<'a>(course: &Course<'_, 'a>, log: &mut impl Log<'a>) -> Result<Option<Standing>, MissingYear> {
    let Some(mut running) = Running::started(course, log)? else { return Ok(None) };
    for (i, happened) in course.moves.iter().enumerate() {
        running.happened(happened, &course.moves[..i], log)?;
    }
    running.standing().map(Some)
}

/// Where each part ends, each counted from the end of the one before (NĐ 61/2018 Art. 19(6,7)): those in `ends` as they
/// are, and the others after them; the first part begins at `start`. `None` without a limit.
pub(super) fn chained<'a>(
    course: &Course<'_, 'a>,
    start: Instant,
    mut ends: Vec<Point>,
    log: &mut impl Log<'a>,
) -> Result<Option<Vec<Point>>, MissingYear> {
    let mut from = start;
    for (k, leg) in course.legs.iter().enumerate().skip(ends.len()) {
        if k > 0 {
            from = handed_over(ends[k - 1], &course.legs[k - 1], leg)?;
        }
        let Some(end) = count::count(leg.limit, from, leg.calendar, log)? else { return Ok(None) };
        ends.push(end);
        ended(course, k, end, log)?;
    }
    Ok(Some(ends).filter(|ends| !ends.is_empty()))
}

/// Tells where a part of a chained limit ends.
pub(super) fn ended<'a, L: Log<'a>>(
    course: &Course<'_, 'a>,
    part: usize,
    end: Point,
    log: &mut L,
) -> Result<(), MissingYear> {
    let leg = &course.legs[part];
    if L::LISTENS && course.legs.len() > 1 {
        log.tell(Reason::Segment { agency: leg.agency.unwrap_or_default(), date: end.due(leg.calendar)?.0 });
    }
    Ok(())
}

/// When the next agency begins: when the part before it ends, and that same day also where its office closes earlier. A
/// stop that outlasts a part takes nothing from the next: all of them together are as long as their sum.
pub(super) fn handed_over(end: Point, leg: &Leg<'_>, next: &Leg<'_>) -> Result<Instant, MissingYear> {
    let (day, at) = Point { not_before: None, ..end }.due(leg.calendar)?;
    Ok(at.min(Instant::at(day, next.calendar.hours(day).closing())))
}

/// The number of the part that runs at an instant, of those that end at `ends`; the last one when all are over.
pub(super) fn part_at(course: &Course<'_, '_>, ends: &[Point], at: Instant) -> Result<usize, MissingYear> {
    for (part, (end, leg)) in ends.iter().zip(course.legs).enumerate() {
        let (day, due_at) = Point { not_before: None, ..*end }.due(leg.calendar)?;
        let runs = if end.by_minute { at < due_at } else { at.local_date() <= day };
        if runs {
            return Ok(part);
        }
    }
    Ok(ends.len().saturating_sub(1))
}
