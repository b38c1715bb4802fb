//! Tells whether the cluster's process is still there, for the readiness check.
//!
//! The process is asked for with `waitpid` through its [`Child`], not with signal 0: a zombie still takes signals.
//! As only holders of the mutex reap it, a signal sent under the mutex cannot hit a stranger with the same pid.
//! It must not start or stop anything.
//! Read next: `server`.

use std::{
    io,
    process::{Child, ExitStatus},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A cheap handle that tells whether the cluster runs. It stays valid after the cluster has been stopped.
#[derive(Debug, Clone)]
pub struct Liveness {
    child: Arc<Mutex<Child>>,
}

impl Liveness {
    pub(super) fn of(child: Child) -> Liveness {
        Liveness { child: Arc::new(Mutex::new(child)) }
    }

    /// True until PostgreSQL has ended, whether it was stopped, was killed or has crashed. Does not block.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        matches!(self.try_wait(), Ok(None))
    }

    /// The exit status, once it has ended.
    pub(super) fn try_wait(&self) -> io::Result<Option<ExitStatus>> {
        self.lock().try_wait()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Child> {
        // A panic elsewhere does not change what the process is.
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
