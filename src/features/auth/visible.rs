//! Agencies as far as a caller sees them.

use crate::domain::agency_tree::AgencyId;
use std::collections::BTreeSet;

/// Agencies that a caller sees or governs, and with them the dossiers that these received, decide or hold.
#[derive(Clone, Debug)]
pub enum Visible {
    /// All.
    All,
    /// Those of these agencies.
    Of(BTreeSet<AgencyId>),
}

impl Visible {
    /// What is among both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, seen) | (seen, Self::All) => seen.clone(),
            (Self::Of(some), Self::Of(others)) => Self::Of(some & others),
        }
    }

    /// Whether an agency is among them.
    pub fn contains(&self, agency: AgencyId) -> bool {
        match self {
            Self::All => true,
            Self::Of(agencies) => agencies.contains(&agency),
        }
    }
}
