//! The agency tree in memory, replaced when its version in the database is newer.
//!
//! Callers bring the version they saw in the database, so a change is visible to the next request everywhere.

use super::queries;
use crate::db::{DbError, Reader, Transaction};
use crate::domain::agency_tree::AgencyTree;
use crate::features::newest::{Newest, Versioned};
use std::sync::Arc;

impl Versioned for AgencyTree {
    fn version(&self) -> i64 {
        self.version()
    }
}

/// The tree of this process, shared by its workers.
#[derive(Default)]
pub struct TreeCache(Newest<AgencyTree>);

impl TreeCache {
    /// The tree, at least as new as `version`.
    pub async fn at(&self, version: i64, reader: &Reader) -> Result<Arc<AgencyTree>, DbError> {
        let current = self.0.kept();
        if current.version() >= version {
            return Ok(current);
        }
        Ok(self.0.keep(reader.read(async |conn| queries::tree(conn).await).await?))
    }

    /// The tree as the database has it now.
    pub async fn fresh(&self, reader: &Reader) -> Result<Arc<AgencyTree>, DbError> {
        let version = reader.read(async |conn| queries::version(conn).await).await?;
        self.at(version, reader).await
    }

    /// The tree as a transaction sees it.
    pub async fn within(&self, tx: &mut Transaction) -> Result<Arc<AgencyTree>, DbError> {
        let current = self.0.kept();
        if current.version() == queries::version(tx).await? {
            return Ok(current);
        }
        Ok(Arc::new(queries::tree(tx).await?))
    }
}
