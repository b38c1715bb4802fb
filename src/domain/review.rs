//! Review campaigns (đợt rà soát): the rounds of a campaign, and what is confirmed too late.
//!
//! A dispatch names a day through which every agency has looked at every procedure it handles. A campaign that goes on
//! permanently has a round after the other, each due some months after the first. What is confirmed belongs to the
//! round in which the day lies. The only round of another campaign goes on until it is closed: what comes after its day is late.

use super::period::Period;
use chrono::{Days, Months, NaiveDate};

/// When a campaign runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// First day.
    pub opens_on: NaiveDate,
    /// Last day of the first round.
    pub due_on: NaiveDate,
    /// Months from one round to the next; `None`: there is one.
    pub every_months: Option<u32>,
}

/// A round of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Its number, from 1.
    pub number: i32,
    /// From its first day through the day by which it is due.
    pub period: Period,
}

impl Schedule {
    /// The round with a number; `None` where there is none, or the calendar ends.
    pub fn round(&self, number: i32) -> Option<Round> {
        let before = u32::try_from(number).ok()?.checked_sub(1)?;
        // Counted from the first, so that the end of a short month does not pull the later ones forward.
        let due = |rounds: u32| match self.every_months {
            _ if rounds == 0 => Some(self.due_on),
            Some(months) => self.due_on.checked_add_months(Months::new(months.checked_mul(rounds)?)),
            None => None,
        };
        let to = due(before)?;
        let from = match before.checked_sub(1) {
            Some(previous) => due(previous)?.checked_add_days(Days::new(1))?,
            None => self.opens_on,
        };
        Some(Round { number, period: Period { from, to } })
    }

    /// The round to which a day belongs: of those that have begun by then, the latest. The first for a day before it.
    pub fn round_on(&self, day: NaiveDate) -> Option<Round> {
        let begun = |round: &Round| round.number == 1 || round.period.from <= day;
        (1..).map_while(|number| self.round(number)).take_while(begun).last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn schedule(due_on: &str, every_months: Option<u32>) -> Schedule {
        Schedule { opens_on: day("2022-02-11"), due_on: day(due_on), every_months }
    }

    #[test]
    fn a_day_belongs_to_the_round_in_which_it_lies() {
        let once = schedule("2022-02-15", None);
        let permanent = schedule("2022-02-15", Some(3));
        for (of, on, number, from, to, why) in [
            (once, "2022-02-11", 1, "2022-02-11", "2022-02-15", "the first day"),
            (once, "2022-02-15", 1, "2022-02-11", "2022-02-15", "the last day"),
            (once, "2022-09-01", 1, "2022-02-11", "2022-02-15", "late, and there is no other"),
            (permanent, "2022-02-15", 1, "2022-02-11", "2022-02-15", "the last day"),
            (permanent, "2022-02-16", 2, "2022-02-16", "2022-05-15", "the day after"),
            (permanent, "2022-05-15", 2, "2022-02-16", "2022-05-15", "the last day of the second"),
            (permanent, "2023-01-01", 5, "2022-11-16", "2023-02-15", "a year later"),
            (permanent, "2022-01-01", 1, "2022-02-11", "2022-02-15", "before it opens"),
        ] {
            let round = Round { number, period: Period { from: day(from), to: day(to) } };
            assert_eq!(of.round_on(day(on)), Some(round), "{why}");
        }
    }

    #[test]
    fn rounds_are_counted_from_the_first() {
        let monthly = schedule("2022-03-31", Some(1));
        let due: Vec<String> = (1..=4).map(|n| monthly.round(n).unwrap().period.to.to_string()).collect();
        assert_eq!(due, ["2022-03-31", "2022-04-30", "2022-05-31", "2022-06-30"]);
        assert_eq!(schedule("2022-02-15", None).round(2), None);
        assert_eq!((monthly.round(0), monthly.round(-1), monthly.round(i32::MAX)), (None, None, None));
    }
}
