//! The names of all procedure versions in memory, so that no read of dossiers joins them.
//!
//! A version never changes but for its end, which is no part of its name, so what is kept stays right. What is newer
//! than what is kept is read when a dossier shows that it is there.

use super::queries::{self, ProcedureName};
use crate::db::{DbError, Reader};
use crate::domain::agency_tree::ById;
use crate::features::newest::{Newest, Versioned};
use std::sync::{Arc, LazyLock};

static NOBODYS: LazyLock<ProcedureName> = LazyLock::new(ProcedureName::default);

/// The names as they stood at a version of the catalogue.
#[derive(Default)]
pub struct Names {
    version: i64,
    by_id: ById<ProcedureName>,
}

impl Names {
    /// The name of a version; empty for one that was recorded after these names were read.
    pub fn of(&self, version_id: i32) -> &ProcedureName {
        self.by_id.get(&version_id).unwrap_or(&NOBODYS)
    }

    /// The versions of which something holds, by their numbers in order.
    pub fn versions_of(&self, holds: impl Fn(&ProcedureName) -> bool) -> Vec<i32> {
        let found = self.by_id.iter().filter(|(_, name)| holds(name)).map(|(id, _)| *id);
        let mut ids: Vec<i32> = found.collect();
        ids.sort_unstable();
        ids
    }
}

impl Versioned for Names {
    fn version(&self) -> i64 {
        self.version
    }
}

/// The names of this process, shared by its workers: some hundred bytes for each version in the catalogue.
#[derive(Default)]
pub struct NameCache(Newest<Names>);

impl NameCache {
    /// Names with those of some versions among them, for rows that were read already.
    pub async fn with(
        &self,
        version_ids: impl IntoIterator<Item = i32>,
        reader: &Reader,
    ) -> Result<Arc<Names>, DbError> {
        let kept = self.0.kept();
        if version_ids.into_iter().all(|id| kept.by_id.contains_key(&id)) {
            Ok(kept)
        } else {
            self.read(reader).await
        }
    }

    /// Names as the database has them now, for the rows of a snapshot that was taken already.
    pub async fn fresh(&self, reader: &Reader) -> Result<Arc<Names>, DbError> {
        let version = reader.read(async |conn| queries::catalogue_version(conn).await).await?;
        let kept = self.0.kept();
        if kept.version >= version { Ok(kept) } else { self.read(reader).await }
    }

    async fn read(&self, reader: &Reader) -> Result<Arc<Names>, DbError> {
        let (version, by_id) = reader.read(async |conn| queries::names(conn).await).await?;
        Ok(self.0.keep(Names { version, by_id }))
    }
}
