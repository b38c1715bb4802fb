//! The calendar on the wall of the clerk: each day with its sessions, asked minute by minute.

use super::*;
use chrono::{Datelike, TimeDelta, Timelike};

/// Minutes since the first day on the wall.
pub type Minute = i64;

pub const DAY: Minute = 1_440;

/// The calendar on the wall: the sessions of each day, in minutes of the day.
pub struct Wall {
    pub first: NaiveDate,
    days: Vec<Vec<(Minute, Minute)>>,
}

/// Where a limit ends: on a day, when a share of it has passed (in hundredths), or in a minute.
#[derive(Clone, Copy, PartialEq)]
pub enum End {
    Day(i64, i64),
    Minute(Minute),
}

impl Wall {
    pub fn of(office: Office) -> Self {
        let first = day("2021-01-01");
        let marks: BTreeMap<_, _> = tables().into_iter().flat_map(|table| table.marks).collect();
        let days = first.iter_days().take_while(|date| date.year() <= 2026);
        let sessions = |date: NaiveDate| {
            let weekday = date.weekday().number_from_monday();
            let (is_off, is_worked) = match marks.get(&date) {
                Some(Mark::Off(_)) => (true, false),
                Some(Mark::Worked(_)) => (false, true),
                None => (false, false),
            };
            let southern = office == Office::Southern && date >= day("2022-03-01");
            let all_day =
                if southern { vec![(420, 660), (780, 1_020)] } else { vec![(420, 690), (810, 1_020)] };
            match weekday {
                _ if is_off => vec![],
                6 if office == Office::Saturdays => vec![(420, 660)],
                6 | 7 if !is_worked => vec![],
                _ => all_day,
            }
        };
        Self { first, days: days.map(sessions).collect() }
    }

    pub fn minute(&self, at: Instant) -> Minute {
        let time = at.local_time();
        assert_eq!((time.second(), time.nanosecond()), (0, 0), "on the minute");
        (at.local_date() - self.first).num_days() * DAY + i64::from(time.hour() * 60 + time.minute())
    }

    pub fn instant(&self, minute: Minute) -> Instant {
        Instant::start_of(self.first) + TimeDelta::minutes(minute)
    }

    pub fn date(&self, day: i64) -> NaiveDate {
        self.first + TimeDelta::days(day)
    }

    pub fn sessions(&self, day: i64) -> &[(Minute, Minute)] {
        &self.days[usize::try_from(day).unwrap()]
    }

    pub fn works(&self, day: i64) -> bool {
        !self.sessions(day).is_empty()
    }

    /// Whether somebody at the door is let in; the closing minute still counts.
    pub fn is_open(&self, minute: Minute) -> bool {
        let time = minute % DAY;
        self.sessions(minute / DAY).iter().any(|(open, close)| *open <= time && time <= *close)
    }

    /// Whether the office works from this minute to the next.
    pub fn is_worked(&self, minute: Minute) -> bool {
        let time = minute % DAY;
        self.sessions(minute / DAY).iter().any(|(open, close)| *open <= time && time < *close)
    }

    pub fn opening(&self, mut minute: Minute) -> Minute {
        while !self.is_open(minute) {
            minute += 1;
        }
        minute
    }

    pub fn working_day(&self, mut day: i64) -> i64 {
        while !self.works(day) {
            day += 1;
        }
        day
    }

    /// The minute by which a share of the office minutes of a day has passed.
    pub fn share(&self, day: i64, share: i64) -> Minute {
        let worked = (day * DAY..(day + 1) * DAY).filter(|m| self.is_worked(*m)).count();
        let mut left = i64::try_from(worked).unwrap() * share / 100;
        let mut minute = day * DAY;
        while left > 0 {
            left -= i64::from(self.is_worked(minute));
            minute += 1;
        }
        minute
    }

    pub fn worked_on(&self, mut minute: Minute, mut minutes: i64) -> Minute {
        while minutes > 0 {
            minutes -= i64::from(self.is_worked(minute));
            minute += 1;
        }
        minute
    }

    pub fn due(&self, end: End) -> Minute {
        match end {
            End::Minute(minute) => minute,
            End::Day(day, share) => self.share(self.working_day(day), share),
        }
    }
}
