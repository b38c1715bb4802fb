//! Which agencies decide a procedure: one definition for receipts, for disclosure and for reviews.

use super::agency_tree::{Agency, AgencyId};
use super::vocabulary::Level;

/// Whether an agency decides a procedure: it is among the agencies that the procedure lists, or the procedure lists none and has the
/// agency's level.
pub fn decides(levels: &[Level], listed: &[AgencyId], agency: &Agency) -> bool {
    if listed.is_empty() { levels.contains(&agency.level) } else { listed.contains(&agency.id) }
}
