//! The metrics of a process, in Prometheus form: every family with its name, its help and its labels.
//!
//! A label never holds a path, a code of a dossier, an address or a name of a person: only route templates, words of this
//! service, and codes of agencies, which are public. Families of requests are written through a [`Recorder`], one per worker, which finds the series of a route
//! without asking the registry. `features/metrics` shows all of it.

mod dossiers;

use crate::db::PoolState;
pub use dossiers::AgencyGauges;
use dossiers::Families;
use prometheus::core::Collector;
use prometheus::{
    GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the times of requests, in seconds: from a point read to the time-out of a list.
const SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Where a path without a route, and a method nobody knows, are counted.
const UNKNOWN: &str = "unknown";

/// Every family of the process.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    in_flight: IntGauge,
    rate_limited: IntCounterVec,
    pools: Pools,
    database_up: IntGauge,
    public_reads: IntCounterVec,
    replica_behind: GaugeVec,
    worker_runs: IntCounterVec,
    worker_success: GaugeVec,
    worker_leader: IntGauge,
    dossiers: Mutex<Families>,
}

/// How the doors to the database stand.
struct Pools {
    limit: IntGaugeVec,
    size: IntGaugeVec,
    available: IntGaugeVec,
    waiting: IntGaugeVec,
}

impl Pools {
    fn new(by_door: impl Fn(&str, &str) -> IntGaugeVec) -> Self {
        Self {
            limit: by_door("db_pool_limit", "Most connections of a door to the database."),
            size: by_door("db_pool_size", "Connections of a door to the database."),
            available: by_door("db_pool_available", "Free connections of a door to the database."),
            waiting: by_door("db_pool_waiting", "Requests that wait for a connection, by door."),
        }
    }
}

/// Adds a family to the registry.
// Names and labels are constants: a bad or doubled one fails at every start, and in the first test.
#[allow(clippy::expect_used)]
fn add<C: Collector + Clone + 'static>(registry: &Registry, family: prometheus::Result<C>) -> C {
    let family = family.expect("the name and the labels of a family are well-formed");
    registry.register(Box::new(family.clone())).expect("each family has a name of its own");
    family
}

impl Default for Metrics {
    fn default() -> Self {
        let registry = Registry::new();
        let r = &registry;
        let gauges = |name: &str, help: &str, labels: &[&str]| {
            add(r, IntGaugeVec::new(Opts::new(format!("congkhai_{name}"), help), labels))
        };
        let counters = |name: &str, help: &str, labels: &[&str]| {
            add(r, IntCounterVec::new(Opts::new(format!("congkhai_{name}"), help), labels))
        };
        let gauge = |name: &str, help: &str| add(r, IntGauge::new(format!("congkhai_{name}"), help));
        let seconds = HistogramOpts::new(
            "congkhai_http_request_duration_seconds",
            "Time until the head of the answer, by method and route.",
        );
        let times = |name: &str, help: &str, labels: &[&str]| {
            add(r, GaugeVec::new(Opts::new(format!("congkhai_{name}_seconds"), help), labels))
        };
        let build = gauges("build_info", "1, with the version as label.", &["version"]);
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        Self {
            requests: counters(
                "http_requests_total",
                "Requests answered, by method, route and status.",
                &["method", "route", "status"],
            ),
            seconds: add(r, HistogramVec::new(seconds.buckets(SECONDS.to_vec()), &["method", "route"])),
            in_flight: gauge("http_requests_in_flight", "Requests under way, also those whose client left."),
            rate_limited: counters(
                "rate_limited_total",
                "Requests refused by a rate limit, by policy.",
                &["policy"],
            ),
            pools: Pools::new(|name, help| gauges(name, help, &["door"])),
            database_up: gauge("db_up", "1 when the database answered the worker's last question, else 0."),
            public_reads: counters(
                "public_reads_total",
                "Public answers that were read from a database, by which.",
                &["source"],
            ),
            replica_behind: times(
                "replica_behind",
                "How far the replica is behind at most; not there while public pages are not read from it.",
                &[],
            ),
            worker_runs: counters(
                "worker_runs_total",
                "Runs of the worker's jobs, by job and outcome.",
                &["job", "outcome"],
            ),
            worker_success: times(
                "worker_last_success_timestamp",
                "When a job of the worker last succeeded here.",
                &["job"],
            ),
            dossiers: Mutex::new(Families::new(r)),
            worker_leader: gauge("worker_leader", "1 when this process runs the jobs that one process runs."),
            registry,
        }
    }
}

