//! What handlers work with: the doors to the database, the clock, and the reference data in memory.

use super::agencies::cache::TreeCache;
use super::as_of::cache::PastCache;
use super::auth::uses::Uses;
use super::calendar::cache::CalendarCache;
use super::calendar::queries::versions;
use super::policies::cache::PolicyCache;
use super::procedures::cache::ProcedureCache;
use super::procedures::names::NameCache;
use super::public::cache::PublicCache;
use crate::clock::Clock;
use crate::db::{Database, DbError, Reader, Replica, Slow, Writer};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendars;
use crate::domain::sealing::DataKeys;
use crate::domain::signing::SecretKey;
use crate::http::draining::Draining;
use crate::http::error::Problem;
use crate::http::limit::Limits;
use crate::metrics::Metrics;
use std::ops::Deref;
use std::sync::Arc;

/// The state of one worker. All but the reader is shared between workers.
pub struct State {
    /// Fast reads, on this worker's own connection.
    pub reader: Reader,
    /// The same on the replica, if there is one: for the public alone.
    pub replica_reader: Option<Reader>,
    shared: Shared,
}

impl Deref for State {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.shared
    }
}

/// What workers share.
#[derive(Clone)]
pub struct Shared {
    /// Where each worker's reader connects to.
    pub database: Database,
    /// A replica for public reads; `None`: they go where all others go.
    pub replica: Option<Arc<Replica>>,
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
    /// Agencies and calendars as they were, in memory.
    pub past: Arc<PastCache>,
    /// Public answers in memory.
    pub public: Arc<PublicCache>,
    /// When keys were used, until it is noted.
    pub uses: Arc<Uses>,
    /// The rate limits.
    pub limits: Arc<Limits>,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// Whether the process is on its way out.
    pub draining: Arc<Draining>,
    /// What signs the roots of the log; `None`: none are made.
    pub signer: Option<Arc<SecretKey>>,
    /// What seals what is kept of people; `None`: no dossiers are taken, for nothing of them would be kept in clear.
    pub data_keys: Option<Arc<DataKeys>>,
}

impl State {
    /// The state of a new worker.
    pub fn of(shared: &Shared) -> Self {
        let replica_reader = shared.replica.as_ref().map(|replica| Reader::new(replica.database().clone()));
        Self { reader: Reader::new(shared.database.clone()), replica_reader, shared: shared.clone() }
    }

    /// What seals and opens what is kept of people. Without it that is a 503.
    pub fn keys(&self) -> Result<&DataKeys, Problem> {
        self.data_keys.as_deref().ok_or_else(Problem::no_data_key)
    }

    /// The agency tree and the calendars, at least as new as the database behind a reader has them now, for who brings no key.
    pub async fn fresh(&self, reader: &Reader) -> Result<(Arc<AgencyTree>, Arc<Calendars>), DbError> {
        let (tree, calendars) = reader.read(async |conn| versions(conn).await).await?;
        Ok((self.agencies.at(tree, reader).await?, self.calendars.at(calendars, reader).await?))
    }
}
