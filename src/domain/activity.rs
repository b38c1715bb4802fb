//! How an agency records what happens: how much, against what is usual for it, and how soon.
//!
//! Agencies are to record each step as they take it (NĐ 61/2018 Art. 18, 19). One that records nothing looks as if it had
//! nothing overdue; so silence is compared with what the same agency used to record. Counted is what people record:
//! everything but corrections and what the service adds when a calendar changes.

use super::calendar::{Calendar, MissingYear};
use super::period::Period;
use super::share::Share;
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

/// Events of an agency that happened on the same day and were first recorded on the same day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delays {
    /// Local day on which they happened.
    pub occurred_on: NaiveDate,
    /// Local day on which they were first recorded, here or in the software that they were replayed from.
    pub entered_on: NaiveDate,
    /// Whole seconds from each to its first record.
    pub seconds: Vec<i32>,
}

/// What an agency recorded in the last [`WEEKS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// Events of each week, newest first, by when they were first recorded.
    pub weeks: [i64; WEEKS],
    /// Events whose delay is measured: all that came here in these weeks.
    pub events: i64,
    /// Half of them took at most so long, in hundredths of an hour; `None`: there are none.
    pub median: Option<i64>,
    /// Nine of ten took at most so long.
    pub p90: Option<i64>,
    /// Those recorded within one working day, of those whose years have a calendar.
    pub in_time: Share,
}

impl Recording {
    /// Of what came here in the weeks through a day.
    pub fn of(delays: &[Delays], today: NaiveDate, calendar: &Calendar) -> Self {
        let mut recording = Self::default();
        for Delays { occurred_on, entered_on, seconds } in delays {
            let events = i64::try_from(seconds.len()).unwrap_or(i64::MAX);
            let week = usize::try_from((today - *entered_on).num_days() / 7).ok();
            if let Some(week) = week.and_then(|week| recording.weeks.get_mut(week)) {
                *week += events;
            }
            if let Ok(is_in_time) = is_in_time(*occurred_on, *entered_on, calendar) {
                recording.in_time.denominator += events;
                recording.in_time.numerator += if is_in_time { events } else { 0 };
            }
            recording.events += events;
        }
        let mut seconds: Vec<i32> = delays.iter().flat_map(|delays| &delays.seconds).copied().collect();
        seconds.sort_unstable();
        (recording.median, recording.p90) = (percentile(&seconds, 50), percentile(&seconds, 90));
        recording
    }

    /// How many events are to be expected in the last week, in hundredths: what the agency recorded for each working day of the
    /// weeks before, times the working days of the last week. Today counts as a whole day.
    ///
    /// `since` is the first day of the agency. `None` when it had no working day in the weeks before, or when the calendar of a
    /// year is missing.
    pub fn expected(&self, since: NaiveDate, today: NaiveDate, calendar: &Calendar) -> Option<i64> {
        let all = weeks(today);
        let (last, first) = (all[0], all[WEEKS - 1]);
        let before = Period { from: first.from.max(since), to: last.from - Days::new(1) };
        let usual = working_days(before, calendar).ok().filter(|days| *days > 0)?;
        let now = working_days(last, calendar).ok()?;
        let earlier: i64 = self.weeks[1..].iter().sum();
        // Half a hundredth and more is one.
        Some((earlier * now * 200 + usual) / (2 * usual))
    }
}

/// So many percent of sorted seconds are at most this, in hundredths of an hour; between two of them in proportion, as
/// `percentile_cont` of SQL.
fn percentile(sorted: &[i32], percent: usize) -> Option<i64> {
    let at = percent * sorted.len().checked_sub(1)?;
    let lower = i64::from(*sorted.get(at / 100)?);
    let upper = i64::from(*sorted.get(at.div_ceil(100))?);
    let part = i64::try_from(at % 100).ok()?;
    // An hour has 3600 seconds, and half a hundredth is one.
    Some((lower * 100 + (upper - lower) * part + 1_800) / 3_600)
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
    occurred_on: NaiveDate,
    recorded_on: NaiveDate,
    calendar: &Calendar,
) -> Result<bool, MissingYear> {
    Ok(calendar.working_days_between(occurred_on, recorded_on - Days::new(1))? == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{Mark, YearTable};
    use crate::domain::local_time::Instant;

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
            let recording = Recording { weeks: [9, 0, 0, earlier, 0, 0, 0, 0], ..Recording::default() };
            assert_eq!(recording.expected(day(since), day(today), &calendar()), expected, "{why}");
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
            let on = |text: &str| format!("{text}+07:00").parse::<Instant>().unwrap().local_date();
            assert_eq!(is_in_time(on(occurred), on(recorded), &calendar()), Ok(in_time), "{why}");
        }
        assert_eq!(is_in_time(day("2021-12-01"), day("2022-01-05"), &calendar()), Err(MissingYear(2021)));
    }

    #[test]
    fn percentiles_lie_between_two_in_proportion() {
        for (sorted, median, p90, why) in [
            (vec![], None, None, "nothing"),
            (vec![3_600], Some(100), Some(100), "one hour"),
            (vec![0, 9_000], Some(125), Some(225), "none and 2.5 hours"),
            (vec![172_800, 345_600], Some(7_200), Some(9_120), "two days and four"),
            (vec![0, 0, 0, 36], Some(0), Some(1), "0.7 of a hundredth"),
            (vec![0, 17, 36], Some(0), Some(1), "17 seconds are less than half of one"),
            (vec![18], Some(1), Some(1), "and 18 are half"),
            ((0..=100).map(|hours| hours * 3_600).collect(), Some(5_000), Some(9_000), "0 to 100 hours"),
            (vec![i32::MAX; 3], Some(59_652_324), Some(59_652_324), "the longest"),
        ] {
            assert_eq!((percentile(&sorted, 50), percentile(&sorted, 90)), (median, p90), "{why}");
        }
    }

    #[test]
    fn a_recording_counts_by_weeks_and_judges_what_a_calendar_has() {
        let delays = |occurred_on, entered_on, seconds: &[i32]| Delays {
            occurred_on: day(occurred_on),
            entered_on: day(entered_on),
            seconds: seconds.to_vec(),
        };
        let recorded = [
            delays("2022-02-15", "2022-02-15", &[0, 3_600]),
            delays("2022-02-10", "2022-02-15", &[432_000]),
            delays("2022-02-08", "2022-02-09", &[86_400]),
            delays("2022-02-08", "2022-02-08", &[0]),
            // Before the weeks, in a year without a calendar: replayed, and came here in them.
            delays("2021-06-01", "2021-06-04", &[259_200]),
            // A clock that is ahead.
            delays("2022-02-16", "2022-02-16", &[0]),
        ];
        let of = Recording::of(&recorded, day("2022-02-15"), &calendar());
        assert_eq!(of.weeks, [5, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!((of.events, of.median, of.p90), (7, Some(100), Some(9_120)));
        assert_eq!(of.in_time, Share { numerator: 5, denominator: 6 });
        let nothing = Recording::of(&[], day("2022-02-15"), &calendar());
        assert_eq!(nothing, Recording::default());
    }
}
