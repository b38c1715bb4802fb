//! Every policy, in memory, replaced when the catalogue in the database is newer. There are few.
//!
//! Callers bring the version of the catalogue they saw in the database, as with the agency tree.

use super::queries::{self, PolicyRow};
use crate::db::{DbError, Reader};
use crate::domain::policy::PolicyRule;
use crate::features::newest::{Newest, Versioned};
use std::sync::Arc;

/// The policies at a version of the catalogue.
#[derive(Default)]
pub struct Policies {
    version: i64,
    /// As they are stored, by name.
    pub rows: Vec<PolicyRow>,
    /// What they say.
    pub rules: Vec<PolicyRule>,
}

impl Versioned for Policies {
    fn version(&self) -> i64 {
        self.version
    }
}

/// The policies of this process, shared by its workers.
#[derive(Default)]
pub struct PolicyCache(Newest<Policies>);

impl PolicyCache {
    /// The policies, at least as new as `version` of the catalogue.
    pub async fn at(&self, version: i64, reader: &Reader) -> Result<Arc<Policies>, DbError> {
        let current = self.0.kept();
        // Without a change nothing was ever raised, and nothing is there to be read.
        if current.version >= version {
            return Ok(current);
        }
        let (version, rows) = reader.read(async |conn| queries::all_at(conn).await).await?;
        let rules = rows.iter().map(PolicyRow::rule).collect();
        Ok(self.0.keep(Policies { version, rows, rules }))
    }
}
