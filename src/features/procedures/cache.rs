//! The procedures that are asked for, in memory, forgotten when the catalogue in the database is newer.
//!
//! Callers bring the version of the catalogue they saw in the database, as with the agency tree.

use super::queries::{self, Procedure};
use crate::db::{DbError, Reader};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// The versions of a procedure, newest first.
pub type Versions = Arc<Vec<Procedure>>;

/// The procedures of this process, shared by its workers. As many as there are in the catalogue at most.
#[derive(Default)]
pub struct ProcedureCache(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    version: i64,
    by_code: HashMap<String, Versions>,
}

impl ProcedureCache {
    /// The versions of the procedure with a code, at least as new as `version` of the catalogue; none when there is no
    /// such procedure.
    pub async fn at(&self, version: i64, code: &str, reader: &Reader) -> Result<Versions, DbError> {
        if let Some(versions) = self.kept(version, code) {
            return Ok(versions);
        }
        let (read_at, found) = reader.read(async |conn| queries::versions_at(conn, code).await).await?;
        let found = Arc::new(found);
        // A code that nobody has is not kept: there is no end to them.
        if !found.is_empty() {
            self.keep(read_at, code, &found);
        }
        Ok(found)
    }

    fn kept(&self, version: i64, code: &str) -> Option<Versions> {
        let kept = self.read();
        if kept.version < version { None } else { kept.by_code.get(code).map(Arc::clone) }
    }

    fn keep(&self, version: i64, code: &str, found: &Versions) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.version < version {
            *kept = Kept { version, by_code: HashMap::new() };
        }
        // Another request may have seen a newer catalogue meanwhile.
        if kept.version == version {
            kept.by_code.insert(code.to_owned(), Arc::clone(found));
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}
