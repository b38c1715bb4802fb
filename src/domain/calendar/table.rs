//! The table of a year: days off and worked rest days, and what an agency changes in the table that it inherits.
//!
//! A caller reads and writes the whole table of an agency and a year. What is kept is its difference from the table
//! of the agency above, so that a holiday which is declared for the country later reaches every agency.

use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a day differs from the weekly pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A day off, with its name.
    Off(Arc<str>),
    /// A rest day that is worked, with its name.
    Worked(Arc<str>),
}

/// The days of one year that differ from the weekly pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearTable {
    /// The year.
    pub year: i32,
    /// The days.
    pub marks: BTreeMap<NaiveDate, Mark>,
}

/// What an agency changes in the table of a year that it inherits; `None`: the day is as the week has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The year.
    pub year: i32,
    /// The days that differ.
    pub marks: BTreeMap<NaiveDate, Option<Mark>>,
}

impl YearTable {
    /// This table with the changes of an agency below.
    #[must_use]
    pub fn with(&self, changes: &Changes) -> Self {
        let mut marks = self.marks.clone();
        for (day, mark) in &changes.marks {
            match mark {
                Some(mark) => marks.insert(*day, mark.clone()),
                None => marks.remove(day),
            };
        }
        Self { year: changes.year, marks }
    }

    /// What an agency that inherits this table changes so that it has `wanted`.
    pub fn changes_to(&self, wanted: &Self) -> Changes {
        let gone = self.marks.keys().filter(|day| !wanted.marks.contains_key(day)).map(|day| (*day, None));
        let new = wanted.marks.iter().filter(|(day, mark)| self.marks.get(day) != Some(mark));
        let marks = gone.chain(new.map(|(day, mark)| (*day, Some(mark.clone())))).collect();
        Changes { year: wanted.year, marks }
    }
}
