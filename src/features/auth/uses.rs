//! When keys were used, in the memory of the process, until the worker notes it (`actions::note_uses`).
//!
//! A request costs no write: of each key the latest minute is kept, and written once. Nothing else about a use is kept, neither what
//! for nor from where.

use crate::domain::local_time::Instant;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The latest use of each key that was used and of which that is not noted yet.
#[derive(Default)]
pub struct Uses(Mutex<HashMap<String, DateTime<Utc>>>);

impl Uses {
    /// Remembers that a key was used.
    pub fn remember(&self, key_id: &str, now: Instant) {
        // Rounding fails only outside the years that nanoseconds can count.
        let minute = now.utc().duration_trunc(TimeDelta::minutes(1)).unwrap_or_else(|_| now.utc());
        let mut kept = self.kept();
        match kept.get_mut(key_id) {
            Some(latest) => *latest = minute.max(*latest),
            None => {
                kept.insert(key_id.to_owned(), minute);
            }
        }
    }

    /// Takes what is to be noted.
    pub(super) fn take(&self) -> HashMap<String, DateTime<Utc>> {
        std::mem::take(&mut self.kept())
    }

    /// Puts back what could not be noted.
    pub(super) fn put_back(&self, uses: HashMap<String, DateTime<Utc>>) {
        let mut kept = self.kept();
        for (key, at) in uses {
            let latest = kept.entry(key).or_insert(at);
            *latest = at.max(*latest);
        }
    }

    /// A panic while it is held leaves it whole: nothing in here panics half-way.
    fn kept(&self) -> MutexGuard<'_, HashMap<String, DateTime<Utc>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_minute_of_each_key_is_kept_until_it_is_noted() {
        let (uses, at) = (Uses::default(), |text: &str| text.parse::<Instant>().unwrap());
        uses.remember("a", at("2022-02-15T10:00:59+07:00"));
        uses.remember("a", at("2022-02-15T10:02:01+07:00"));
        uses.remember("a", at("2022-02-15T10:01:30+07:00"));
        uses.remember("b", at("2022-02-15T10:00:00+07:00"));
        let taken = uses.take();
        assert_eq!(taken["a"], at("2022-02-15T10:02:00+07:00").utc());
        assert_eq!((taken["b"], taken.len()), (at("2022-02-15T10:00:00+07:00").utc(), 2));
        assert!(uses.take().is_empty());
        uses.remember("a", at("2022-02-15T10:05:00+07:00"));
        uses.put_back(taken);
        assert_eq!(uses.take()["a"], at("2022-02-15T10:05:00+07:00").utc(), "the later one stays");
    }
}
