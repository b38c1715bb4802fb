//! What a deadline costs, without a database: `cargo bench --bench deadlines`. The README beside it has the figures.

use chrono::{Datelike, NaiveDate, NaiveTime};
use congkhai::domain::amount::Amount;
use congkhai::domain::calendar::{Calendar, Mark, YearTable};
use congkhai::domain::deadline::text::{Language, explain};
use congkhai::domain::deadline::{Course, Extension, Leg, Move, NoLog, Reasons, run};
use congkhai::domain::local_time::Instant;
use congkhai::domain::time_limit::TimeLimit;
use congkhai::domain::vocabulary::{Granularity, StopEffect, Unit};
use criterion::{Criterion, criterion_group, criterion_main};
use std::collections::BTreeMap;
use std::hint::black_box;

/// 2021 to 2030: the days off of each year that fall on the same date in every year, and Tết near its date.
fn ten_years() -> Calendar {
    let fixed = [(1, 1), (2, 10), (2, 11), (2, 12), (2, 13), (2, 14), (4, 30), (5, 1), (9, 1), (9, 2)];
    let table = |year| {
        let day = |(month, day)| NaiveDate::from_ymd_opt(year, month, day);
        let marks = fixed.into_iter().filter_map(day).map(|day| (day, Mark::Off("Nghỉ lễ".into())));
        YearTable { year, marks: marks.collect::<BTreeMap<_, _>>() }
    };
    Calendar::new(&(2021..=2030).map(table).collect::<Vec<_>>(), &[])
}

/// 08:00 of a day of 2025, counted from its first.
fn morning(day: i32) -> Instant {
    let first = NaiveDate::from_num_days_from_ce_opt(739_252 + day).unwrap_or_default();
    debug_assert_eq!(first.year(), 2025);
    Instant::at(first, NaiveTime::from_hms_opt(8, 0, 0).unwrap_or_default())
}

fn limit(unit: Unit, days: &str) -> TimeLimit {
    let amount: Amount = days.parse().unwrap_or_else(|_| unreachable!("{days} is an amount"));
    TimeLimit::new(unit, Some(amount), None).unwrap_or_else(|_| unreachable!("{days} days are a limit"))
}

fn deadlines(criterion: &mut Criterion) {
    let calendar = ten_years();
    let stop = Move::Stopped { from: morning(40), to: Some(morning(44)), effect: StopEffect::Shift };
    let extension = Extension::By(limit(Unit::WorkingDays, "5"));
    let extended = Move::Extended { at: None, by: extension, ground: "difficult_area" };
    let course_of_a_dossier = [stop, extended];
    let cases: [(&str, TimeLimit, &[Move<'_>]); 5] = [
        ("15 working days", limit(Unit::WorkingDays, "15"), &[]),
        ("30 calendar days", limit(Unit::CalendarDays, "30"), &[]),
        ("16 working hours", limit(Unit::WorkingHours, "16"), &[]),
        ("15 working days, a stop, an extension", limit(Unit::WorkingDays, "15"), &course_of_a_dossier),
        ("250 working days", limit(Unit::WorkingDays, "250"), &[]),
    ];
    for (name, limit, moves) in cases {
        let legs = [Leg { limit, calendar: &calendar, agency: None }];
        let course = Course {
            legs: &legs,
            start: morning(33),
            moves,
            granularity: Granularity::Date,
            appointed: None,
        };
        let mut group = criterion.benchmark_group(name);
        group.bench_function("date", |bencher| bencher.iter(|| run(black_box(&course), &mut NoLog)));
        group.bench_function("date and reasons", |bencher| {
            bencher.iter(|| {
                let mut reasons = Reasons::default();
                let standing = run(black_box(&course), &mut reasons);
                (standing, reasons)
            });
        });
        group.bench_function("date, reasons and both sentences", |bencher| {
            bencher.iter(|| {
                let mut reasons = Reasons::default();
                let standing = run(black_box(&course), &mut reasons).ok().flatten();
                let say = |language| {
                    standing.as_ref().map(|standing| explain(&reasons.0, standing, limit.unit(), language))
                };
                (say(Language::Vietnamese), say(Language::English))
            });
        });
        group.finish();
    }
    criterion.bench_function("prepare a calendar of ten years", |bencher| bencher.iter(ten_years));
}

criterion_group!(benches, deadlines);
criterion_main!(benches);
