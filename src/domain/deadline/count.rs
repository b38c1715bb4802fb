//! Counts a limit from a start.

use super::log::Log;
use super::point::{Point, TimeOfDay, WHOLE};
use super::reasons::Reason;
use crate::domain::amount::Amount;
use crate::domain::calendar::{Calendar, DayKind, MissingYear};
use crate::domain::local_time::Instant;
use crate::domain::time_limit::TimeLimit;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};

/// Civil Code 91/2015: the day of the event is not counted.
const DAY_ZERO: &str = "BLDS 2015 Đ.147";
/// Civil Code 91/2015: hours begin at the moment that is fixed.
const FIRST_MOMENT: &str = "BLDS 2015 Đ.147(1)";
/// Civil Code 91/2015: a limit that ends on a day off ends with the next working day.
const NEXT_WORKING_DAY: &str = "BLDS 2015 Đ.148(5)";
/// Law on Civil Status 60/2014: settled the same day, or the next working day when received after the cut-off.
const SAME_DAY: &str = "Luật Hộ tịch 2014 Đ.5(3)";

/// What the days of a limit are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Working days.
    WorkingDays,
    /// Calendar days.
    CalendarDays,
}

/// Where a limit that starts at `start` ends; `None` without a limit.
pub(super) fn count<'a>(
    limit: TimeLimit,
    start: Instant,
    calendar: &'a Calendar,
    log: &mut impl Log<'a>,
) -> Result<Option<Point>, MissingYear> {
    Ok(Some(match limit {
        TimeLimit::None => return Ok(None),
        TimeLimit::WorkingDays(amount) => working_days(amount, start, calendar, log)?,
        TimeLimit::CalendarDays(days) => {
            let zero = start.local_date();
            log.tell(Reason::DayZero { date: zero, law: DAY_ZERO });
            let last = zero.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX);
            walk(Unit::CalendarDays, (zero, last), 0, i64::from(days) * 100, calendar, log);
            moved(last, calendar, log);
            Point::end_of(last)
        }
        TimeLimit::WorkingHours(amount) => {
            let open = opened(start, calendar, log)?;
            log.tell(Reason::DayZero { date: open.local_date(), law: FIRST_MOMENT });
            let due = calendar.add_working_time(open, hours(amount))?;
            walk_hours((open, due), TimeDelta::zero(), hours(amount), calendar, log);
            Point::exactly(due, true)
        }
        TimeLimit::SameDay(cutoff) => same_day(cutoff, start, calendar, log)?,
    }))
}

/// Office time of an amount of hours: a hundredth of an hour is 36 seconds.
pub(super) fn hours(amount: Amount) -> TimeDelta {
    TimeDelta::seconds(i64::from(amount.hundredths()) * 36)
}

/// `2.5` working days: two whole days, then half of the office hours of the third.
fn working_days<'a>(
    amount: Amount,
    start: Instant,
    calendar: &'a Calendar,
    log: &mut impl Log<'a>,
) -> Result<Point, MissingYear> {
    let zero = opened(start, calendar, log)?.local_date();
    log.tell(Reason::DayZero { date: zero, law: DAY_ZERO });
    let part = amount.fraction_hundredths();
    let whole = usize::try_from(amount.whole()).unwrap_or(0);
    let day = calendar.add_working_days(zero, whole + usize::from(part > 0))?;
    walk(Unit::WorkingDays, (zero, day), 0, amount.hundredths().into(), calendar, log);
    let time = TimeOfDay::Share(if part == 0 { WHOLE } else { part });
    Ok(Point { time, ..Point::end_of(day) })
}

/// Exactly the cut-off is not after it (Luật Hộ tịch 60/2014 Art. 5(3)).
fn same_day<'a>(
    cutoff: NaiveTime,
    start: Instant,
    calendar: &'a Calendar,
    log: &mut impl Log<'a>,
) -> Result<Point, MissingYear> {
    let open = opened(start, calendar, log)?;
    let zero = open.local_date();
    log.tell(Reason::DayZero { date: zero, law: SAME_DAY });
    let is_after = open.local_time() > cutoff;
    let day = calendar.add_working_days(zero, usize::from(is_after))?;
    walk(Unit::WorkingDays, (zero, day), 0, 100, calendar, log);
    Ok(Point::end_of(day))
}

