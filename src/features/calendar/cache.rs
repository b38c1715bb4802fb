//! The calendars in memory, replaced when their version in the database is newer.
//!
//! Callers bring the version they saw in the database, as with the agency tree.

use super::{national, queries};
use crate::db::{DbError, Reader, Transaction};
use crate::domain::calendar::Calendars;
use std::sync::{Arc, PoisonError, RwLock};

/// The calendars of this process, shared by its workers.
pub struct CalendarCache(RwLock<Arc<Calendars>>);

impl Default for CalendarCache {
    fn default() -> Self {
        Self(RwLock::new(Arc::new(national().clone())))
    }
}

impl CalendarCache {
    /// The calendars, at least as new as `version`.
    pub async fn at(&self, version: i64, reader: &Reader) -> Result<Arc<Calendars>, DbError> {
        let current = self.current();
        if current.version() >= version {
            return Ok(current);
        }
        let fresh = Arc::new(reader.read(async |conn| queries::load(conn).await).await?);
        self.keep(&fresh);
        Ok(fresh)
    }

    /// The calendars as the database has them now.
    pub async fn fresh(&self, reader: &Reader) -> Result<Arc<Calendars>, DbError> {
        let (_, version) = reader.read(async |conn| queries::versions(conn).await).await?;
        self.at(version, reader).await
    }

    /// The calendars for dating dossiers in a transaction: they stay the present ones until it ends. To be called before
    /// any dossier is locked, for who changes a calendar waits for it.
    pub async fn held(&self, tx: &mut Transaction) -> Result<Arc<Calendars>, DbError> {
        let version = queries::hold(tx).await?;
        let current = self.current();
        if current.version() == version {
            return Ok(current);
        }
        let fresh = Arc::new(queries::load(tx).await?);
        self.keep(&fresh);
        Ok(fresh)
    }

    fn keep(&self, fresh: &Arc<Calendars>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Another request may have read newer ones meanwhile.
        if kept.version() < fresh.version() {
            *kept = Arc::clone(fresh);
        }
    }

    fn current(&self) -> Arc<Calendars> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}
