//! The office calendar of an agency: which days are working days, and the office hours of each of them.
//!
//! Labour Code 45/2019 Art. 111(3), 112: public holidays; a holiday on a rest day gives the next working day off. A
//! weekday without office hours is the weekly rest, unless a swap (hoán đổi) makes it a worked rest day. A year
//! without a table is an error, never a guess. `prepared` counts: a day is found by its number, a moment by binary
//! search. `hours` has the office hours, `table` what an agency changes in a year, `inherited` the calendars of all agencies.
//! What a time limit does with them is in `deadline`.

mod hours;
mod inherited;
mod prepared;
pub mod table;

pub use hours::{BadHours, HoursPeriod, OfficeHours, Week, is_rest_day, week_on};
pub use inherited::{ALWAYS, Calendars, InForce, Own, OwnYear, Owner, Told};
pub use prepared::{Calendar, DayKind};
pub use table::{Changes, Mark, YearTable};

/// A year for which no table is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no calendar is loaded for the year {0}")]
pub struct MissingYear(pub i32);

#[cfg(test)]
mod tests;