impl Metrics {
    /// The counter of what a policy refused.
    pub fn rate_limited(&self, policy: &str) -> IntCounter {
        self.rate_limited.with_label_values(&[policy])
    }

    /// Notes how the pool of a door stands.
    pub fn pool(&self, door: &str, state: PoolState) {
        let set = |family: &IntGaugeVec, value: usize| {
            family.with_label_values(&[door]).set(i64::try_from(value).unwrap_or(i64::MAX));
        };
        set(&self.pools.limit, state.limit);
        set(&self.pools.size, state.size);
        set(&self.pools.available, state.available);
        set(&self.pools.waiting, state.waiting);
    }

    /// Counts a public answer that was read from the `primary` or the `replica`.
    pub fn public_read(&self, source: &str) {
        self.public_reads.with_label_values(&[source]).inc();
    }

    /// Notes how far the replica is behind at most; `None`: it is not used.
    pub fn replica_is_behind(&self, behind: Option<Duration>) {
        match behind {
            Some(behind) => self.replica_behind.with_label_values::<&str>(&[]).set(behind.as_secs_f64()),
            None => self.replica_behind.reset(),
        }
    }

    /// Notes whether the database answered, and whether this process leads.
    pub fn database_asked(&self, answered: bool, leads: bool) {
        self.database_up.set(answered.into());
        self.worker_leader.set(leads.into());
    }

    /// Counts a run of a job of the worker that succeeded at an instant, in seconds since 1970.
    #[allow(clippy::cast_precision_loss)] // Whole seconds are exact for millions of years.
    pub fn job_succeeded(&self, job: &str, at: i64) {
        self.worker_runs.with_label_values(&[job, "success"]).inc();
        self.worker_success.with_label_values(&[job]).set(at as f64);
    }

    /// Counts a run of a job of the worker that failed.
    pub fn job_failed(&self, job: &str) {
        self.worker_runs.with_label_values(&[job, "failure"]).inc();
    }

    /// Notes how dossiers stood when they were counted, in milliseconds since 1970.
    pub fn dossiers_counted(&self, counted: &[AgencyGauges], at: i64) {
        self.dossiers.lock().unwrap_or_else(PoisonError::into_inner).set(counted, seconds(at));
    }

    /// Everything as text, version 0.0.4 of the format, at an instant in milliseconds since 1970.
    pub fn text(&self, now: i64) -> prometheus::Result<String> {
        // Held until all is read: no count is replaced meanwhile.
        let dossiers = self.dossiers.lock().unwrap_or_else(PoisonError::into_inner);
        dossiers.show_age(seconds(now));
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

/// Milliseconds in seconds, as Prometheus counts.
#[allow(clippy::cast_precision_loss)] // Milliseconds since 1970 are exact for millennia.
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

/// Counts a request as under way until it is dropped.
pub struct UnderWay(IntGauge);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Writes the families of requests for one worker.
pub struct Recorder {
    metrics: Arc<Metrics>,
    routes: RefCell<HashMap<String, Route>>,
}

/// The series of a route that were written before. Few, so a search is quicker than a hash.
#[derive(Default)]
struct Route {
    seconds: Vec<(&'static str, Histogram)>,
    requests: Vec<(&'static str, u16, IntCounter)>,
}

impl Recorder {
    /// A recorder that knows no route yet.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, routes: RefCell::default() }
    }

    /// A request has come.
    pub fn begin(&self) -> UnderWay {
        self.metrics.in_flight.inc();
        UnderWay(self.metrics.in_flight.clone())
    }

    /// A request was answered. The route is its template; `None`: no route has its path.
    pub fn end(&self, method: &str, route: Option<&str>, status: u16, took: Duration) {
        let (method, route) = (known(method), route.unwrap_or(UNKNOWN));
        let mut routes = self.routes.borrow_mut();
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::default());
        }
        let Some(series) = routes.get_mut(route) else { return };
        let seconds = series.seconds.iter().position(|(m, _)| *m == method).unwrap_or_else(|| {
            series.seconds.push((method, self.metrics.seconds.with_label_values(&[method, route])));
            series.seconds.len() - 1
        });
        series.seconds[seconds].1.observe(took.as_secs_f64());
        let requests = series.requests.iter().position(|(m, s, _)| *m == method && *s == status);
        let requests = requests.unwrap_or_else(|| {
            let labels = [method, route, &status.to_string()];
            series.requests.push((method, status, self.metrics.requests.with_label_values(&labels)));
            series.requests.len() - 1
        });
        series.requests[requests].2.inc();
    }
}

/// A method as label: anybody may send any word.
fn known(method: &str) -> &'static str {
    ["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or(UNKNOWN)
}
