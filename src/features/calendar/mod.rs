//! The national office calendar that ships with the service: `data/calendar/national.json`, 2021 to 2026.
//!
//! The rules of counting are in `domain/calendar`.

use crate::domain::calendar::{Calendar, Mark, YearTable};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static NATIONAL: LazyLock<Calendar> = LazyLock::new(|| {
    // The file is part of the binary, and a test reads every date in it.
    #[allow(clippy::expect_used)]
    let tables =
        read(include_str!("../../../data/calendar/national.json")).expect("the shipped calendar is JSON");
    Calendar::new(&tables, &[])
});

/// The calendar of offices without one of their own.
pub fn national() -> &'static Calendar {
    &NATIONAL
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
