//! When a dossier is due: limit + start + calendar.
//!
//! Civil Code 91/2015 Art. 147: the day of the event is day zero and not counted. Art. 148: a limit in days ends
//! at 24:00 of its last day, and when that is a day off, of the next working day. So a limit in days is late by
//! the date (`overdue_from` is the end of `due_on`), a limit in hours by the minute (`overdue_from` is `due_at`).

use super::amount::Amount;
use super::calendar::{Calendar, MissingYear};
use super::local_time::Instant;
use super::time_limit::TimeLimit;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};

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

impl Deadline {
    /// Due on a day: late from the end of that day.
    fn by_date(due_on: NaiveDate, time: NaiveTime) -> Self {
        Self { due_on, due_at: Instant::at(due_on, time), overdue_from: Instant::end_of(due_on) }
    }
}

/// The deadline of a dossier whose clock started at `start`; `None` without a limit.
///
/// A start outside office hours moves to the next opening, whose day becomes day zero. A limit in calendar days
/// keeps its own date. Fails when the calendar of a year is missing.
pub fn compute(
    limit: TimeLimit,
    start: Instant,
    calendar: &Calendar,
) -> Result<Option<Deadline>, MissingYear> {
    let closing = calendar.hours().closing();
    Ok(Some(match limit {
        TimeLimit::None => return Ok(None),
        TimeLimit::WorkingDays(amount) => working_days(amount, start, calendar)?,
        TimeLimit::CalendarDays(days) => {
            let last = start.local_date().checked_add_days(Days::new(days.into()));
            Deadline::by_date(calendar.working_day_from(last.unwrap_or(NaiveDate::MAX))?, closing)
        }
        TimeLimit::WorkingHours(amount) => {
            // A hundredth of an hour is 36 seconds.
            let time = TimeDelta::seconds(i64::from(amount.hundredths()) * 36);
            let due_at = calendar.add_working_time(start, time)?;
            Deadline { due_on: due_at.local_date(), due_at, overdue_from: due_at }
        }
        TimeLimit::SameDay(cutoff) => {
            let start = calendar.open_from(start)?;
            // Exactly the cut-off is not after it (Luật Hộ tịch 60/2014 Art. 5(3)).
            let days = usize::from(start.local_time() > cutoff);
            Deadline::by_date(calendar.add_working_days(start.local_date(), days)?, closing)
        }
    }))
}

/// `2.5` working days: two whole days, then half of the office minutes of the third.
fn working_days(amount: Amount, start: Instant, calendar: &Calendar) -> Result<Deadline, MissingYear> {
    let day_zero = calendar.open_from(start)?.local_date();
    let fraction = i64::from(amount.fraction_hundredths());
    let whole = usize::try_from(amount.whole()).unwrap_or(0);
    let due_on = calendar.add_working_days(day_zero, whole + usize::from(fraction > 0))?;
    let time = match fraction {
        0 => calendar.hours().closing(),
        part => calendar.hours().after(TimeDelta::seconds(calendar.hours().minutes() * 60 * part / 100)),
    };
    Ok(Deadline::by_date(due_on, time))
}
