//! The national calendar that ships with the service: `data/calendar/national.json`, 2021 to 2026.
//!
//! It is version 1 of the calendar of the country; what the database holds of the country comes over it.

use crate::domain::calendar::{Calendar, Calendars, Mark, Own, OwnYear, YearTable};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

static NATIONAL: LazyLock<Calendars> =
    LazyLock::new(|| Calendars::new(0, HashMap::new(), HashMap::from([(None, shipped())])));

static TABLES: LazyLock<Vec<YearTable>> = LazyLock::new(|| {
    // The file is part of the binary, and a test reads every date in it.
    #[allow(clippy::expect_used)]
    read(include_str!("../../../data/calendar/national.json")).expect("the shipped calendar is JSON")
});

/// The calendars as they are without a database: everybody has the national one.
pub fn national() -> &'static Calendars {
    &NATIONAL
}

/// The national calendar that ships with the service.
pub fn national_calendar() -> &'static Calendar {
    NATIONAL.in_force(None).calendar
}

/// What the country has of its own before anything is written.
pub(super) fn shipped() -> Own {
    let none = |year| YearTable { year, ..YearTable::default() };
    let years = TABLES.iter().map(|table| {
        let changes = none(table.year).changes_to(table);
        (table.year, OwnYear { version: 1, is_whole: true, changes })
    });
    Own { version: 1, hours: vec![], years: years.collect() }
}

#[derive(Deserialize)]
struct File {
    years: BTreeMap<i32, Year>,
}

#[derive(Deserialize)]
struct Year {
    days_off: Vec<Day>,
    worked_rest_days: Vec<Day>,
}

#[derive(Deserialize)]
struct Day {
    date: NaiveDate,
    name: String,
}

fn read(json: &str) -> serde_json::Result<Vec<YearTable>> {
    let file: File = serde_json::from_str(json)?;
    let tables = file.years.into_iter().map(|(year, table)| {
        let off = table.days_off.into_iter().map(|day| (day.date, Mark::Off(day.name.into())));
        let worked = table.worked_rest_days.into_iter().map(|day| (day.date, Mark::Worked(day.name.into())));
        YearTable { year, marks: off.chain(worked).collect() }
    });
    Ok(tables.collect())
}

#[cfg(test)]
mod tests;
