//! The agency tree and the calendars that were known at the instant that was asked for last, in memory: who looks back asks
//! about one instant many times, for the pages of a list or for one dossier after the other.

use super::queries;
use crate::db::{DbError, Slow};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::features::auth::Principal;
use std::sync::{Arc, PoisonError, RwLock};

/// What was known of agencies and calendars.
#[derive(Clone)]
pub struct Past {
    at: Instant,
    /// The versions of the present when it was asked for: a change of the past, made while it was read, changes them.
    asked_at: (i64, i64),
    /// The agency tree.
    pub tree: Arc<AgencyTree>,
    /// The calendars.
    pub calendars: Arc<Calendars>,
}

/// The past of this process, shared by its workers.
#[derive(Default)]
pub struct PastCache(RwLock<Option<Past>>);

impl PastCache {
    /// What was known at an instant.
    pub async fn at(&self, at: Instant, caller: &Principal, door: &Slow) -> Result<Past, DbError> {
        let asked_at = (caller.tree.version(), caller.calendars.version());
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(|kept| (kept.at, kept.asked_at) == (at, asked_at)) {
            return Ok(kept);
        }
        let read = door.snapshot(Some(at), async |conn| queries::reference(conn, at, asked_at).await).await?;
        let (tree, calendars) = match read {
            Some((tree, calendars)) => (Arc::new(tree), Arc::new(calendars)),
            None => (Arc::clone(&caller.tree), Arc::clone(&caller.calendars)),
        };
        let past = Past { at, asked_at, tree, calendars };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(past.clone());
        Ok(past)
    }
}
