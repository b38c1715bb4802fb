//! What handlers work with: the doors to the database, the clock, and the reference data in memory.

use super::agencies::cache::TreeCache;
use super::calendar::cache::CalendarCache;
use super::calendar::queries::versions;
use super::policies::cache::PolicyCache;
use super::procedures::cache::ProcedureCache;
use super::procedures::names::NameCache;
use super::public::cache::PublicCache;
use crate::clock::Clock;
use crate::db::{Database, DbError, Reader, Slow, Writer};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendars;
use crate::http::limit::Limits;
use crate::metrics::Metrics;
use std::sync::Arc;

/// The state of one worker. All but the reader is shared between workers.
pub struct State {
    /// Fast reads, on this worker's own connection.
    pub reader: Reader,
    /// Slow reads.
    pub slow: Slow,
    /// Writes.
    pub writer: Writer,
    /// The time.
    pub clock: Clock,
    /// The agency tree in memory.
    pub agencies: Arc<TreeCache>,
    /// The procedures in memory.
    pub procedures: Arc<ProcedureCache>,
    /// Their names in memory.
    pub names: Arc<NameCache>,
    /// The policies in memory.
    pub policies: Arc<PolicyCache>,
    /// Public answers in memory.
    pub public: Arc<PublicCache>,
    /// The office calendars in memory.
    pub calendars: Arc<CalendarCache>,
    /// The rate limits.
    pub limits: Arc<Limits>,
    /// The metrics.
    pub metrics: Arc<Metrics>,
}

/// What workers share.
#[derive(Clone)]
pub struct Shared {
    /// Where each worker's reader connects to.
    pub database: Database,
    /// Slow reads.
    pub slow: Slow,
    /// Writes.
    pub writer: Writer,
    /// The time.
    pub clock: Clock,
    /// The agency tree in memory.
    pub agencies: Arc<TreeCache>,
    /// The procedures in memory.
    pub procedures: Arc<ProcedureCache>,
    /// Their names in memory.
    pub names: Arc<NameCache>,
    /// The policies in memory.
    pub policies: Arc<PolicyCache>,
    /// The office calendars in memory.
    pub calendars: Arc<CalendarCache>,
    /// Public answers in memory.
    pub public: Arc<PublicCache>,
    /// The rate limits.
    pub limits: Arc<Limits>,
    /// The metrics.
    pub metrics: Arc<Metrics>,
}

impl State {
    /// The state of a new worker.
    pub fn of(shared: &Shared) -> Self {
        let Shared {
            database,
            slow,
            writer,
            clock,
            agencies,
            procedures,
            names,
            policies,
            calendars,
            public,
            limits,
            metrics,
        } = shared.clone();
        let reader = Reader::new(database);
        Self {
            reader,
            slow,
            writer,
            clock,
            agencies,
            procedures,
            names,
            policies,
            public,
            calendars,
            limits,
            metrics,
        }
    }

    /// The agency tree and the calendars as the database has them now, for who brings no key.
    pub async fn fresh(&self) -> Result<(Arc<AgencyTree>, Arc<Calendars>), DbError> {
        let (tree, calendars) = self.reader.read(async |conn| versions(conn).await).await?;
        Ok((self.agencies.at(tree, &self.reader).await?, self.calendars.at(calendars, &self.reader).await?))
    }
}
