use super::*;
use crate::domain::calendar::{Mark, YearTable};
use crate::domain::law::law;
use DisclosureState::{Current, Incomplete, Late, Missing, Outdated, Pending, Stale};
use proptest::prelude::*;

/// 2022 with the days off of Tet: Monday 31/1 to Friday 4/2.
fn calendar() -> Calendar {
    let off = |day: &str| (day.parse().unwrap(), Mark::Off("Tết".into()));
    let marks = ["2022-01-31", "2022-02-01", "2022-02-02", "2022-02-03", "2022-02-04"].map(off).into();
    Calendar::new(&[YearTable { year: 2022, marks }], &[])
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn version(number: i32, counted_from: &str) -> InForce {
    InForce {
        version: number,
        counted_from: day(counted_from),
        published_on: day(counted_from),
        is_shortened: false,
        is_whole: true,
    }
}

#[test]
fn the_limit_counts_working_days_from_the_signing() {
    for (signed_on, is_shortened, level, due, why) in [
        ("2022-02-08", false, Level::Province, "2022-02-15", "5 working days"),
        ("2022-02-08", false, Level::Commune, "2022-02-15", "the same at every level of a province"),
        ("2022-02-08", false, Level::Central, "2022-02-22", "10 of a ministry"),
        ("2022-02-08", true, Level::Province, "2022-02-10", "2 by the shortened procedure"),
        ("2022-02-08", true, Level::Central, "2022-02-10", "there too"),
        ("2022-01-28", false, Level::District, "2022-02-11", "Tet does not count"),
        ("2022-02-12", false, Level::District, "2022-02-18", "signed on a Saturday"),
    ] {
        let version = InForce { is_shortened, ..version(1, signed_on) };
        assert_eq!(due_on(&version, level, law(), &calendar()), Ok(day(due)), "{why}");
    }
    let next_year = due_on(&version(1, "2022-12-30"), Level::District, law(), &calendar());
    assert_eq!(next_year, Err(MissingYear(2023)));
}

#[test]
fn a_decision_comes_before_the_text_that_it_rests_on() {
    for (effective_on, level, by, why) in [
        ("2022-02-15", Level::Province, "2022-02-08", "5 working days before"),
        ("2022-02-15", Level::District, "2022-02-08", "the same at every level of a province"),
        ("2022-02-15", Level::Central, "2022-01-11", "20 of a ministry, and Tet does not count"),
        ("2022-02-13", Level::Province, "2022-02-07", "in force on a Sunday"),
    ] {
        assert_eq!(announced_by(day(effective_on), level, law(), &calendar()), Ok(day(by)), "{why}");
    }
    assert_eq!(announced_by(day("2022-01-04"), Level::Province, law(), &calendar()), Err(MissingYear(2021)));
}

#[test]
fn nothing_is_disclosed_before_the_catalogue_shows_it() {
    let version = InForce { published_on: day("2022-02-17"), ..version(2, "2022-02-08") };
    for (number, on, shown) in
        [(2, "2022-02-10", "2022-02-17"), (2, "2022-02-18", "2022-02-18"), (1, "2022-01-10", "2022-01-10")]
    {
        let disclosed = Disclosed { version: number, on: day(on), verified_on: None };
        assert_eq!(version.shown(disclosed), Disclosed { on: day(shown), ..disclosed });
    }
}

/// Version 2 was signed on Tuesday 2022-02-08 and is to be disclosed through 2022-02-15; the period is the year through a day.
#[test]
fn an_agency_stands_in_the_first_state_that_matches() {
    type Known = Option<(i32, &'static str, Option<&'static str>)>;
    let rows: [(Known, bool, &str, DisclosureState, &str); 14] = [
        (None, true, "2022-02-15", Pending, "the last day of the limit"),
        (None, true, "2022-02-16", Missing, "the day after"),
        (None, false, "2022-02-16", Missing, "whole or not"),
        (Some((1, "2021-05-04", None)), true, "2022-02-15", Pending, "the older one, within the limit"),
        (Some((1, "2021-05-04", None)), true, "2022-02-16", Outdated, "the older one, after it"),
        (Some((2, "2022-02-17", None)), true, "2022-02-16", Missing, "disclosed after that day"),
        (Some((2, "2022-02-15", None)), true, "2022-02-20", Current, "on the last day"),
        (Some((2, "2022-02-15", None)), false, "2022-02-20", Incomplete, "a part is missing"),
        (Some((2, "2022-02-16", None)), true, "2022-02-20", Late, "a day late"),
        (Some((2, "2022-02-16", None)), false, "2022-02-20", Incomplete, "late, and a part is missing"),
        (Some((2, "2022-02-15", None)), true, "2022-08-14", Current, "180 days later"),
        (Some((2, "2022-02-15", None)), true, "2022-08-15", Stale, "181 days later"),
        (Some((2, "2022-02-15", Some("2022-08-01"))), true, "2022-08-15", Current, "verified meanwhile"),
        (Some((2, "2022-02-16", None)), true, "2022-09-01", Stale, "late, and silent since"),
    ];
    for (disclosed, is_whole, through, expected, why) in rows {
        let disclosed = disclosed.map(|(version, on, verified)| Disclosed {
            version,
            on: day(on),
            verified_on: verified.map(day),
        });
        let version = InForce { is_whole, ..version(2, "2022-02-08") };
        let due = due_on(&version, Level::District, law(), &calendar()).unwrap();
        let period = Period { from: day("2022-01-01"), to: day(through) };
        assert_eq!(state(&version, disclosed.as_ref(), Some(due), period, law()), expected, "{why}");
    }
    // Disclosed late, but before the period.
    let late = Disclosed { version: 2, on: day("2022-02-16"), verified_on: None };
    let next = Period { from: day("2022-03-01"), to: day("2022-03-31") };
    assert_eq!(state(&version(2, "2022-02-08"), Some(&late), Some(day("2022-02-15")), next, law()), Current);
}

#[test]
fn without_a_calendar_the_limit_is_over_some_day_and_nobody_is_late() {
    let old = version(1, "2015-06-01");
    let through = |to| Period { from: day("2015-01-01"), to: day(to) };
    assert_eq!(state(&old, None, None, through("2015-07-31"), law()), Pending);
    assert_eq!(state(&old, None, None, through("2015-08-01"), law()), Missing);
    let disclosed = Disclosed { version: 1, on: day("2015-12-01"), verified_on: None };
    assert_eq!(state(&old, Some(&disclosed), None, through("2015-12-31"), law()), Current);
}

proptest! {
    /// Who discloses the version in force neither misses nor is behind, and who discloses nothing is one of two.
    #[test]
    fn states_follow_from_what_is_disclosed(
        newest in 1i32..4, has in prop::option::of((1i32..4, 0u64..400, prop::option::of(0u64..400))), due in 0u64..400, to in 0u64..400, is_whole: bool,
    ) {
        let at = |days| day("2022-01-01") + chrono::Days::new(days);
        let version = InForce { version: newest, counted_from: at(0), published_on: at(0), is_shortened: false, is_whole };
        let disclosed = has.map(|(version, on, verified)| Disclosed { version, on: at(on), verified_on: verified.map(at) });
        let period = Period { from: at(0), to: at(to) };
        let found = state(&version, disclosed.as_ref(), Some(at(due)), period, law());
        let known = disclosed.filter(|it| it.on <= period.to);
        let is_newest = known.is_some_and(|it| it.version >= newest);
        prop_assert_eq!(is_newest, matches!(found, Incomplete | Stale | Late | Current));
        prop_assert_eq!(known.is_some() && !is_newest && to > due, found == Outdated);
        prop_assert_eq!(!is_newest && to <= due, found == Pending);
        prop_assert!(found != Current || is_whole);
    }
}
