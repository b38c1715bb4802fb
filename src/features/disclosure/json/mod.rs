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
use crate::domain::refusal::Refusal;
use chrono::NaiveDate;

/// The period that is asked for: this year through today when nothing is said.
fn period(from: Option<Day>, to: Option<Day>, today: NaiveDate) -> Result<Period, Refusal> {
    Period::past(from.map(Day::date), to.map(Day::date), today)
}