/// The start in office hours, and the reason when it was moved there.
fn opened<'a>(
    start: Instant,
    calendar: &'a Calendar,
    log: &mut impl Log<'a>,
) -> Result<Instant, MissingYear> {
    let open = calendar.open_from(start)?;
    if open != start {
        log.tell(Reason::StartMoved { from: start, to: open });
    }
    Ok(open)
}

/// Tells every day after the first through the last, and how much has been counted by it: `counted` and on until it is
/// `total`, in hundredths of the unit.
pub(super) fn walk<'a, L: Log<'a>>(
    unit: Unit,
    (after, through): (NaiveDate, NaiveDate),
    mut counted: i64,
    total: i64,
    calendar: &'a Calendar,
    log: &mut L,
) {
    if !L::LISTENS {
        return;
    }
    for date in after.iter_days().skip(1).take_while(|day| *day <= through) {
        if counted >= total {
            return;
        }
        // A year that is missing in the middle of calendar days is no reason to stop: only the last day needs one.
        let kind = calendar.kind(date).unwrap_or(DayKind::Working);
        let works = matches!(kind, DayKind::Working | DayKind::WorkedRestDay(_));
        if let (Unit::WorkingDays, DayKind::WorkedRestDay(name)) = (unit, kind) {
            log.tell(Reason::WorkedRestDay { date, name });
        }
        if works || unit == Unit::CalendarDays {
            counted = (counted + 100).min(total);
            log.tell(Reason::Counted { date, n: counted });
        } else {
            log.tell(not_counted(date, kind));
        }
    }
}

fn not_counted(date: NaiveDate, kind: DayKind<'_>) -> Reason<'_> {
    match kind {
        DayKind::DayOff(name) => Reason::DayOff { date, name },
        DayKind::WeeklyRest | DayKind::Working | DayKind::WorkedRestDay(_) => Reason::WeeklyRest { date },
    }
}

/// Tells each day from the one instant to the other, and the office time that has been counted by its end: `counted` and
/// on until it is `total`. Days on which none passes are not told.
pub(super) fn walk_hours<'a, L: Log<'a>>(
    (from, to): (Instant, Instant),
    mut counted: TimeDelta,
    total: TimeDelta,
    calendar: &'a Calendar,
    log: &mut L,
) {
    if !L::LISTENS || to <= from {
        return;
    }
    let last = to.local_date();
    for date in from.local_date().iter_days().take_while(|day| *day <= last) {
        if counted >= total {
            return;
        }
        let kind = calendar.kind(date).unwrap_or(DayKind::WeeklyRest);
        if let DayKind::WeeklyRest | DayKind::DayOff(_) = kind {
            log.tell(not_counted(date, kind));
            continue;
        }
        let (begin, end) = (from.max(Instant::start_of(date)), to.min(Instant::end_of(date)));
        let passed = calendar.working_time_between(begin, end).unwrap_or_default();
        if passed <= TimeDelta::zero() {
            continue;
        }
        if let DayKind::WorkedRestDay(name) = kind {
            log.tell(Reason::WorkedRestDay { date, name });
        }
        counted = (counted + passed).min(total);
        log.tell(Reason::Counted { date, n: counted.num_seconds() / 36 });
    }
}

/// Tells why a limit that ends on a day off ends later.
pub(super) fn moved<'a, L: Log<'a>>(last: NaiveDate, calendar: &'a Calendar, log: &mut L) {
    if !L::LISTENS {
        return;
    }
    // Without a table there is no date, and so nothing to tell.
    let Ok(due) = calendar.working_day_from(last) else { return };
    for date in last.iter_days().take_while(|day| *day < due) {
        log.tell(not_counted(date, calendar.kind(date).unwrap_or(DayKind::WeeklyRest)));
    }
    if due != last {
        log.tell(Reason::MovedToWorkingDay { date: due, law: Some(NEXT_WORKING_DAY) });
    }
}
