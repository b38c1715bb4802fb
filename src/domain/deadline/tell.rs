//! Tells what stops and extensions did to the days that are counted.

use super::count::{self, Unit};
use super::course::Leg;
use super::log::Log;
use super::point::Point;
use super::reasons::Reason;
use crate::domain::calendar::{Calendar, MissingYear};
use crate::domain::local_time::Instant;
use crate::domain::time_limit::TimeLimit;
use chrono::NaiveDate;

/// A stop and what it did.
pub(super) struct Stop {
    /// When it began.
    pub from: Instant,
    /// When it ended.
    pub to: Instant,
    /// Since when the limit is counted.
    pub start: Instant,
    /// Its day zero.
    pub zero: NaiveDate,
    /// Where the limit ended before.
    pub old: Point,
    /// Where it ends now.
    pub new: Point,
    /// What is counted in all, in hundredths of the unit.
    pub total: i64,
}

/// The days of a stop are not counted, those after it are.
pub(super) fn shift<'a, L: Log<'a>>(
    stop: &Stop,
    limit: TimeLimit,
    calendar: &'a Calendar,
    log: &mut L,
) -> Result<(), MissingYear> {
    if !L::LISTENS {
        return Ok(());
    }
    let Stop { from, to, .. } = *stop;
    let stopped = Reason::Stopped { from, to: Some(to) };
    if stop.old.by_minute {
        let (was_due, is_due) = (stop.old.due(calendar)?.1, stop.new.due(calendar)?.1);
        let left = calendar.working_time_between(from.max(stop.start), was_due)?.num_seconds();
        let counted = (stop.total * 36 - left).max(0);
        log.back_to(from.local_date().pred_opt().unwrap_or(NaiveDate::MIN));
        let day_of_stop = from.local_date().max(stop.start.local_date());
        log.tell(Reason::Counted { date: day_of_stop, n: counted / 36 });
        log.tell(stopped);
        count::walk_hours((calendar.open_from(to)?, is_due), counted, calendar, log);
        return Ok(());
    }
    let counted = log.back_to(from.local_date());
    log.tell(stopped);
    let unit =
        if matches!(limit, TimeLimit::CalendarDays(_)) { Unit::CalendarDays } else { Unit::WorkingDays };
    let after = to.local_date().max(stop.zero);
    count::walk(unit, (after, stop.new.day), counted, stop.total, calendar, log);
    count::moved(stop.new.day, calendar, log)
}

/// Days that an extension adds are counted on.
pub(super) fn further_days<'a, L: Log<'a>>(
    (after, through): (NaiveDate, NaiveDate),
    total: i64,
    calendar: &'a Calendar,
    log: &mut L,
) {
    if L::LISTENS {
        let counted = log.back_to(after);
        count::walk(Unit::WorkingDays, (after, through), counted, total, calendar, log);
    }
}

/// The dates to which the parts of a limit moved, or the date of one without parts.
pub(super) fn moved_legs<'a, L: Log<'a>>(
    legs: &[Leg<'a>],
    points: &[Point],
    last: Point,
    log: &mut L,
) -> Result<(), MissingYear> {
    if !L::LISTENS {
        return Ok(());
    }
    for (leg, point) in legs.iter().zip(points) {
        let date = point.due(leg.calendar)?.0;
        log.tell(Reason::Segment { agency: leg.agency.unwrap_or_default(), date });
    }
    if points.is_empty() {
        log.tell(Reason::MovedToWorkingDay { date: last.day, law: INDEX });
    }
    Ok(())
}

/// The time of a supplement is subtracted from the time that was taken.
const INDEX: &str = "QĐ 766/QĐ-TTg";
