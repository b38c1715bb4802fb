//! Bodies of disclosure: `item` for the procedures of an agency, `compliance` for counts by agency and what they count, `put` for what
//! an agency records.

mod compliance;
mod item;
mod put;

pub use compliance::{ComplianceBody, ComplianceFilter, ViolationFilter};
pub use item::{ItemBody, ItemFilter};
pub use put::{DisclosureBody, PutDisclosure};

use crate::domain::disclosure::Period;
use crate::domain::local_time::Day;
use crate::domain::refusal::{Refusal, Rule};
use chrono::{Datelike, Days, NaiveDate};

/// Days that a period may have.
const MOST_DAYS: i64 = 366;

/// The period that is asked for: this year through today when nothing is said.
fn period(from: Option<Day>, to: Option<Day>, today: NaiveDate) -> Result<Period, Refusal> {
    let to = to.map_or(today, Day::date);
    let new_year = to - Days::new(u64::from(to.ordinal0()));
    let from = from.map_or(new_year, Day::date);
    let refuse = |name: &str, rule, message: &str| Err(Refusal::parameter(name, rule, message));
    match (to - from).num_days() {
        _ if to > today => refuse("to", Rule::InTheFuture, "must not be after today"),
        ..0 => refuse("from", Rule::InvalidValue, "must not be after `to`, which is today when not given"),
        MOST_DAYS.. => refuse("from", Rule::InvalidValue, "must be at most 365 days before `to`"),
        _ => Ok(Period { from, to }),
    }
}
