//! Bodies of disclosure: `item` for the procedures of an agency, `compliance` for counts by agency and what they count,
//! `history` for counts by day, `counted` for the numbers of both, `put` for what
//! an agency records.

mod compliance;
mod counted;
mod history;
mod item;
mod put;

pub use compliance::{ComplianceBody, ComplianceFilter, ViolationFilter, agencies};
pub use counted::ComplianceMetrics;
pub use history::{HistoryBody, HistoryFilter};
pub use item::{ItemBody, ItemFilter};
pub use put::{DisclosureBody, PutDisclosure};

use crate::domain::local_time::Day;
use crate::domain::period::Period;
use crate::domain::refusal::{Refusal, Rule};
use chrono::{Datelike, Days, NaiveDate};

/// The year of a day through the day, which is the period when nothing is said.
pub fn year_through(day: NaiveDate) -> Period {
    Period { from: day - Days::new(u64::from(day.ordinal0())), to: day }
}

/// The period that is asked for: this year through today when nothing is said.
fn period(from: Option<Day>, to: Option<Day>, today: NaiveDate) -> Result<Period, Refusal> {
    let to = to.map_or(today, Day::date);
    let from = from.map_or(year_through(to).from, Day::date);
    if to > today {
        return Err(Refusal::parameter("to", Rule::InTheFuture, "must not be after today"));
    }
    Period::asked(from, to)
}
