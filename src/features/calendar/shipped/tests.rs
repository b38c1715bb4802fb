//! Deadlines on the calendar that ships: the law's cases, each with what it tests.

use super::*;
use crate::domain::calendar::MissingYear;
use crate::domain::deadline::{Deadline, compute};
use crate::domain::local_time::Instant;
use crate::domain::time_limit::TimeLimit;
use chrono::{Datelike, NaiveTime, Weekday};

fn at(text: &str) -> Instant {
    format!("{text}:00+07:00").parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn working_days(amount: &str) -> TimeLimit {
    TimeLimit::WorkingDays(amount.parse().unwrap())
}

fn due(limit: TimeLimit, start: &str) -> Deadline {
    compute(limit, at(start), national_calendar()).unwrap().unwrap()
}

/// Working-day vectors; the day of receipt is day zero (Civil Code 91/2015 Art. 147).
#[test]
fn working_day_vectors() {
    for (received, limit, expected, tests) in [
        ("2023-10-27", "5", "2023-11-03", "plain: a real slip"),
        ("2022-01-28", "3", "2022-02-09", "Tết 2022"),
        ("2022-01-25", "5", "2022-02-08", "publication limit across Tết"),
        ("2022-02-15", "7", "2022-02-24", "plain"),
        ("2022-04-28", "3", "2022-05-05", "compensatory days"),
        ("2021-02-09", "2", "2021-02-18", "Tết 2021"),
        ("2023-04-28", "2", "2023-05-05", "a five-day break"),
        ("2024-02-07", "1", "2024-02-15", "Tết 2024"),
        ("2024-04-26", "3", "2024-05-04", "worked Saturday"),
        ("2025-04-25", "1", "2025-04-26", "worked Saturday"),
        ("2026-08-21", "1", "2026-08-22", "worked Saturday"),
        ("2026-08-28", "2", "2026-09-04", "swap and National Day"),
        ("2026-11-23", "1", "2026-11-25", "the new day off on 24/11"),
    ] {
        let deadline = due(working_days(limit), &format!("{received}T08:00"));
        assert_eq!(deadline.due_on, day(expected), "{received} + {limit}: {tests}");
        assert_eq!(deadline.due_at, at(&format!("{expected}T17:00")));
        assert_eq!(deadline.overdue_from, Instant::end_of(day(expected)), "late only from the next day");
    }
}

#[test]
fn a_start_off_hours_moves_to_the_next_opening() {
    for (start, due_on, tests) in [
        ("2022-02-15T17:00", "2022-02-16", "the closing minute is still that day"),
        ("2022-02-15T17:01", "2022-02-17", "after closing: day zero is the next day"),
        ("2022-02-15T06:00", "2022-02-16", "before opening: the same day"),
        ("2022-02-19T09:00", "2022-02-22", "a Saturday: day zero is Monday"),
        ("2024-05-04T09:00", "2024-05-06", "a worked Saturday is day zero itself"),
    ] {
        assert_eq!(due(working_days("1"), start).due_on, day(due_on), "{start}: {tests}");
    }
}

#[test]
fn fractions_end_within_the_day() {
    let deadline = due(working_days("2.5"), "2022-02-15T08:00");
    assert_eq!(deadline.due_at, at("2022-02-18T11:00"), "half of the third day's eight hours");
    assert_eq!(deadline.overdue_from, at("2022-02-19T00:00"), "a dossier is late by the date");
    assert_eq!(due(working_days("0.5"), "2022-02-15T08:00").due_at, at("2022-02-16T11:00"));
}

/// Luật Hộ tịch 60/2014 Art. 5(3): received after 15:00, due the next working day.
#[test]
fn same_day_with_its_cutoff() {
    let limit = TimeLimit::SameDay(NaiveTime::from_hms_opt(15, 0, 0).unwrap());
    for (start, due_on, tests) in [
        ("2022-02-15T07:30", "2022-02-15", "in the morning"),
        ("2022-02-15T15:00", "2022-02-15", "exactly 15:00 is not after 15:00"),
        ("2022-02-15T15:01", "2022-02-16", "a minute after"),
        ("2022-02-18T16:00", "2022-02-21", "over a weekend"),
        ("2022-01-28T16:00", "2022-02-07", "over Tết"),
        ("2022-02-15T19:00", "2022-02-16", "off hours: received at the next opening, due that day"),
    ] {
        assert_eq!(due(limit, start).due_on, day(due_on), "{start}: {tests}");
    }
}

/// Civil Code 91/2015 Art. 148(5): ends on a day off, moves to the next working day.
#[test]
fn calendar_days_keep_their_own_date_and_move_off_days_off() {
    for (start, days, due_on, tests) in [
        ("2022-02-15T08:00", 30, "2022-03-17", "plain"),
        ("2022-02-15T20:00", 1, "2022-02-16", "an evening does not move the start"),
        ("2022-01-17T08:00", 15, "2022-02-07", "ends in Tết"),
        ("2022-02-15T08:00", 4, "2022-02-21", "ends on a Saturday"),
    ] {
        assert_eq!(
            due(TimeLimit::CalendarDays(days), start).due_on,
            day(due_on),
            "{start} + {days}: {tests}"
        );
    }
}

#[test]
fn hours_are_late_by_the_minute() {
    let deadline = due(TimeLimit::WorkingHours("8".parse().unwrap()), "2022-02-15T16:00");
    assert_eq!(deadline.due_at, at("2022-02-16T16:00"));
    assert_eq!(deadline.overdue_from, deadline.due_at);
    let short = due(TimeLimit::WorkingHours("0.01".parse().unwrap()), "2022-02-15T16:00");
    assert_eq!(short.due_at, at("2022-02-15T16:00") + chrono::TimeDelta::seconds(36), "to the second");
    assert_eq!(compute(TimeLimit::None, at("2022-02-15T16:00"), national_calendar()), Ok(None));
}

#[test]
fn a_missing_year_is_an_error_never_a_guess() {
    let missing = |start, limit| compute(limit, at(start), national_calendar());
    assert_eq!(missing("2026-12-30T08:00", working_days("5")), Err(MissingYear(2027)));
    assert_eq!(missing("2019-05-02T08:00", working_days("1")), Err(MissingYear(2019)));
    assert_eq!(missing("2026-12-30T08:00", TimeLimit::CalendarDays(30)), Err(MissingYear(2027)));
}

/// 24/11 is a day off from 2026 on; the numbers of working days of each year are known.
#[test]
fn the_shipped_file_is_what_it_should_be() {
    let tables = &*TABLES;
    assert_eq!(tables.iter().map(|t| t.year).collect::<Vec<_>>(), (2021..=2026).collect::<Vec<_>>());
    for table in tables {
        for (day, mark) in &table.marks {
            assert_eq!(day.year(), table.year);
            let rests = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            assert_eq!(matches!(mark, Mark::Worked(_)), rests, "{day} is a rest day, or a weekday, anyway");
        }
    }
    for (year, expected) in [(2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 250), (2026, 249)] {
        let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days().take_while(|d| d.year() == year);
        let worked = days.filter(|d| national_calendar().is_working_day(*d).unwrap()).count();
        assert_eq!(worked, expected, "{year}");
    }
}
