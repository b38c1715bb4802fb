//! How an agency records what happens: how much, against what is usual for it, and how soon.
//!
//! Agencies are to record each step as they take it (NĐ 61/2018 Art. 18, 19). One that records nothing looks as if it had
//! nothing overdue; so silence is compared with what the same agency used to record. Counted is what people record:
//! everything but corrections and what the service adds when a calendar changes. `features/activity` has the mirror of
//! [`is_in_time`] in SQL; a test compares them.

use super::calendar::{Calendar, MissingYear};
use super::local_time::Instant;
use super::period::Period;
use super::vocabulary::EventKind;
use chrono::{Days, NaiveDate};

/// How many weeks are looked back on, the present one included.
pub const WEEKS: usize = 8;

/// Kinds of events that are no activity of an agency.
pub const NOT_COUNTED: [EventKind; 2] = [EventKind::Corrected, EventKind::CalendarChanged];

/// The last [`WEEKS`] spans of seven days, newest first; the first of them ends with today.
pub fn weeks(today: NaiveDate) -> [Period; WEEKS] {
    let mut to = today;
    std::array::from_fn(|_| {
        let from = to - Days::new(6);
        let span = Period { from, to };
        to = from - Days::new(1);
        span
    })
}

/// How many events are to be expected in the last week, in hundredths: what the agency recorded for each working day of the
/// weeks before, times the working days of the last week. Today counts as a whole day.
///
/// `earlier` are the events of the weeks before, and `since` the first day of the agency. `None` when it had no working day
/// in them, or when the calendar of a year is missing.
pub fn expected(earlier: i64, since: NaiveDate, today: NaiveDate, calendar: &Calendar) -> Option<i64> {
    let all = weeks(today);
    let (last, first) = (all[0], all[WEEKS - 1]);
    let before = Period { from: first.from.max(since), to: last.from - Days::new(1) };
    let usual = working_days(before, calendar).ok().filter(|days| *days > 0)?;
    let now = working_days(last, calendar).ok()?;
    // Half a hundredth and more is one.
    Some((earlier * now * 200 + usual) / (2 * usual))
}

fn working_days(span: Period, calendar: &Calendar) -> Result<i64, MissingYear> {
    calendar.working_days_between(span.from - Days::new(1), span.to)
}

/// Whether nothing was recorded where something was to be expected.
pub fn is_silent(actual: i64, expected: Option<i64>) -> bool {
    actual == 0 && expected.is_some_and(|expected| expected > 0)
}

/// Whether an event was recorded within one working day: no later than at the end of the first working day after the day on
/// which it happened. That is, no working day lies between the two.
pub fn is_in_time(
    occurred_at: Instant,
    recorded_at: Instant,
    calendar: &Calendar,
) -> Result<bool, MissingYear> {
    let before = recorded_at.local_date() - Days::new(1);
    Ok(calendar.working_days_between(occurred_at.local_date(), before)? == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{Mark, YearTable};

    /// 2022 with the days off of Tet: Monday 31/1 to Friday 4/2.
    fn calendar() -> Calendar {
        let off = |day: &str| (day.parse().unwrap(), Mark::Off("Tết".into()));
        let marks = ["2022-01-31", "2022-02-01", "2022-02-02", "2022-02-03", "2022-02-04"].map(off).into();
        Calendar::new(&[YearTable { year: 2022, marks }], &[])
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_end_with_today_and_follow_each_other() {
        let weeks = weeks(day("2022-02-15"));
        assert_eq!(weeks[0], Period { from: day("2022-02-09"), to: day("2022-02-15") });
        assert_eq!(weeks[1].to, day("2022-02-08"));
        assert_eq!(weeks[WEEKS - 1].from, day("2021-12-22"));
        assert!(weeks.iter().all(|week| (week.to - week.from).num_days() == 6));
    }

    /// Seen from Wednesday 2022-03-02, the weeks before have 30 working days: 35 weekdays from 5/1 to 23/2, less 5 of Tet.
    #[test]
    fn what_is_expected_follows_from_the_weeks_before_and_the_working_days_of_the_last() {
        for (earlier, since, today, expected, why) in [
            (60, "2020-01-01", "2022-03-02", Some(1_000), "2 a working day, and 5 working days"),
            (30, "2020-01-01", "2022-03-02", Some(500), "1 a working day"),
            (1, "2020-01-01", "2022-03-02", Some(17), "0.1666"),
            (0, "2020-01-01", "2022-03-02", Some(0), "nothing is usual"),
            (10, "2022-02-21", "2022-03-02", Some(1_667), "10 in the 3 days since it began"),
            (10, "2022-02-24", "2022-03-02", None, "it began in the last week"),
            (0, "2022-02-24", "2022-03-02", None, "and had nothing to record before"),
            (10, "2020-01-01", "2022-02-06", None, "the calendar of 2021 is missing"),
            (10, "2022-01-20", "2022-02-06", Some(0), "no working day in the last week"),
            (10, "2022-01-31", "2022-02-11", None, "no working day before it"),
        ] {
            assert_eq!(super::expected(earlier, day(since), day(today), &calendar()), expected, "{why}");
        }
    }

    #[test]
    fn silent_is_who_records_nothing_and_used_to() {
        for (actual, expected, silent) in
            [(0, Some(1), true), (0, Some(0), false), (0, None, false), (1, Some(1_000), false)]
        {
            assert_eq!(is_silent(actual, expected), silent, "{actual} of {expected:?}");
        }
    }

    #[test]
    fn a_record_is_in_time_until_the_end_of_the_next_working_day() {
        for (occurred, recorded, in_time, why) in [
            ("2022-02-15T10:00:00", "2022-02-15T10:00:00", true, "at once"),
            ("2022-02-15T10:00:00", "2022-02-16T23:59:59", true, "the end of the next day"),
            ("2022-02-15T10:00:00", "2022-02-17T00:00:00", false, "the day after"),
            ("2022-02-18T16:00:00", "2022-02-21T23:00:00", true, "Friday, recorded on Monday"),
            ("2022-02-18T16:00:00", "2022-02-22T08:00:00", false, "Friday, recorded on Tuesday"),
            ("2022-02-19T09:00:00", "2022-02-21T09:00:00", true, "Saturday, recorded on Monday"),
            ("2022-02-19T09:00:00", "2022-02-22T09:00:00", false, "Saturday, recorded on Tuesday"),
            (
                "2022-01-28T09:00:00",
                "2022-02-07T09:00:00",
                true,
                "the last day before Tet, the first one after",
            ),
            ("2022-01-28T09:00:00", "2022-02-08T00:00:00", false, "the second one after"),
            ("2022-02-15T10:05:00", "2022-02-15T10:00:00", true, "clocks that differ"),
        ] {
            let at = |text: &str| format!("{text}+07:00").parse().unwrap();
            assert_eq!(is_in_time(at(occurred), at(recorded), &calendar()), Ok(in_time), "{why}");
        }
        let missing = is_in_time(
            "2021-12-01T10:00:00+07:00".parse().unwrap(),
            "2022-01-05T10:00:00+07:00".parse().unwrap(),
            &calendar(),
        );
        assert_eq!(missing, Err(MissingYear(2021)));
    }
}
