//! Reference data in memory: what was read last, replaced when newer was read.
//!
//! The caches of the features decide when they read; here is only what they keep, shared by the workers of a process.

use std::sync::{Arc, PoisonError, RwLock};

/// What has the version of the reference data that it was read at.
pub trait Versioned {
    /// The version.
    fn version(&self) -> i64;
}

/// The newest that was read.
#[derive(Default)]
pub struct Newest<T>(RwLock<Arc<T>>);

impl<T: Versioned> Newest<T> {
    /// Keeps what is there before anything was read.
    pub fn new(first: T) -> Self {
        Self(RwLock::new(Arc::new(first)))
    }

    /// What is kept.
    pub fn kept(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps what was just read, unless another request has read newer meanwhile. Of the same version it may hold more.
    pub fn keep(&self, fresh: T) -> Arc<T> {
        let fresh = Arc::new(fresh);
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.version() <= fresh.version() {
            *kept = Arc::clone(&fresh);
        }
        fresh
    }
}
