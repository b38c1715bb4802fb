//! What a check finds: where, and what is wrong there.

use chrono::NaiveDate;
use std::fmt::{Display, Formatter, Result};

/// Where a fault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A dossier, by its code.
    Dossier(String),
    /// An event of a dossier, by its code and the number of the event.
    Event(String, i32),
    /// A day of the log.
    Day(NaiveDate),
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// In which table.
    pub table: &'static str,
    /// What is wrong, as the rest of a sentence.
    pub what: String,
}

impl Fault {
    /// Of a dossier.
    pub fn dossier(code: &str, table: &'static str, what: impl Display) -> Self {
        Self { place: Place::Dossier(code.to_owned()), table, what: what.to_string() }
    }

    /// Of an event.
    pub fn event(code: &str, seq: i32, what: impl Display) -> Self {
        Self::leaf("dossier_events", code, seq, what)
    }

    /// Of an event, in another table.
    pub fn leaf(table: &'static str, code: &str, seq: i32, what: impl Display) -> Self {
        Self { place: Place::Event(code.to_owned(), seq), table, what: what.to_string() }
    }

    /// Of a day of the log.
    pub fn day(day: NaiveDate, table: &'static str, what: impl Display) -> Self {
        Self { place: Place::Day(day), table, what: what.to_string() }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.place {
            Place::Dossier(code) => write!(f, "{code}")?,
            Place::Event(code, seq) => write!(f, "{code}, event {seq}")?,
            Place::Day(day) => write!(f, "log of {day}")?,
        }
        write!(f, " ({}): {}", self.table, self.what)
    }
}
