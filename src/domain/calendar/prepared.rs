//! A calendar prepared for counting: the working days of every loaded year in order, where each day stands among
//! them, and the office time before each.

use super::hours::{HoursPeriod, OfficeHours, week_on};
use super::table::{Mark, YearTable};
use super::{MissingYear, Week};
use crate::domain::local_time::Instant;
use chrono::{Datelike, NaiveDate, TimeDelta};
use std::collections::BTreeMap;

/// A calendar prepared for counting.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// First day that it knows.
    first: NaiveDate,
    /// Years from the first on, and whether each has a table.
    loaded: Vec<bool>,
    /// For each day from the first on: how many working days there are through it.
    through: Vec<u32>,
    working_days: Vec<WorkingDay>,
    /// The different office hours there are.
    hours: Vec<OfficeHours>,
    marks: BTreeMap<NaiveDate, Mark>,
    /// Hours of a day without a year, for calendar days that end off the table.
    usual: OfficeHours,
}

#[derive(Clone, Copy, Debug)]
struct WorkingDay {
    date: NaiveDate,
    /// Its hours, in `hours`.
    hours: u16,
    /// Office time before it, in microseconds.
    before: i64,
}

/// What a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind<'a> {
    /// A working day.
    Working,
    /// A rest day that is worked.
    WorkedRestDay(&'a str),
    /// A weekly rest day.
    WeeklyRest,
    /// A day off.
    DayOff(&'a str),
}

impl Calendar {
    /// Prepares a calendar from the tables of its years, in any order, and the hours of its weeks, in order of time.
    pub fn new(tables: &[YearTable], periods: &[HoursPeriod]) -> Self {
        let usual = [HoursPeriod { valid_from: NaiveDate::MIN, week: Week::default() }];
        let periods = if periods.is_empty() { &usual } else { periods };
        let years = || tables.iter().map(|table| table.year);
        let (from, to) = (years().min().unwrap_or(0), years().max().unwrap_or(-1));
        let mut calendar = Self {
            first: NaiveDate::from_ymd_opt(from, 1, 1).unwrap_or_default(),
            loaded: (from..=to).map(|year| years().any(|y| y == year)).collect(),
            through: vec![],
            working_days: vec![],
            hours: vec![],
            marks: tables.iter().flat_map(|table| table.marks.clone()).collect(),
            usual: OfficeHours::usual(),
        };
        let days = calendar.first.iter_days().take_while(|day| (from..=to).contains(&day.year()));
        let mut before = 0;
        for day in days {
            if calendar.has_year(day.year())
                && let Some(hours) = calendar.hours_on(day, periods)
            {
                let length = hours.length().num_microseconds().unwrap_or(0);
                let hours = calendar.hours_number(hours);
                calendar.working_days.push(WorkingDay { date: day, hours, before });
                before += length;
            }
            calendar.through.push(u32::try_from(calendar.working_days.len()).unwrap_or(u32::MAX));
        }
        calendar
    }

    /// The hours of a working day; `None` for any other.
    fn hours_on<'a>(&self, day: NaiveDate, periods: &'a [HoursPeriod]) -> Option<&'a OfficeHours> {
        let week = week_on(periods, day)?;
        let hours = match self.marks.get(&day) {
            Some(Mark::Off(_)) => return None,
            Some(Mark::Worked(_)) => week.hours_when_worked(day.weekday()),
            None => week.hours(day.weekday()),
        };
        Some(hours).filter(|hours| !hours.is_closed())
    }

    fn hours_number(&mut self, hours: &OfficeHours) -> u16 {
        let known = self.hours.iter().position(|h| h == hours);
        let number = known.unwrap_or_else(|| {
            self.hours.push(hours.clone());
            self.hours.len() - 1
        });
        // There are as many as periods and weekdays at most; an agency has a few.
        u16::try_from(number).unwrap_or(0)
    }

    /// The years that have a table.
    pub fn years(&self) -> impl Iterator<Item = i32> + '_ {
        let years = self.loaded.iter().zip(self.first.year()..);
        years.filter(|(loaded, _)| **loaded).map(|(_, year)| year)
    }

    /// Every working day, in order.
    pub fn working_days(&self) -> impl Iterator<Item = NaiveDate> + '_ {
        self.working_days.iter().map(|working| working.date)
    }

    fn has_year(&self, year: i32) -> bool {
        let index = usize::try_from(i64::from(year) - i64::from(self.first.year()));
        index.is_ok_and(|i| self.loaded.get(i) == Some(&true))
    }

    /// What a day is.
    pub fn kind(&self, day: NaiveDate) -> Result<DayKind<'_>, MissingYear> {
        let works = self.is_working_day(day)?;
        Ok(match self.marks.get(&day) {
            Some(Mark::Off(name)) => DayKind::DayOff(name),
            Some(Mark::Worked(name)) if works => DayKind::WorkedRestDay(name),
            _ if works => DayKind::Working,
            _ => DayKind::WeeklyRest,
        })
    }

    /// The office hours of a working day; the usual ones of any other.
    pub fn hours(&self, day: NaiveDate) -> &OfficeHours {
        let through = self.through(day);
        let working = through.checked_sub(1).and_then(|i| self.working_days.get(i));
        let of_day = working.filter(|w| w.date == day).and_then(|w| self.hours.get(usize::from(w.hours)));
        of_day.unwrap_or(&self.usual)
    }

    /// How many working days there are through a day, as far as the calendar goes.
    fn through(&self, day: NaiveDate) -> usize {
        let Ok(index) = usize::try_from(day.signed_duration_since(self.first).num_days()) else { return 0 };
        self.through.get(index).or(self.through.last()).map_or(0, |n| *n as usize)
    }

    /// Whether offices work on `day`.
    pub fn is_working_day(&self, day: NaiveDate) -> Result<bool, MissingYear> {
        self.require(day.year(), day.year())?;
        let through = self.through(day);
        Ok(through > 0 && self.working_days[through - 1].date == day)
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
        match self.working_days.get((self.through(day) + n).saturating_sub(1)) {
            Some(found) => self.require(day.year(), found.date.year()).map(|()| found.date),
            None => Err(self.first_missing_from(day.year())),
        }
    }

    /// The `n`-th working day before `day`; `day` for 0.
    pub fn subtract_working_days(&self, day: NaiveDate, n: usize) -> Result<NaiveDate, MissingYear> {
        if n == 0 {
            return Ok(day);
        }
        let before = day.pred_opt().map_or(0, |eve| self.through(eve));
        match before.checked_sub(n).and_then(|i| self.working_days.get(i)) {
            Some(found) => self.require(found.date.year(), day.year()).map(|()| found.date),
            None => Err(self.last_missing_until(day.year())),
        }
    }

    /// Working days after `after` through `through`; 0 when `through` is not later.
    pub fn working_days_between(&self, after: NaiveDate, through: NaiveDate) -> Result<i64, MissingYear> {
        if through <= after {
            return Ok(0);
        }
        self.require(after.year(), through.year())?;
        Ok(i64::try_from(self.through(through) - self.through(after)).unwrap_or(i64::MAX))
    }

    /// The first moment at or after `at` in office hours.
    pub fn open_from(&self, at: Instant) -> Result<Instant, MissingYear> {
        let day = at.local_date();
        if self.is_working_day(day)?
            && let Some(time) = self.hours(day).open_from(at.local_time())
        {
            return Ok(Instant::at(day, time));
        }
        let next = self.add_working_days(day, 1)?;
        Ok(Instant::at(next, self.hours(next).opening()))
    }

    /// The moment by which `time` has passed in the office since `start`, which is moved into office hours. A sum
    /// that fills a day ends at its closing, not at the next opening.
    pub fn add_working_time(&self, start: Instant, time: TimeDelta) -> Result<Instant, MissingYear> {
        let start = self.open_from(start)?;
        let day = start.local_date();
        if time <= TimeDelta::zero() {
            return Ok(start);
        }
        let target = self.position(start) + micros(time);
        // The last day before whose opening less than the target has passed.
        let found = self.working_days.partition_point(|w| w.before < target);
        let Some(last) = found.checked_sub(1).and_then(|i| self.working_days.get(i)) else {
            return Err(self.first_missing_from(day.year()));
        };
        let rest = TimeDelta::microseconds(target - last.before);
        let hours = self.hours(last.date);
        if rest > hours.length() {
            return Err(self.first_missing_from(day.year()));
        }
        self.require(day.year(), last.date.year())?;
        Ok(Instant::at(last.date, hours.after(rest)))
    }

    /// The moment after which `time` passes in the office until `end`. A sum that fills a day begins at its opening.
    pub fn subtract_working_time(&self, end: Instant, time: TimeDelta) -> Result<Instant, MissingYear> {
        let end = self.open_from(end)?;
        let day = end.local_date();
        let target = self.position(end) - micros(time.max(TimeDelta::zero()));
        let found = self.working_days.partition_point(|w| w.before <= target);
        let Some(first) = found.checked_sub(1).and_then(|i| self.working_days.get(i)) else {
            return Err(self.last_missing_until(day.year()));
        };
        self.require(first.date.year(), day.year())?;
        let rest = TimeDelta::microseconds(target - first.before);
        Ok(Instant::at(first.date, self.hours(first.date).from(rest)))
    }

    /// Office time from `from` to `to`; nothing when `to` is not later.
    pub fn working_time_between(&self, from: Instant, to: Instant) -> Result<TimeDelta, MissingYear> {
        if to <= from {
            return Ok(TimeDelta::zero());
        }
        self.require(from.local_date().year(), to.local_date().year())?;
        let (from, to) = (self.position(from), self.position(to));
        Ok(TimeDelta::microseconds((to - from).max(0)))
    }

    /// Office time since the calendar begins, in microseconds.
    fn position(&self, at: Instant) -> i64 {
        let day = at.local_date();
        let through = self.through(day);
        let Some(last) = through.checked_sub(1).and_then(|i| self.working_days.get(i)) else { return 0 };
        let hours = self.hours(last.date);
        let passed = if last.date == day { hours.elapsed(at.local_time()) } else { hours.length() };
        last.before + micros(passed)
    }

    /// Fails with the first year of the span that has no table.
    fn require(&self, from: i32, to: i32) -> Result<(), MissingYear> {
        match (from..=to).find(|year| !self.has_year(*year)) {
            Some(year) => Err(MissingYear(year)),
            None => Ok(()),
        }
    }

    fn first_missing_from(&self, year: i32) -> MissingYear {
        // The years with a table are few, so the one after the last of them is the furthest to look.
        let last = self.years().last().map_or(year, |last| last.saturating_add(1).max(year));
        MissingYear((year..=last).find(|y| !self.has_year(*y)).unwrap_or(last))
    }

    fn last_missing_until(&self, year: i32) -> MissingYear {
        let first = self.years().next().map_or(year, |first| first.saturating_sub(1).min(year));
        MissingYear((first..=year).rev().find(|y| !self.has_year(*y)).unwrap_or(first))
    }
}

/// Spans of a calendar are within centuries, which fit.
fn micros(time: TimeDelta) -> i64 {
    time.num_microseconds().unwrap_or(i64::MAX)
}
