//! The reasons of a date, in the order in which they count.

use super::log::Log;
use crate::domain::local_time::Instant;
use chrono::NaiveDate;

/// A reason. `law` names the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason<'a> {
    /// The start lay outside office hours.
    StartMoved {
        /// The start.
        from: Instant,
        /// The next opening.
        to: Instant,
    },
    /// The day of the start, which is not counted; of a limit in hours, the day it begins on.
    DayZero {
        /// The day.
        date: NaiveDate,
        /// The article.
        law: &'static str,
    },
    /// A day that counts.
    Counted {
        /// The day.
        date: NaiveDate,
        /// How much has been counted by its end, in hundredths of the unit.
        n: i64,
    },
    /// A weekly rest day.
    WeeklyRest {
        /// The day.
        date: NaiveDate,
    },
    /// A day off.
    DayOff {
        /// The day.
        date: NaiveDate,
        /// Its name.
        name: &'a str,
    },
    /// A rest day that is worked, and so counts.
    WorkedRestDay {
        /// The day.
        date: NaiveDate,
        /// Its name.
        name: &'a str,
    },
    /// The limit ended on a day off, or where the calendar put it.
    MovedToWorkingDay {
        /// The working day.
        date: NaiveDate,
        /// The article; `None`: practice, as when a stop lasted longer than what was left.
        law: Option<&'static str>,
    },
    /// The clock stopped.
    Stopped {
        /// When.
        from: Instant,
        /// Until when; `None`: it still is.
        to: Option<Instant>,
    },
    /// The limit is counted again from a day on.
    Restarted {
        /// The day.
        date: NaiveDate,
    },
    /// It was extended.
    Extended {
        /// The ground.
        ground: &'a str,
        /// The day to which.
        date: NaiveDate,
    },
    /// The part of an agency ends.
    Segment {
        /// Code of the agency.
        agency: &'a str,
        /// The day.
        date: NaiveDate,
    },
    /// The slip promised a date, and that one judges.
    Appointed {
        /// The day.
        date: NaiveDate,
    },
    /// It counts as late from then on.
    DeemedLate {
        /// The instant.
        at: Instant,
    },
}

impl Reason<'_> {
    /// The day that it says something about, if it is one that is walked over.
    const fn walked(&self) -> Option<NaiveDate> {
        match self {
            Self::Counted { date, .. }
            | Self::WeeklyRest { date }
            | Self::DayOff { date, .. }
            | Self::WorkedRestDay { date, .. }
            | Self::MovedToWorkingDay { date, .. } => Some(*date),
            _ => None,
        }
    }

    /// The day to which the limit has come with it.
    pub const fn leads_to(&self) -> Option<NaiveDate> {
        match self {
            Self::DayZero { date, .. }
            | Self::Counted { date, .. }
            | Self::MovedToWorkingDay { date, .. }
            | Self::Extended { date, .. }
            | Self::Segment { date, .. }
            | Self::Appointed { date } => Some(*date),
            _ => None,
        }
    }
}

/// The reasons that were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons<'a>(pub Vec<Reason<'a>>);

impl Reasons<'_> {
    /// Where what was told since the clock last stopped, or began again, begins.
    fn since_stop(&self) -> usize {
        let stop = |r: &Reason<'_>| matches!(r, Reason::Stopped { .. } | Reason::Restarted { .. });
        self.0.iter().rposition(stop).map_or(0, |at| at + 1)
    }
}

impl<'a> Log<'a> for Reasons<'a> {
    const LISTENS: bool = true;

    fn tell(&mut self, reason: Reason<'a>) {
        self.0.push(reason);
    }

    fn back_to(&mut self, day: NaiveDate) -> i64 {
        let (mut at, since) = (0, self.since_stop());
        self.0.retain(|reason| {
            at += 1;
            at <= since || reason.walked().is_none_or(|date| date <= day)
        });
        let of_part = self.0.iter().rev().take_while(|reason| !matches!(reason, Reason::DayZero { .. }));
        let counted = of_part.filter_map(|reason| match reason {
            Reason::Counted { n, .. } => Some(*n),
            _ => None,
        });
        counted.max().unwrap_or(0)
    }

    fn back_into(&mut self, part: usize) {
        let ends = self.0.iter().enumerate().filter(|(_, r)| matches!(r, Reason::Segment { .. }));
        let mut ends = ends.map(|(at, _)| at).skip(part);
        match (ends.next(), ends.next()) {
            (Some(end), Some(_)) => self.0.truncate(end),
            // Of the last part, only the date goes; what it was extended by stays.
            (Some(end), None) => drop(self.0.remove(end)),
            _ => {}
        }
    }

    fn restart(&mut self) {
        self.0.retain(|reason| {
            let is_of_the_count =
                matches!(reason, Reason::Extended { .. } | Reason::Segment { .. } | Reason::Appointed { .. });
            reason.walked().is_none() && !is_of_the_count
        });
    }

    fn ends_on(&mut self, day: NaiveDate) {
        if self.0.iter().rev().find_map(Reason::leads_to) != Some(day) {
            self.tell(Reason::MovedToWorkingDay { date: day, law: None });
        }
    }
}
