//! Office hours: the sessions of a day, the days of a week, and since when a week is as it is.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Weekday};

/// Office hours of a day: sessions in order, each from its opening to its closing. None: a rest day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfficeHours {
    sessions: Vec<(NaiveTime, NaiveTime)>,
}

/// What is wrong with office hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHours {
    /// A session ends before it begins.
    #[error("must end after it begins")]
    Backwards,
    /// A session begins before the one before it has ended.
    #[error("must begin after the session before it has ended")]
    Overlap,
}

impl OfficeHours {
    /// Sessions that follow each other. Fails with the number of the first that does not.
    pub fn new(sessions: Vec<(NaiveTime, NaiveTime)>) -> Result<Self, (usize, BadHours)> {
        for (i, (open, close)) in sessions.iter().enumerate() {
            if open >= close {
                return Err((i, BadHours::Backwards));
            }
            if i > 0 && *open <= sessions[i - 1].1 {
                return Err((i, BadHours::Overlap));
            }
        }
        Ok(Self { sessions })
    }

    /// 07:00-11:30 and 13:30-17:00: eight hours.
    pub fn usual() -> Self {
        let at = |h: i64, m: i64| NaiveTime::MIN + TimeDelta::minutes(h * 60 + m);
        Self { sessions: vec![(at(7, 0), at(11, 30)), (at(13, 30), at(17, 0))] }
    }

    /// The sessions.
    pub fn sessions(&self) -> &[(NaiveTime, NaiveTime)] {
        &self.sessions
    }

    /// Whether the office is closed all day.
    pub const fn is_closed(&self) -> bool {
        self.sessions.is_empty()
    }

    /// Office time of the day.
    pub fn length(&self) -> TimeDelta {
        self.sessions.iter().map(|(open, close)| *close - *open).sum()
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
    pub fn open_from(&self, time: NaiveTime) -> Option<NaiveTime> {
        self.sessions.iter().find(|(_, close)| time <= *close).map(|(open, _)| time.max(*open))
    }

    /// Office time that has passed by `time`.
    pub fn elapsed(&self, time: NaiveTime) -> TimeDelta {
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

    /// The last time of day before which only `elapsed` office time has passed: as [`Self::after`], but at the end of a
    /// session the opening of the next.
    pub fn from(&self, elapsed: TimeDelta) -> NaiveTime {
        let mut left = elapsed;
        for (open, close) in &self.sessions {
            let session = *close - *open;
            if left < session {
                return *open + left;
            }
            left -= session;
        }
        self.closing()
    }
}

/// The office hours of the days of a week, from Monday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week(pub [OfficeHours; 7]);

impl Default for Week {
    /// The usual hours from Monday to Friday; Saturday and Sunday are the weekly rest of offices.
    fn default() -> Self {
        let day = |i: usize| if i < 5 { OfficeHours::usual() } else { OfficeHours::default() };
        Self(std::array::from_fn(day))
    }
}

impl Week {
    /// The hours of a weekday.
    pub fn hours(&self, weekday: Weekday) -> &OfficeHours {
        // A weekday is counted from 0 to 6.
        &self.0[weekday.num_days_from_monday() as usize]
    }

    /// The hours of a rest day that is worked: those of the nearest day before it in the week that has any, so a
    /// worked Saturday is worked like the Friday.
    pub fn hours_when_worked(&self, weekday: Weekday) -> &OfficeHours {
        let days_back = (0..7).map(|back| (weekday.num_days_from_monday() as usize + 7 - back) % 7);
        let open = days_back.map(|day| &self.0[day]).find(|hours| !hours.is_closed());
        open.unwrap_or_else(|| self.hours(weekday))
    }
}

/// A week that is in force from a day on, until the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursPeriod {
    /// First local day; the first period also covers what lies before it.
    pub valid_from: NaiveDate,
    /// The week.
    pub week: Week,
}

/// The week in force on a day. `periods` are in order of time and not empty.
pub fn week_on(periods: &[HoursPeriod], day: NaiveDate) -> Option<&Week> {
    let later = periods.partition_point(|period| period.valid_from <= day);
    periods.get(later.saturating_sub(1)).map(|period| &period.week)
}

/// Whether a day is a weekly rest day.
pub fn is_rest_day(periods: &[HoursPeriod], day: NaiveDate) -> bool {
    week_on(periods, day).is_some_and(|week| week.hours(day.weekday()).is_closed())
}
