//! What every list of dossiers can be narrowed to, as it is asked for: which agencies a parameter takes in is said once,
//! for the dossier list and the overdue feed.

use super::queries::visible::Narrow;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::features::auth::Principal;
use crate::http::input::Several;

/// The parameters that narrow.
pub struct Asked {
    /// `agency`: decided by these, below them, or by what they watch.
    pub agency: Option<Several<String>>,
    /// `receiving_agency`: received by these or below them.
    pub receiving_agency: Option<Several<String>>,
    /// `holder_agency`: held by these or below them.
    pub holder_agency: Option<Several<String>>,
    /// `unit`: held by these units.
    pub unit: Option<Several<String>>,
    /// `officer`: held by these officers.
    pub officer: Option<Several<String>>,
    /// `procedure`.
    pub procedure: Option<Several<String>>,
    /// `field`.
    pub field: Option<Several<String>>,
}

impl Asked {
    /// Finds the agencies that are named. One that the caller does not see is refused.
    pub fn read(self, caller: &Principal, now: Instant) -> Result<Narrow, Refusal> {
        let today = now.local_date();
        let watching = |tree: &AgencyTree, id: i32| tree.visible(&[id], today);
        let below = AgencyTree::subtree;
        Ok(Narrow {
            competent: caller.agencies_named("agency", self.agency, watching)?,
            receiving: caller.agencies_named("receiving_agency", self.receiving_agency, below)?,
            holder: caller.agencies_named("holder_agency", self.holder_agency, below)?,
            unit: self.unit.map(|list| list.0),
            officer: self.officer.map(|list| list.0),
            procedure: self.procedure.map(|list| list.0),
            field: self.field.map(|list| list.0),
        })
    }
}
