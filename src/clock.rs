//! The only place that reads the time of what happens. Everything else gets `now` as an argument.
//!
//! A clock may be real, set to start at another instant (the demonstration), or fixed (tests).

use crate::domain::local_time::Instant;
use chrono::Utc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time;

/// A source of the present instant.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Real,
    StartedAt { instant: Instant, since: time::Instant },
    Fixed(Arc<Mutex<Instant>>),
}

impl Clock {
    /// The clock of the machine.
    pub fn real() -> Self {
        Self(Kind::Real)
    }

    /// A clock that shows `instant` now and ticks on from there.
    pub fn starting_at(instant: Instant) -> Self {
        Self(Kind::StartedAt { instant, since: time::Instant::now() })
    }

    /// A clock that stands still until [`Clock::set`].
    pub fn fixed(instant: Instant) -> Self {
        Self(Kind::Fixed(Arc::new(Mutex::new(instant))))
    }

    /// Sets a fixed clock, and all its copies; has no effect on the others.
    pub fn set(&self, instant: Instant) {
        if let Kind::Fixed(now) = &self.0 {
            *now.lock().unwrap_or_else(PoisonError::into_inner) = instant;
        }
    }

    /// The present instant, in whole microseconds.
    pub fn now(&self) -> Instant {
        match &self.0 {
            Kind::Real => Utc::now().into(),
            Kind::StartedAt { instant, since } => {
                let passed = chrono::TimeDelta::from_std(since.elapsed()).unwrap_or_default();
                (*instant + passed).utc().into()
            }
            Kind::Fixed(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}
