//! The names of all procedure versions in memory, so that no read of dossiers joins them.
//!
//! A version never changes but for its end, which is no part of its name, so what is kept stays right. What is newer
//! than what is kept is read when a dossier shows that it is there.

use super::queries::{self, ProcedureName};
use crate::db::{DbError, Reader};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

static NOBODYS: LazyLock<ProcedureName> = LazyLock::new(ProcedureName::default);

/// The names as they stood at a version of the catalogue.
#[derive(Default)]
pub struct Names {
    version: i64,
    by_id: HashMap<i32, ProcedureName>,
}

impl Names {
    /// The name of a version; empty for one that was recorded after these names were read.
    pub fn of(&self, version_id: i32) -> &ProcedureName {
        self.by_id.get(&version_id).unwrap_or(&NOBODYS)
    }
}

/// The names of this process, shared by its workers: some hundred bytes for each version in the catalogue.
#[derive(Default)]
pub struct NameCache(RwLock<Arc<Names>>);

impl NameCache {
    /// Names with those of some versions among them, for rows that were read already.
    pub async fn with(
        &self,
        version_ids: impl IntoIterator<Item = i32>,
        reader: &Reader,
    ) -> Result<Arc<Names>, DbError> {
        let kept = self.kept();
        if version_ids.into_iter().all(|id| kept.by_id.contains_key(&id)) {
            Ok(kept)
        } else {
            self.read(reader).await
        }
    }

    /// Names as the database has them now, for the rows of a snapshot that was taken already.
    pub async fn fresh(&self, reader: &Reader) -> Result<Arc<Names>, DbError> {
        let version = reader.read(async |conn| queries::catalogue_version(conn).await).await?;
        let kept = self.kept();
        if kept.version >= version { Ok(kept) } else { self.read(reader).await }
    }

    async fn read(&self, reader: &Reader) -> Result<Arc<Names>, DbError> {
        let (version, by_id) = reader.read(async |conn| queries::names(conn).await).await?;
        let fresh = Arc::new(Names { version, by_id });
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Another request may have read newer ones meanwhile. The same version may hold more: what came between.
        if kept.version <= fresh.version {
            *kept = Arc::clone(&fresh);
        }
        Ok(fresh)
    }

    fn kept(&self) -> Arc<Names> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}
