//! The table of a year as it is shown and sent.

use super::super::actions::Wanted;
use super::{code, inherited_from};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::{Calendars, Mark, Owner, YearTable};
use crate::domain::local_time::Day;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::clean;
use crate::http::input::objects;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Years that a table can be of.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2199;

/// How many days a table has at most: those of a leap year.
const MOST: usize = 366;

/// The year that a path names. The path of another is not there.
pub fn read_year(text: &str) -> Result<i32, Refusal> {
    let year = text.parse().ok().filter(|_| text.len() == 4 && !text.starts_with('+'));
    year.filter(|year| YEARS.contains(year)).ok_or(Refusal::NotFound)
}

/// The days of a year that differ from the week, as they are in force for an agency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarYear)]
pub struct YearBody {
    /// Main code of the agency; null for the country.
    #[schema(example = "H51.29.05")]
    pub agency: Option<String>,
    /// The year.
    #[schema(example = 2022)]
    pub year: i32,
    /// Raised by every change; the `ETag`. 0 while the agency has no changes of its own.
    pub version: i32,
    /// Whose table it is when the agency has no changes of its own: a code, or `national`.
    #[schema(example = "national")]
    pub inherited_from: Option<String>,
    /// Days off.
    pub days_off: Vec<NamedDay>,
    /// Rest days that are worked (hoán đổi).
    pub worked_rest_days: Vec<NamedDay>,
}

/// A day with its name.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedDay {
    /// Local day.
    #[schema(example = "2022-09-02")]
    pub date: NaiveDate,
    /// Its name.
    #[schema(example = "Quốc khánh 2/9")]
    pub name: String,
}

/// The table of a year as it is written: the whole table that is to be in force.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutYear {
    /// Days off.
    #[serde(deserialize_with = "objects")]
    #[schema(max_items = 366)]
    pub days_off: Vec<NamedDaySent>,
    /// Rest days that are worked (hoán đổi); each must be a weekly rest day by the office hours.
    #[serde(deserialize_with = "objects")]
    #[schema(max_items = 366)]
    pub worked_rest_days: Vec<NamedDaySent>,
}

/// A day with its name, as it is written.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedDaySent {
    /// Local day of the year.
    #[schema(example = "2022-09-02")]
    pub date: Day,
    /// Its name, at most 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Quốc khánh 2/9")]
    pub name: String,
}

impl YearBody {
    /// A year that is not there.
    pub fn none(year: i32) -> Self {
        let (days_off, worked_rest_days) = (vec![], vec![]);
        Self { agency: None, year, version: 0, inherited_from: None, days_off, worked_rest_days }
    }

    /// Shows the table of a year of an owner; `None` when nobody has loaded the year.
    pub fn new(calendars: &Calendars, owner: Owner, year: i32, tree: &AgencyTree) -> Option<Self> {
        let table = calendars.table(owner, year)?;
        let own = calendars.own(owner).and_then(|own| own.years.get(&year));
        let has_own = own.is_some_and(|own| !own.is_empty());
        let (mut days_off, mut worked_rest_days) = (vec![], vec![]);
        for (date, mark) in table.marks {
            match mark {
                Mark::Off(name) => days_off.push(NamedDay { date, name: name.to_string() }),
                Mark::Worked(name) => worked_rest_days.push(NamedDay { date, name: name.to_string() }),
            }
        }
        Some(Self {
            agency: code(owner, tree),
            year,
            version: own.map_or(0, |own| own.version),
            inherited_from: inherited_from(owner, calendars.table_owner(owner, year), has_own, tree),
            days_off,
            worked_rest_days,
        })
    }
}

impl PutYear {
    /// Checks what can be checked without the other calendars.
    pub fn check(self, year: i32) -> Result<Wanted, Refusal> {
        let mut wrong = Violations::default();
        let mut table = YearTable { year, ..YearTable::default() };
        let worked = self.worked_rest_days.iter().map(|day| day.date.date()).collect();
        let mut seen = BTreeSet::new();
        let lists = [("/days_off", self.days_off), ("/worked_rest_days", self.worked_rest_days)];
        for (list, days) in lists {
            if days.len() > MOST {
                wrong.add(list, Rule::InvalidValue, format!("must have at most {MOST} days"));
            }
            for (i, day) in days.into_iter().enumerate() {
                let (date, at) = (day.date.date(), format!("{list}/{i}/date"));
                if date.year() != year {
                    wrong.add(at, Rule::InvalidValue, format!("must be a day of {year}"));
                } else if !seen.insert(date) {
                    wrong.add(at, Rule::InvalidValue, "must stand once in the two lists");
                }
                let name = wrong.take(format!("{list}/{i}/name"), clean(&day.name, 200)).unwrap_or_default();
                let mark = if list == "/days_off" { Mark::Off } else { Mark::Worked };
                table.marks.insert(date, mark(name.into()));
            }
        }
        wrong.check()?;
        Ok(Wanted::Year(table, worked))
    }
}
