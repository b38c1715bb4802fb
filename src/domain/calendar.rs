//! The office calendar: which days are working days, and the office hours of a working day.
//!
//! Labour Code 45/2019 Art. 111(3), 112: public holidays; a holiday on a rest day gives the next working day off.
//! Saturday and Sunday are the weekly rest of offices, unless a swap (hoán đổi) makes one a worked rest day.
//! A year without a table is an error, never a guess. Adding and counting are binary searches on a prepared list
//! of working days. What a time limit does with them is in `deadline`.

use super::local_time::Instant;
use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Weekday};
use std::collections::BTreeSet;

/// A year for which no table is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no calendar is loaded for the year {0}")]
pub struct MissingYear(pub i32);

/// The days of one year that differ from the weekly pattern.
#[derive(Clone, Debug, Default)]
pub struct YearTable {
    /// The year.
    pub year: i32,
    /// Weekdays off.
    pub days_off: Vec<NaiveDate>,
    /// Saturdays and Sundays worked instead of a day off.
    pub worked_rest_days: Vec<NaiveDate>,
}

/// Office hours of a working day: sessions in order, each from its opening to its closing.
#[derive(Clone, Debug)]
pub struct OfficeHours {
    sessions: Vec<(NaiveTime, NaiveTime)>,
}

impl Default for OfficeHours {
    /// 07:00-11:30 and 13:30-17:00: eight hours.
    fn default() -> Self {
        let at = |h: i64, m: i64| NaiveTime::MIN + TimeDelta::minutes(h * 60 + m);
        Self { sessions: vec![(at(7, 0), at(11, 30)), (at(13, 30), at(17, 0))] }
    }
}

impl OfficeHours {
    /// Office minutes of a working day.
    pub fn minutes(&self) -> i64 {
        self.sessions.iter().map(|(open, close)| (*close - *open).num_minutes()).sum()
    }

    /// When the office closes for the day.
    pub fn closing(&self) -> NaiveTime {
        self.sessions.last().map_or(NaiveTime::MIN, |(_, close)| *close)
    }

    /// When it opens.
    pub fn opening(&self) -> NaiveTime {
        self.sessions.first().map_or(NaiveTime::MIN, |(open, _)| *open)
    }

    /// The first moment at or after `time` at which the office is open; the closing minute still counts as open.
    fn open_from(&self, time: NaiveTime) -> Option<NaiveTime> {
        self.sessions.iter().find(|(_, close)| time <= *close).map(|(open, _)| time.max(*open))
    }

    /// Office time that has passed by `time`.
    fn elapsed(&self, time: NaiveTime) -> TimeDelta {
        let passed =
            |(open, close): &(NaiveTime, NaiveTime)| (time.min(*close) - *open).max(TimeDelta::zero());
        self.sessions.iter().map(passed).sum()
    }

    /// The time of day by which `elapsed` office time has passed; at most the closing.
    pub fn after(&self, elapsed: TimeDelta) -> NaiveTime {
        let mut left = elapsed;
        for (open, close) in &self.sessions {
            let session = *close - *open;
            if left <= session {
                return *open + left;
            }
            left -= session;
        }
        self.closing()
    }
}

/// A calendar prepared for counting.
#[derive(Clone, Debug)]
pub struct Calendar {
    hours: OfficeHours,
    loaded: BTreeSet<i32>,
    working_days: Vec<NaiveDate>,
}

impl Calendar {
    /// Prepares a calendar from the tables of its years.
    pub fn new(tables: &[YearTable], hours: OfficeHours) -> Self {
        let mut working_days: Vec<NaiveDate> = tables.iter().flat_map(working_days_of).collect();
        working_days.sort_unstable();
        Self { hours, loaded: tables.iter().map(|t| t.year).collect(), working_days }
    }

    /// The office hours.
    pub fn hours(&self) -> &OfficeHours {
        &self.hours
    }

