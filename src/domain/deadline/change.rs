//! What stops and extensions do to the end of a limit.

use super::count;
use super::course::Extension;
use super::point::{Point, TimeOfDay, WHOLE};
use crate::domain::amount::Amount;
use crate::domain::calendar::{Calendar, MissingYear};
use crate::domain::local_time::Instant;
use crate::domain::time_limit::TimeLimit;
use chrono::{Days, NaiveDate, TimeDelta};

/// The end of a limit after a stop, in the unit of the limit: later by the working or calendar days after the first
/// day of the stop through its last, or by its office hours.
pub(super) fn shift(
    point: Point,
    (from, to): (Instant, Instant),
    zero: NaiveDate,
    limit: TimeLimit,
    calendar: &Calendar,
) -> Result<Point, MissingYear> {
    if point.by_minute {
        let stopped = calendar.working_time_between(from, to)?;
        let due = point.due(calendar)?.1;
        return Ok(Point::exactly(calendar.add_working_time(due, stopped)?, true));
    }
    // Before day zero nothing was counted that a stop could take.
    let (after, through) = (from.local_date().max(zero), to.local_date());
    let day = if let TimeLimit::CalendarDays(_) = limit {
        point.day + TimeDelta::days((through - after).num_days().max(0))
    } else {
        let days = calendar.working_days_between(after, through)?;
        let last = calendar.working_day_from(point.day)?;
        calendar.add_working_days(last, usize::try_from(days).unwrap_or(0))?
    };
    Ok(Point { day, ..point })
}

/// The end of an extended limit.
pub(super) fn extend(point: Point, by: Extension, calendar: &Calendar) -> Result<Point, MissingYear> {
    let (day, at) = point.due(calendar)?;
    Ok(match by {
        Extension::To(to) if to > day => Point { day: to, time: TimeOfDay::Share(WHOLE), ..point },
        Extension::By(TimeLimit::WorkingDays(amount)) => {
            by_working_days(Point { day, ..point }, amount, calendar)?
        }
        Extension::By(TimeLimit::CalendarDays(days)) => {
            Point { day: day.checked_add_days(Days::new(days.into())).unwrap_or(day), ..point }
        }
        Extension::By(TimeLimit::WorkingHours(amount)) => {
            Point::exactly(calendar.add_working_time(at, count::hours(amount))?, point.by_minute)
        }
        Extension::To(_) | Extension::By(TimeLimit::SameDay(_) | TimeLimit::None) => point,
    })
}

/// `point` is on a working day.
fn by_working_days(point: Point, amount: Amount, calendar: &Calendar) -> Result<Point, MissingYear> {
    let whole = usize::try_from(amount.whole()).unwrap_or(0);
    let part = amount.fraction_hundredths();
    match point.time {
        TimeOfDay::Share(share) if share + part > WHOLE => {
            let time = TimeOfDay::Share(share + part - WHOLE);
            Ok(Point { day: calendar.add_working_days(point.day, whole + 1)?, time, ..point })
        }
        TimeOfDay::Share(share) => {
            let time = TimeOfDay::Share(share + part);
            Ok(Point { day: calendar.add_working_days(point.day, whole)?, time, ..point })
        }
        TimeOfDay::Exactly(time) => {
            let day = calendar.add_working_days(point.day, whole)?;
            let rest = TimeDelta::seconds(calendar.hours(day).length().num_seconds() * i64::from(part) / 100);
            Ok(Point::exactly(calendar.add_working_time(Instant::at(day, time), rest)?, point.by_minute))
        }
    }
}

/// The end of a limit after a stop whose time is taken off as the calendar has it (QĐ 766/QĐ-TTg).
pub(super) fn subtract(
    point: Point,
    (from, to): (Instant, Instant),
    calendar: &Calendar,
) -> Result<Point, MissingYear> {
    if point.by_minute {
        let due = point.due(calendar)?.1 + (to.utc() - from.utc());
        return Ok(Point::exactly(calendar.open_from(due)?, true));
    }
    let days = (to.local_date() - from.local_date()).num_days();
    // From the date that the slip shows, as existing software does it.
    let shown = point.due(calendar)?.0;
    Ok(Point { day: calendar.working_day_from(shown + TimeDelta::days(days))?, ..point })
}
