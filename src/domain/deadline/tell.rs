//! Tells what stops and extensions did to the days that are counted. It never fails: what has no date is not told.

use super::count::{self, Unit};
use super::course::Leg;
use super::log::Log;
use super::point::Point;
use super::reasons::Reason;
use crate::domain::calendar::Calendar;
use crate::domain::local_time::Instant;
use crate::domain::time_limit::TimeLimit;
use chrono::{NaiveDate, TimeDelta};

/// How a part of a limit was counted before it changed.
#[derive(Clone, Copy)]
pub(super) struct Counting<'a> {
    /// The part.
    pub leg: Leg<'a>,
    /// Since when its clock has run: its start, or the end of the last stop.
    pub since: Instant,
    /// Its day zero.
    pub zero: NaiveDate,
    /// What is counted in all, in hundredths of the unit.
    pub total: i64,
    /// Where it ended.
    pub end: Point,
}

impl Counting<'_> {
    /// All of its office time.
    fn hours(&self) -> TimeDelta {
        TimeDelta::seconds(self.total * 36)
    }

    /// Office time that had been counted by an instant, of a part in hours.
    fn counted_by(&self, at: Instant) -> TimeDelta {
        let left = due_at(self.end, self.leg.calendar)
            .and_then(|due| self.leg.calendar.working_time_between(at, due).ok());
        (self.hours() - left.unwrap_or_default()).max(TimeDelta::zero())
    }
}

/// The days of a stop are not counted, those after it are.
pub(super) fn shift<'a, L: Log<'a>>(
    was: &Counting<'a>,
    (from, to): (Instant, Instant),
    end: Point,
    log: &mut L,
) {
    if !L::LISTENS {
        return;
    }
    let (calendar, stopped) = (was.leg.calendar, Reason::Stopped { from, to: Some(to) });
    if end.by_minute {
        log.back_to(eve(from.local_date()));
        let morning = Instant::start_of(from.local_date()).max(was.since);
        let until = due_at(was.end, calendar).map_or(from, |due| due.min(from));
        count::walk_hours((morning, until), was.counted_by(morning), was.hours(), calendar, log);
        log.tell(stopped);
        let is_due = due_at(end, calendar).unwrap_or(to);
        count::walk_hours((to, is_due), was.counted_by(from), was.hours(), calendar, log);
        return;
    }
    let counted = log.back_to(from.local_date());
    log.tell(stopped);
    let after = to.local_date().max(was.zero);
    let is_calendar = matches!(was.leg.limit, TimeLimit::CalendarDays(_));
    let unit = if is_calendar { Unit::CalendarDays } else { Unit::WorkingDays };
    count::walk(unit, (after, end.day), counted, was.total, calendar, log);
    if is_calendar {
        count::moved(end.day, calendar, log);
    }
}

/// What an extension in the same unit adds is counted on.
pub(super) fn further<'a, L: Log<'a>>(was: &Counting<'a>, by: i64, end: Point, log: &mut L) {
    if !L::LISTENS {
        return;
    }
    let calendar = was.leg.calendar;
    if end.by_minute {
        let (Some(old), Some(new)) = (due_at(was.end, calendar), due_at(end, calendar)) else { return };
        let morning = Instant::start_of(old.local_date()).max(was.since);
        log.back_to(eve(old.local_date()));
        let total = was.hours() + TimeDelta::seconds(by * 36);
        count::walk_hours((morning, new), was.counted_by(morning), total, calendar, log);
        return;
    }
    let Ok((mut after, _)) = was.end.due(calendar) else { return };
    let mut counted = log.back_to(after);
    if counted % 100 > 0 {
        // More of the day that counted in part is counted now.
        after = eve(after);
        log.back_to(after);
        counted -= counted % 100;
    }
    count::walk(Unit::WorkingDays, (after, end.day), counted, was.total + by, calendar, log);
}

fn due_at(point: Point, calendar: &Calendar) -> Option<Instant> {
    point.due(calendar).ok().map(|(_, at)| at)
}

fn eve(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(NaiveDate::MIN)
}
