//! The proofs of the engine: tables of cases with their articles, courses of a whole dossier, properties, a second
//! and naive implementation that must agree, and the reasons word by word.

mod agreement;
mod cases;
mod courses;
mod missing;
mod naive;
mod properties;
mod random;
mod reasons;
mod stops;
mod wall;

use super::*;
use crate::domain::calendar::{HoursPeriod, Mark, OfficeHours, Week, YearTable};
use crate::domain::vocabulary::{Granularity, StopEffect};
use chrono::NaiveTime;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct File {
    years: BTreeMap<i32, Year>,
}

#[derive(Deserialize)]
struct Year {
    days_off: Vec<Named>,
    worked_rest_days: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    date: NaiveDate,
    name: String,
}

/// The tables that ship.
fn tables() -> Vec<YearTable> {
    let file: File = serde_json::from_str(include_str!("../../../data/calendar/national.json")).unwrap();
    let marks = |year: Year| {
        let off = year.days_off.into_iter().map(|day| (day.date, Mark::Off(day.name.into())));
        let worked = year.worked_rest_days.into_iter().map(|day| (day.date, Mark::Worked(day.name.into())));
        off.chain(worked).collect()
    };
    file.years.into_iter().map(|(year, table)| YearTable { year, marks: marks(table) }).collect()
}

/// The calendars that the proofs use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Office {
    /// The one that ships.
    National,
    /// 07:00-11:00 and 13:00-17:00 since 2022-03-01, the usual hours before.
    Southern,
    /// The usual hours, and Saturday mornings 07:00-11:00.
    Saturdays,
}

impl Office {
    const ALL: [Self; 3] = [Self::National, Self::Southern, Self::Saturdays];

    fn periods(self) -> Vec<HoursPeriod> {
        let hours = |sessions: &[(&str, &str)]| {
            let times = sessions.iter().map(|(open, close)| (time(open), time(close)));
            OfficeHours::new(times.collect()).unwrap()
        };
        let mut week = Week::default();
        match self {
            Self::National => vec![],
            Self::Southern => {
                let usual = HoursPeriod { valid_from: day("2000-01-01"), week: week.clone() };
                week.0[..5].fill(hours(&[("07:00", "11:00"), ("13:00", "17:00")]));
                vec![usual, HoursPeriod { valid_from: day("2022-03-01"), week }]
            }
            Self::Saturdays => {
                week.0[5] = hours(&[("07:00", "11:00")]);
                vec![HoursPeriod { valid_from: day("2000-01-01"), week }]
            }
        }
    }

    fn calendar(self) -> &'static Calendar {
        static CALENDARS: LazyLock<[Calendar; 3]> =
            LazyLock::new(|| Office::ALL.map(|office| Calendar::new(&tables(), &office.periods())));
        &CALENDARS[self as usize]
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

/// `2022-02-15T08:00`, local.
fn at(text: &str) -> Instant {
    format!("{text}:00+07:00").parse().unwrap()
}

/// `3 wd`, `30 cd`, `8 h`, `by 15:00` or `none`.
fn limit(text: &str) -> TimeLimit {
    match text.split_once(' ') {
        Some((amount, "wd")) => TimeLimit::WorkingDays(amount.parse().unwrap()),
        Some((days, "cd")) => TimeLimit::CalendarDays(days.parse().unwrap()),
        Some((amount, "h")) => TimeLimit::WorkingHours(amount.parse().unwrap()),
        Some(("by", cutoff)) => TimeLimit::SameDay(time(cutoff)),
        _ => TimeLimit::None,
    }
}

/// `shift FROM TO`, `restart FROM TO`, `subtract FROM TO`, `stopped FROM`, `extend AMOUNT UNIT [AT]`, `extend to DAY
/// [AT]`, `late AT`; several with `; `.
fn moves(text: &str) -> Vec<Move<'static>> {
    let one = |text: &str| match text.split(' ').collect::<Vec<_>>()[..] {
        ["stopped", from] => Move::Stopped { from: at(from), to: None, effect: StopEffect::Shift },
        ["late", from] => Move::DeemedLate { at: at(from) },
        ["extend", "to", to, ref when @ ..] => extended(Extension::To(day(to)), when),
        ["extend", amount, unit, ref when @ ..] => {
            extended(Extension::By(limit(&format!("{amount} {unit}"))), when)
        }
        [effect, from, to] => {
            Move::Stopped { from: at(from), to: Some(at(to)), effect: effect.parse().unwrap() }
        }
        _ => panic!("{text}"),
    };
    text.split("; ").filter(|text| !text.is_empty()).map(one).collect()
}

fn extended(by: Extension, when: &[&str]) -> Move<'static> {
    Move::Extended { at: when.first().map(|text| at(text)), by, ground: "xác minh" }
}

/// Runs a course on one calendar, with the reasons, and proves on the way that nobody listening changes nothing.
fn run_both<'a>(course: &Course<'_, 'a>) -> (Result<Option<Standing>, MissingYear>, Reasons<'a>) {
    let mut reasons = Reasons::default();
    let explained = run(course, &mut reasons);
    assert_eq!(run(course, &mut NoLog), explained, "explained and not: {course:?}");
    (explained, reasons)
}

/// A plain course on one calendar.
fn stands(office: Office, start: &str, of: &str, happened: &str, granularity: Granularity) -> Standing {
    let legs = [Leg { limit: limit(of), calendar: office.calendar(), agency: None }];
    let moves = moves(happened);
    let course = Course { legs: &legs, start: at(start), moves: &moves, granularity, appointed: None };
    run_both(&course).0.unwrap().unwrap()
}
