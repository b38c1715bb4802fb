//! Bodies of the calendar operations: `hours` of a calendar, the `year` of one, what follows from a change in `change`.

mod change;
mod hours;
mod year;

pub use change::{JobBody, PreviewBody, PutAnswer, PutParameters};
pub use hours::{CalendarBody, PutCalendar};
pub use year::{PutYear, YearBody, read_year};

use super::actions::NATIONAL;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Owner;
use crate::domain::refusal::Refusal;

/// Whose calendar a path names: by any code of an agency, or the country's.
pub fn owner_in_path(path: &str, tree: &AgencyTree) -> Result<Owner, Refusal> {
    if path == NATIONAL {
        return Ok(None);
    }
    tree.find(path).map(|agency| Some(agency.id)).ok_or(Refusal::NotFound)
}

/// The code of an agency; null for the country.
fn code(owner: Owner, tree: &AgencyTree) -> Option<String> {
    owner.map(|agency| tree.code(agency).to_owned())
}

/// Whose a part of a calendar is when it is not the owner's own.
fn inherited_from(owner: Owner, of: Owner, is_own: bool, tree: &AgencyTree) -> Option<String> {
    let inherits = owner.is_some() && !is_own;
    inherits.then(|| super::actions::name_of(of, tree).to_owned())
}