    /// Whether offices work on `day`.
    pub fn is_working_day(&self, day: NaiveDate) -> Result<bool, MissingYear> {
        self.require(day.year(), day.year())?;
        Ok(self.working_days.binary_search(&day).is_ok())
    }

    /// `day` itself when it is a working day, else the next one (Civil Code 91/2015 Art. 148(5)).
    pub fn working_day_from(&self, day: NaiveDate) -> Result<NaiveDate, MissingYear> {
        if self.is_working_day(day)? { Ok(day) } else { self.add_working_days(day, 1) }
    }

    /// The `n`-th working day after `day`, which is day zero (Civil Code 91/2015 Art. 147); `day` for 0.
    pub fn add_working_days(&self, day: NaiveDate, n: usize) -> Result<NaiveDate, MissingYear> {
        if n == 0 {
            return Ok(day);
        }
        let first = self.working_days.partition_point(|d| *d <= day);
        match self.working_days.get(first + n - 1) {
            Some(found) => self.require(day.year(), found.year()).map(|()| *found),
            None => Err(self.first_missing_from(day.year())),
        }
    }

    /// Working days after `after` through `through`; 0 when `through` is not later.
    pub fn working_days_between(&self, after: NaiveDate, through: NaiveDate) -> Result<i64, MissingYear> {
        if through <= after {
            return Ok(0);
        }
        self.require(after.year(), through.year())?;
        let until = |day: NaiveDate| self.working_days.partition_point(|d| *d <= day);
        Ok(i64::try_from(until(through) - until(after)).unwrap_or(i64::MAX))
    }

    /// The first moment at or after `at` in office hours.
    pub fn open_from(&self, at: Instant) -> Result<Instant, MissingYear> {
        let day = at.local_date();
        if self.is_working_day(day)?
            && let Some(time) = self.hours.open_from(at.local_time())
        {
            return Ok(Instant::at(day, time));
        }
        Ok(Instant::at(self.add_working_days(day, 1)?, self.hours.opening()))
    }

    /// The moment by which `time` has passed in the office since `start`, which is moved into office hours.
    pub fn add_working_time(&self, start: Instant, time: TimeDelta) -> Result<Instant, MissingYear> {
        let start = self.open_from(start)?;
        let whole_day = TimeDelta::minutes(self.hours.minutes());
        let total = self.hours.elapsed(start.local_time()) + time;
        // A sum that fills whole days ends at a closing, not at the next opening.
        let full = (total - TimeDelta::nanoseconds(1)).num_seconds().max(0) / whole_day.num_seconds().max(1);
        let days = usize::try_from(full).unwrap_or(0);
        let rest = total - whole_day * i32::try_from(full).unwrap_or(0);
        Ok(Instant::at(self.add_working_days(start.local_date(), days)?, self.hours.after(rest)))
    }

    /// Fails with the first year of the span that has no table.
    fn require(&self, from: i32, to: i32) -> Result<(), MissingYear> {
        match (from..=to).find(|year| !self.loaded.contains(year)) {
            Some(year) => Err(MissingYear(year)),
            None => Ok(()),
        }
    }

    fn first_missing_from(&self, year: i32) -> MissingYear {
        // The years with a table are few, so the one after the last of them is the furthest to look.
        let last = self.loaded.last().map_or(year, |last| last.saturating_add(1).max(year));
        MissingYear((year..=last).find(|y| !self.loaded.contains(y)).unwrap_or(last))
    }
}

/// The working days of a year, in order.
fn working_days_of(table: &YearTable) -> impl Iterator<Item = NaiveDate> + '_ {
    let first = NaiveDate::from_ymd_opt(table.year, 1, 1);
    let days = first.into_iter().flat_map(|day| day.iter_days()).take_while(|d| d.year() == table.year);
    days.filter(|day| match day.weekday() {
        Weekday::Sat | Weekday::Sun => table.worked_rest_days.contains(day),
        _ => !table.days_off.contains(day),
    })
}

#[cfg(test)]
mod tests;
