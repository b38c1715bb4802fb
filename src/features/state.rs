//! What handlers work with: the doors to the database, the clock, the calendar, the agency tree.

use super::agencies::cache::TreeCache;
use super::calendar;
use super::procedures::cache::ProcedureCache;
use super::procedures::names::NameCache;
use super::public::cache::PublicCache;
use crate::clock::Clock;
use crate::db::{Database, Reader, Slow, Writer};
use crate::domain::calendar::Calendar;
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
    /// Public answers in memory.
    pub public: Arc<PublicCache>,
    /// The national office calendar.
    pub calendar: &'static Calendar,
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
        let Shared { database, slow, writer, clock, agencies, procedures, names, public, limits, metrics } =
            shared.clone();
        let (reader, calendar) = (Reader::new(database), calendar::national());
        Self { reader, slow, writer, clock, agencies, procedures, names, public, calendar, limits, metrics }
    }
}
