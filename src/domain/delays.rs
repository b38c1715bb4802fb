//! Where the days of a dossier went: who held it for how long, and whose part in its lateness is how great.
//!
//! NĐ 61/2018 Art. 19(6,7): each agency has its own part, and what it took of it is on the control sheet. The days late of
//! a dossier are in `timing`; here each of them is given to the step in which it began, so that all steps together have
//! them all. Who is slow by their own due time (`step_due_at`) is said apart, for a dossier may be late through a step
//! that was over before its due day.

use super::calendar::{Calendar, MissingYear};
use super::local_time::Instant;
use chrono::{NaiveDate, TimeDelta};

/// A time in which one held a dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Since when.
    pub from: Instant,
    /// Until when; of the last step until the dossier ended, or now.
    pub to: Instant,
    /// When the step was due.
    pub due_at: Option<Instant>,
}

/// The lateness of a dossier that is, or was, late.
#[derive(Clone, Copy, Debug)]
pub struct Late<'a> {
    /// The day on which it was due.
    pub due_on: NaiveDate,
    /// The last day that counts: the one on which it ended, or today.
    pub through: NaiveDate,
    /// The calendar by which it is judged.
    pub calendar: &'a Calendar,
}

/// What a step took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Office time while the clock ran.
    pub running: TimeDelta,
    /// Office time while the clock stood still.
    pub stopped: TimeDelta,
    /// Office time after the step was due, while the clock ran; `None` when the step had no due time.
    pub late: Option<TimeDelta>,
}

/// What a step took of the office time of its holder. `stops` are in order and do not overlap. Fails when the calendar of a
/// year is missing.
pub fn spent(held: &Held, stops: &[(Instant, Instant)], own: &Calendar) -> Result<Spent, MissingYear> {
    let since = |from: Instant| -> Result<(TimeDelta, TimeDelta), MissingYear> {
        let mut stopped = TimeDelta::zero();
        for (begin, end) in stops {
            stopped += own.working_time_between(from.max(*begin), held.to.min(*end))?;
        }
        Ok((own.working_time_between(from, held.to)? - stopped, stopped))
    };
    let (running, stopped) = since(held.from)?;
    let late = held.due_at.map(|due_at| since(held.from.max(due_at))).transpose()?;
    Ok(Spent { running, stopped, late: late.map(|(running, _)| running) })
}

/// How many of the days late of a dossier began during a step.
pub fn days_late(held: &Held, late: &Late<'_>) -> Result<i64, MissingYear> {
    let by = |at: Instant| {
        let day = at.local_date().min(late.through);
        if day <= late.due_on { Ok(0) } else { late.calendar.working_days_between(late.due_on, day) }
    };
    Ok(by(held.to)? - by(held.from)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::YearTable;
    use chrono::Days;
    use proptest::prelude::*;

    fn calendar() -> Calendar {
        Calendar::new(&[YearTable { year: 2022, ..YearTable::default() }], &[])
    }

    fn at(text: &str) -> Instant {
        format!("2022-{text}:00+07:00").parse().unwrap()
    }

    /// Tuesday 2022-02-15 to Wednesday; 8 hours a day, 07:00-11:30 and 13:30-17:00.
    #[test]
    fn office_time_is_split_by_stops_and_by_the_due_time() {
        let held = Held { from: at("02-15T08:00"), to: at("02-16T17:00"), due_at: Some(at("02-16T09:00")) };
        for (stops, running, stopped, late) in [
            (vec![], 15 * 60, 0, 6 * 60),
            (vec![(at("02-15T09:00"), at("02-15T10:00"))], 14 * 60, 60, 6 * 60),
            (vec![(at("02-16T08:00"), at("02-16T14:30"))], 10 * 60 + 30, 4 * 60 + 30, 2 * 60 + 30),
            (vec![(at("02-01T08:00"), at("02-28T08:00"))], 0, 15 * 60, 0),
            (vec![(at("02-17T08:00"), at("02-18T08:00"))], 15 * 60, 0, 6 * 60),
        ] {
            let [running, stopped, late] = [running, stopped, late].map(TimeDelta::minutes);
            let found = spent(&held, &stops, &calendar()).unwrap();
            assert_eq!(found, Spent { running, stopped, late: Some(late) }, "{stops:?}");
        }
        let without = Held { due_at: None, ..held };
        assert_eq!(spent(&without, &[], &calendar()).unwrap().late, None);
        let missing = Held { to: "2023-01-03T08:00:00+07:00".parse().unwrap(), ..held };
        assert_eq!(spent(&missing, &[], &calendar()), Err(MissingYear(2023)));
    }

    /// Due on Friday 2022-02-18.
    #[test]
    fn a_day_late_belongs_to_the_step_in_which_it_began() {
        let calendar = calendar();
        let late = |through: &str| Late {
            due_on: "2022-02-18".parse().unwrap(),
            through: through.parse().unwrap(),
            calendar: &calendar,
        };
        for (from, to, through, expected, why) in [
            ("02-15T08:00", "02-18T16:00", "2022-02-24", 0, "over before the due day had passed"),
            ("02-18T16:00", "02-21T09:00", "2022-02-24", 1, "Monday began with it"),
            ("02-21T09:00", "02-24T09:00", "2022-02-24", 3, "Tuesday to Thursday"),
            ("02-19T09:00", "02-20T09:00", "2022-02-24", 0, "a weekend"),
            ("02-21T09:00", "02-28T09:00", "2022-02-22", 1, "only through the day that counts"),
        ] {
            let held = Held { from: at(from), to: at(to), due_at: None };
            assert_eq!(days_late(&held, &late(through)), Ok(expected), "{why}");
        }
    }

    proptest! {
        /// However a dossier was handed on, its steps share its days late among them.
        #[test]
        fn steps_share_all_days_late(mut hours in prop::collection::vec(0i64..2000, 1..8), due in 0u64..60, days in 0u64..40) {
            hours.sort_unstable();
            let calendar = calendar();
            let start = at("01-03T08:00");
            let due_on = start.local_date() + Days::new(due);
            let through = due_on + Days::new(days);
            let end = Instant::at(through, chrono::NaiveTime::from_hms_opt(23, 0, 0).unwrap());
            let mut bounds = vec![start];
            bounds.extend(hours.iter().map(|h| (start + TimeDelta::hours(*h)).min(end)));
            bounds.push(end);
            let late = Late { due_on, through, calendar: &calendar };
            let shares = bounds.windows(2).map(|pair| Held { from: pair[0], to: pair[1], due_at: None });
            let sum: i64 = shares.map(|held| days_late(&held, &late).unwrap()).sum();
            prop_assert_eq!(sum, calendar.working_days_between(due_on, through).unwrap());
        }
    }
}
