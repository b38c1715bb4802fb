//! The calendars in memory, replaced when their version in the database is newer.
//!
//! Callers bring the version they saw in the database, as with the agency tree.

use super::{national, queries};
use crate::db::{DbError, Reader, Transaction};
use crate::domain::calendar::Calendars;
use crate::features::newest::{Newest, Versioned};
use std::sync::Arc;

impl Versioned for Calendars {
    fn version(&self) -> i64 {
        self.version()
    }
}

/// The calendars of this process, shared by its workers.
pub struct CalendarCache(Newest<Calendars>);

impl Default for CalendarCache {
    fn default() -> Self {
        Self(Newest::new(national().clone()))
    }
}

impl CalendarCache {
    /// The calendars, at least as new as `version`.
    pub async fn at(&self, version: i64, reader: &Reader) -> Result<Arc<Calendars>, DbError> {
        let current = self.0.kept();
        if current.version() >= version {
            return Ok(current);
        }
        Ok(self.0.keep(reader.read(async |conn| queries::load(conn).await).await?))
    }

    /// The calendars as the database has them now.
    pub async fn fresh(&self, reader: &Reader) -> Result<Arc<Calendars>, DbError> {
        let (_, version) = reader.read(async |conn| queries::versions(conn).await).await?;
        self.at(version, reader).await
    }

    /// The calendars as a snapshot sees them.
    pub async fn within(&self, tx: &mut Transaction) -> Result<Arc<Calendars>, DbError> {
        let (_, version) = queries::versions(tx).await?;
        let current = self.0.kept();
        if current.version() == version {
            return Ok(current);
        }
        Ok(Arc::new(queries::load(tx).await?))
    }

    /// The calendars for dating dossiers in a transaction: they stay the present ones until it ends. To be called before
    /// any dossier is locked, for who changes a calendar waits for it.
    pub async fn held(&self, tx: &mut Transaction) -> Result<Arc<Calendars>, DbError> {
        let version = queries::hold(tx).await?;
        let current = self.0.kept();
        if current.version() == version {
            return Ok(current);
        }
        Ok(self.0.keep(queries::load(tx).await?))
    }
}
