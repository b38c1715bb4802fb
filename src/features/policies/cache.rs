//! Every policy, in memory, replaced when the catalogue in the database is newer. There are few.
//!
//! Callers bring the version of the catalogue they saw in the database, as with the agency tree.

use super::queries::{self, PolicyRow};
use crate::db::{DbError, Reader};
use crate::domain::policy::PolicyRule;
use std::sync::{Arc, PoisonError, RwLock};

/// The policies at a version of the catalogue.
#[derive(Default)]
pub struct Policies {
    version: i64,
    /// As they are stored, by name.
    pub rows: Vec<PolicyRow>,
    /// What they say.
    pub rules: Vec<PolicyRule>,
}

/// The policies of this process, shared by its workers.
#[derive(Default)]
pub struct PolicyCache(RwLock<Arc<Policies>>);

impl PolicyCache {
    /// The policies, at least as new as `version` of the catalogue.
    pub async fn at(&self, version: i64, reader: &Reader) -> Result<Arc<Policies>, DbError> {
        let current = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        // Without a change nothing was ever raised, and nothing is there to be read.
        if current.version >= version {
            return Ok(current);
        }
        let (version, rows) = reader.read(async |conn| queries::all_at(conn).await).await?;
        let rules = rows.iter().map(PolicyRow::rule).collect();
        let fresh = Arc::new(Policies { version, rows, rules });
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Another request may have read a newer one meanwhile.
        if kept.version < fresh.version {
            *kept = Arc::clone(&fresh);
        }
        Ok(fresh)
    }
}
