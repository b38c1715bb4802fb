//! A point in time that a limit reaches, before it is moved to a working day.

use super::Deadline;
use crate::domain::calendar::{Calendar, MissingYear};
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::Granularity;
use chrono::{NaiveDate, NaiveTime, TimeDelta};

/// Where a limit ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    /// The local day; of a limit in calendar days it may be a day off.
    pub day: NaiveDate,
    /// The time of that day.
    pub time: TimeOfDay,
    /// Whether the limit is in hours, and so late by the minute.
    pub by_minute: bool,
    /// When its clock ran again after the last stop, which no date comes before, and how exactly that is taken.
    pub not_before: Option<(Instant, Granularity)>,
}

/// The time of day at which a limit ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeOfDay {
    /// When so many hundredths of the office hours of the day have passed: 100 is its closing.
    Share(i32),
    /// At this time.
    Exactly(NaiveTime),
}

/// All of a day.
pub(super) const WHOLE: i32 = 100;

impl Point {
    /// The end of a day.
    pub const fn end_of(day: NaiveDate) -> Self {
        Self { day, time: TimeOfDay::Share(WHOLE), by_minute: false, not_before: None }
    }

    /// An instant that hours lead to.
    pub fn exactly(at: Instant, by_minute: bool) -> Self {
        let (day, time) = (at.local_date(), TimeOfDay::Exactly(at.local_time()));
        Self { day, time, by_minute, not_before: None }
    }

    /// The working day and the instant that it means (Civil Code 91/2015 Art. 148(5)).
    pub fn due(self, calendar: &Calendar) -> Result<(NaiveDate, Instant), MissingYear> {
        let day = calendar.working_day_from(self.day)?;
        let due = (day, self.on(day, calendar));
        match self.not_before {
            Some((to, granularity)) => self.after_resuming(due, to, granularity, calendar),
            None => Ok(due),
        }
    }

    /// When it is on a working day.
    fn on(self, day: NaiveDate, calendar: &Calendar) -> Instant {
        let hours = calendar.hours(day);
        let time = match self.time {
            TimeOfDay::Share(WHOLE) => hours.closing(),
            TimeOfDay::Share(part) => {
                hours.after(TimeDelta::seconds(hours.length().num_seconds() * i64::from(part) / 100))
            }
            // The hours of another day may be others.
            TimeOfDay::Exactly(time) => hours.open_from(time).unwrap_or(hours.closing()),
        };
        Instant::at(day, time)
    }

    /// A date cannot come before the clock runs again.
    fn after_resuming(
        self,
        due: (NaiveDate, Instant),
        to: Instant,
        granularity: Granularity,
        calendar: &Calendar,
    ) -> Result<(NaiveDate, Instant), MissingYear> {
        if self.by_minute {
            let open = calendar.open_from(to)?;
            return Ok(if due.1 < open { (open.local_date(), open) } else { due });
        }
        let first = calendar.working_day_from(to.local_date())?;
        let due = if due.0 < first { (first, self.on(first, calendar)) } else { due };
        if granularity == Granularity::Minute && due.1 < to {
            let next = calendar.add_working_days(first, 1)?;
            return Ok((next, self.on(next, calendar)));
        }
        Ok(due)
    }

    /// The deadline that it means.
    pub fn deadline(self, calendar: &Calendar, granularity: Granularity) -> Result<Deadline, MissingYear> {
        let (due_on, due_at) = self.due(calendar)?;
        let by_minute = self.by_minute || granularity == Granularity::Minute;
        let overdue_from = if by_minute { due_at } else { Instant::end_of(due_on) };
        Ok(Deadline { due_on, due_at, overdue_from })
    }
}
