use super::*;
use crate::domain::local_time::Instant;
use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Weekends off, nothing else, but for a worked Saturday 2024-05-04 in exchange for 2024-04-29.
fn calendar() -> Calendar {
    let table = |year| YearTable { year, ..YearTable::default() };
    let marks = BTreeMap::from([
        (day("2024-04-29"), Mark::Off("swapped".into())),
        (day("2024-05-04"), Mark::Worked("swapped".into())),
    ]);
    Calendar::new(&[table(2022), table(2023), YearTable { year: 2024, marks }], &[])
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> Instant {
    format!("{text}:00+07:00").parse().unwrap()
}

#[test]
fn counts_working_days() {
    let c = calendar();
    assert_eq!(c.add_working_days(day("2022-02-15"), 0), Ok(day("2022-02-15")));
    assert_eq!(c.add_working_days(day("2022-02-18"), 1), Ok(day("2022-02-21")), "over a weekend");
    assert_eq!(c.add_working_days(day("2022-12-30"), 1), Ok(day("2023-01-02")), "over a year's end");
    assert_eq!(c.add_working_days(day("2024-05-03"), 1), Ok(day("2024-05-04")), "a worked Saturday");
    assert_eq!(c.add_working_days(day("2024-04-26"), 1), Ok(day("2024-04-30")), "a day off");
    assert_eq!(c.working_days_between(day("2022-02-15"), day("2022-02-21")), Ok(4));
    assert_eq!(c.working_days_between(day("2022-02-21"), day("2022-02-15")), Ok(0));
}

#[test]
fn a_missing_year_is_named() {
    let c = calendar();
    assert_eq!(c.is_working_day(day("2025-01-02")), Err(MissingYear(2025)));
    assert_eq!(c.add_working_days(day("2024-12-30"), 5), Err(MissingYear(2025)));
    assert_eq!(c.add_working_days(day("2019-12-30"), 5), Err(MissingYear(2019)));
    assert_eq!(c.working_days_between(day("2021-12-30"), day("2022-01-05")), Err(MissingYear(2021)));
    let gap = Calendar::new(
        &[YearTable { year: 2022, ..YearTable::default() }, YearTable { year: 2024, ..YearTable::default() }],
        &[],
    );
    assert_eq!(gap.add_working_days(day("2022-12-30"), 1), Err(MissingYear(2023)), "never jumps over a gap");
}

#[test]
fn office_hours_open_at_the_next_session() {
    let c = calendar();
    for (start, open) in [
        ("2022-02-15T06:10", "2022-02-15T07:00"),
        ("2022-02-15T09:32", "2022-02-15T09:32"),
        ("2022-02-15T11:30", "2022-02-15T11:30"),
        ("2022-02-15T12:00", "2022-02-15T13:30"),
        ("2022-02-15T17:00", "2022-02-15T17:00"),
        ("2022-02-15T17:01", "2022-02-16T07:00"),
        ("2022-02-18T20:00", "2022-02-21T07:00"),
        ("2022-02-19T08:00", "2022-02-21T07:00"),
    ] {
        assert_eq!(c.open_from(at(start)), Ok(at(open)), "{start}");
    }
}

#[test]
fn working_minutes_pass_only_in_office_hours() {
    let c = calendar();
    for (start, minutes, end) in [
        ("2022-02-15T08:00", 60, "2022-02-15T09:00"),
        ("2022-02-15T11:00", 60, "2022-02-15T14:00"),
        ("2022-02-15T16:00", 120, "2022-02-16T08:00"),
        ("2022-02-15T07:00", 480, "2022-02-15T17:00"),
        ("2022-02-15T07:00", 481, "2022-02-16T07:01"),
        ("2022-02-18T16:59", 2, "2022-02-21T07:01"),
        ("2022-02-15T12:00", 30, "2022-02-15T14:00"),
        ("2022-02-15T08:00", 480 * 5, "2022-02-22T08:00"),
    ] {
        assert_eq!(
            c.add_working_time(at(start), TimeDelta::minutes(minutes)),
            Ok(at(end)),
            "{start} + {minutes}"
        );
    }
}

proptest! {
    #[test]
    fn adding_then_counting_is_the_identity(offset in 0i64..700, n in 0usize..200) {
        let c = calendar();
        let start = day("2022-01-01") + TimeDelta::days(offset);
        let end = c.add_working_days(start, n).unwrap();
        prop_assert_eq!(c.working_days_between(start, end), Ok(i64::try_from(n).unwrap()));
        prop_assert!(n == 0 || c.is_working_day(end).unwrap());
    }

    #[test]
    fn minutes_added_in_two_parts_or_at_once_are_the_same(
        offset in 0i64..700 * 24 * 60, first in 0i64..5_000, second in 1i64..5_000
    ) {
        let c = calendar();
        let start = Instant::start_of(day("2022-01-01")) + TimeDelta::minutes(offset);
        let middle = c.add_working_time(start, TimeDelta::minutes(first)).unwrap();
        let parts = c.add_working_time(middle, TimeDelta::minutes(second)).unwrap();
        prop_assert_eq!(c.add_working_time(start, TimeDelta::minutes(first + second)).unwrap(), parts);
    }
}
