//! Rate limits: of `/v1/public/*` by client address, of keys by their plan, and of keys that do not prove true by
//! client address again.
//!
//! `rates` is the table of rates, `bucket` counts and writes the headers, `address` finds the client behind proxies.
//! Buckets live in the memory of the process and are shared by its workers: N processes let N times as much pass.
//! Which requests count is decided by `http/gate` and `features/auth/principal`.

mod address;
mod bucket;
mod rates;

pub use address::{Address, TrustedProxies};
pub use rates::{Rate, Rates};

use super::envelope::Promised;
use super::error::{Code, Problem};
use crate::domain::vocabulary::Plan;
use crate::metrics::Metrics;
use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, RETRY_AFTER};
use bucket::{Buckets, Standing};
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr};

const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Every limit of the service.
pub struct Limits {
    trusted: TrustedProxies,
    public: Option<Buckets<Address>>,
    authentication: Option<Buckets<Address>>,
    standard: Option<Buckets<String>>,
    bulk: Option<Buckets<String>>,
}

impl Limits {
    /// Full buckets.
    pub fn new(rates: &Rates, trusted: TrustedProxies, metrics: &Metrics) -> Self {
        fn buckets<K: Hash + Eq + Clone>(
            name: &'static str,
            rate: Option<Rate>,
            metrics: &Metrics,
        ) -> Option<Buckets<K>> {
            rate.map(|rate| Buckets::new(name, rate, metrics.rate_limited(name)))
        }
        Self {
            trusted,
            public: buckets("public", rates.public, metrics),
            authentication: buckets("authentication", rates.authentication, metrics),
            standard: buckets(Plan::Standard.as_str(), rates.standard, metrics),
            bulk: buckets(Plan::Bulk.as_str(), rates.bulk, metrics),
        }
    }

    /// Counts a request without a key against its client's address.
    pub fn public(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.public.as_ref().map_or(Ok(()), |buckets| count(request, buckets, &self.client(request)))
    }

    /// Counts a request against its key, which was proved.
    pub fn key(&self, request: &HttpRequest, plan: Plan, key_id: &String) -> Result<(), Problem> {
        let buckets = match plan {
            Plan::Standard => self.standard.as_ref(),
            Plan::Bulk => self.bulk.as_ref(),
            Plan::Unmetered => None,
        };
        buckets.map_or(Ok(()), |buckets| count(request, buckets, key_id))
    }

    /// Counts a request whose key did not prove true against its client's address.
    pub fn failed_authentication(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.authentication.as_ref().map_or(Ok(()), |buckets| count(request, buckets, &self.client(request)))
    }

    /// Forgets the buckets that are full again; says how many are left. Called regularly, or they would grow by
    /// every address ever seen.
    pub fn forget_idle(&self) -> usize {
        let by_address =
            [&self.public, &self.authentication].map(|b| b.as_ref().map_or(0, Buckets::forget_idle));
        let by_key = [&self.standard, &self.bulk].map(|b| b.as_ref().map_or(0, Buckets::forget_idle));
        by_address.iter().chain(&by_key).sum()
    }

    /// Whether an address is that of a trusted proxy, which speaks for many clients.
    pub fn is_proxy(&self, peer: IpAddr) -> bool {
        self.trusted.trusts(peer.to_canonical())
    }

    fn client(&self, request: &HttpRequest) -> Address {
        self.client_address(request).unwrap_or(Ipv4Addr::UNSPECIFIED.into()).into()
    }

    /// The address of the client of a request, seen through trusted proxies; `None`: it has none.
    pub fn client_address(&self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip();
        Some(self.trusted.client(peer, request.headers().get_all("x-forwarded-for")))
    }
}

/// Takes one from a bucket. Whatever the answer will be, it says how the bucket stands.
fn count<K: Hash + Eq + Clone>(request: &HttpRequest, buckets: &Buckets<K>, key: &K) -> Result<(), Problem> {
    let Standing { remaining, seconds, allowed } = buckets.take(key);
    Promised::add(request, RATELIMIT_POLICY, buckets.policy());
    Promised::add(request, RATELIMIT, buckets.standing(remaining, seconds));
    if allowed {
        return Ok(());
    }
    let detail = format!("The limit \"{}\" is reached. Try again in {seconds} s.", buckets.name());
    Err(Problem::new(Code::RateLimited).detail(detail).header(RETRY_AFTER, seconds.to_string()))
}
