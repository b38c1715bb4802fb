//! Buckets of one limit, one for each address or key, and the headers that say how a bucket stands.
//!
//! The headers are those of draft-ietf-httpapi-ratelimit-headers-11: `q` is what a full bucket holds, `w` the seconds
//! in which an empty one fills, `r` what is left, `t` the seconds until it is full, or, in a refusal, until one
//! request passes, as in `Retry-After`. The counting is GCRA, by `governor`, on the monotonic clock.

use super::Rate;
use actix_web::http::header::HeaderValue;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use prometheus::IntCounter;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

/// The buckets of one limit.
pub struct Buckets<K: Hash + Eq + Clone, C: Clock = DefaultClock> {
    name: &'static str,
    policy: HeaderValue,
    quota: Quota,
    limiter: RateLimiter<K, HashMapStateStore<K>, C, StateInformationMiddleware>,
    refused: IntCounter,
}

/// How a bucket stands after a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Standing {
    /// Requests left.
    pub remaining: u32,
    /// When allowed, seconds until the bucket is full; else until one request passes. At least 1.
    pub seconds: u64,
    /// Whether the request passes.
    pub allowed: bool,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    /// Full buckets, on the monotonic clock of the machine.
    pub fn new(name: &'static str, rate: Rate, refused: IntCounter) -> Self {
        Self::on(name, rate, refused, DefaultClock::default())
    }
}

impl<K: Hash + Eq + Clone, C: Clock> Buckets<K, C> {
    fn on(name: &'static str, rate: Rate, refused: IntCounter, clock: C) -> Self {
        let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
        let period = Duration::from_secs_f64(1.0 / rate.per_second).max(Duration::from_nanos(1));
        let quota = Quota::with_period(period).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        let window = whole_seconds(quota.burst_size_replenished_in());
        // The name is a word of this service, so the header is well-formed.
        let policy = HeaderValue::from_str(&format!("\"{name}\";q={burst};w={window}"));
        let limiter = RateLimiter::new(quota, HashMapStateStore::default(), clock);
        Self { name, policy: policy.unwrap_or(HeaderValue::from_static("")), quota, limiter, refused }
    }

    /// The name of the limit.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// `RateLimit-Policy`.
    pub fn policy(&self) -> HeaderValue {
        self.policy.clone()
    }

    /// `RateLimit`.
    pub fn standing(&self, remaining: u32, seconds: u64) -> HeaderValue {
        let text = format!("\"{}\";r={remaining};t={seconds}", self.name);
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }

    /// Takes one request from a bucket.
    pub fn take(&self, key: &K) -> Standing {
        match self.limiter.check_key(key) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let taken = self.quota.burst_size().get().saturating_sub(remaining);
                let seconds = whole_seconds(self.quota.replenish_interval().saturating_mul(taken));
                Standing { remaining, seconds, allowed: true }
            }
            Err(until) => {
                self.refused.inc();
                let seconds = whole_seconds(until.wait_time_from(self.limiter.clock().now()));
                Standing { remaining: 0, seconds, allowed: false }
            }
        }
    }

    /// Forgets the buckets that are full again; says how many are left.
    pub fn forget_idle(&self) -> usize {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
        self.limiter.len()
    }
}

/// Rounded up, so that whoever waits so long does not come too early; at least 1.
const fn whole_seconds(duration: Duration) -> u64 {
    let seconds = duration.as_secs() + if duration.subsec_nanos() > 0 { 1 } else { 0 };
    if seconds == 0 { 1 } else { seconds }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    const RATE: Rate = Rate { per_second: 20.0, burst: 60 };

    fn buckets(rate: Rate) -> (Buckets<u8, FakeRelativeClock>, FakeRelativeClock, IntCounter) {
        let (clock, refused) = (FakeRelativeClock::default(), IntCounter::new("refused", "x").unwrap());
        (Buckets::on("public", rate, refused.clone(), clock.clone()), clock, refused)
    }

    #[test]
    fn a_bucket_empties_refuses_and_fills() {
        let (buckets, clock, refused) = buckets(RATE);
        assert_eq!(buckets.policy(), "\"public\";q=60;w=3");
        assert_eq!(buckets.take(&1), Standing { remaining: 59, seconds: 1, allowed: true });
        assert_eq!(buckets.standing(59, 1), "\"public\";r=59;t=1");
        for left in (0..59).rev() {
            assert_eq!(buckets.take(&1).remaining, left);
        }
        assert_eq!(buckets.take(&1), Standing { remaining: 0, seconds: 1, allowed: false });
        assert!(buckets.take(&2).allowed, "another one's bucket");
        assert_eq!(refused.get(), 1);
        clock.advance(Duration::from_millis(50));
        assert!(buckets.take(&1).allowed && !buckets.take(&1).allowed, "one came back");
    }

    #[test]
    fn seconds_are_whole_and_rounded_up() {
        let (buckets, clock, _) = buckets(Rate { per_second: 0.1, burst: 2 });
        assert_eq!(buckets.policy(), "\"public\";q=2;w=20");
        assert_eq!(buckets.take(&1), Standing { remaining: 1, seconds: 10, allowed: true });
        assert_eq!(buckets.take(&1), Standing { remaining: 0, seconds: 20, allowed: true });
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(buckets.take(&1), Standing { remaining: 0, seconds: 9, allowed: false });
        clock.advance(Duration::from_millis(8_499));
        assert_eq!(buckets.take(&1), Standing { remaining: 0, seconds: 1, allowed: false });
        clock.advance(Duration::from_millis(1));
        assert!(buckets.take(&1).allowed);
    }

    #[test]
    fn full_buckets_are_forgotten_and_others_are_not() {
        let (buckets, clock, _) = buckets(RATE);
        clock.advance(Duration::from_mins(1));
        buckets.take(&1);
        clock.advance(Duration::from_mins(1));
        for _ in 0..60 {
            buckets.take(&2);
        }
        assert_eq!(buckets.forget_idle(), 1);
        assert!(!buckets.take(&2).allowed, "an empty bucket is still empty");
        clock.advance(Duration::from_mins(1));
        assert_eq!(buckets.forget_idle(), 0);
    }
}
