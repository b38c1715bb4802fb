//! Bodies of disclosure: `item` for the procedures of an agency, `compliance` for counts by agency and what they count, `put` for what
//! an agency records.

mod compliance;
mod item;
mod put;

pub use compliance::{ComplianceBody, ComplianceFilter, ViolationFilter};
pub use item::{ItemBody, ItemFilter};
pub use put::{DisclosureBody, PutDisclosure};

use crate::domain::local_time::Day;
use crate::domain::period::Period;
use crate::domain::refusal::{Refusal, Rule};
use chrono::{Datelike, Days, NaiveDate};

/// The period that is asked for: this year through today when nothing is said.
fn period(from: Option<Day>, to: Option<Day>, today: NaiveDate) -> Result<Period, Refusal> {
    let to = to.map_or(today, Day::date);
    let new_year = to - Days::new(u64::from(to.ordinal0()));
    let from = from.map_or(new_year, Day::date);
    if to > today {
        return Err(Refusal::parameter("to", Rule::InTheFuture, "must not be after today"));
    }
    Period::asked(from, to)
}
