//! The metrics: well-formed, true, and of bounded size whatever is asked.

// Counts are whole numbers, which a float holds exactly.
#![allow(clippy::float_cmp)]

use crate::harness::{TestApp, receipt};
use actix_web::http::Method;
use congkhai::http::limit::{Rate, Rates};
use congkhai::worker::Worker;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The series of a scrape by name and labels, checked on the way.
struct Scrape(HashMap<String, f64>);

impl Scrape {
    async fn of(app: &TestApp) -> Self {
        let answer = app.nobody().get("/metrics").await;
        assert_eq!(answer.status.as_u16(), 200);
        assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
        assert_eq!(answer.header("etag"), "");
        Self(parse(&answer.text()))
    }

    fn get(&self, series: &str) -> f64 {
        self.0.get(series).copied().unwrap_or_else(|| panic!("{series} in {:#?}", self.0.keys()))
    }

    fn requests(&self, method: &str, route: &str, status: u16) -> f64 {
        self.get(&format!(
            "congkhai_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}"
        ))
    }
}

/// Reads the text format and fails where `promtool check metrics` would.
fn parse(text: &str) -> HashMap<String, f64> {
    assert!(text.ends_with('\n'));
    let mut kinds: HashMap<&str, &str> = HashMap::new();
    let (mut helped, mut closed, mut series) = (HashSet::new(), HashSet::new(), HashMap::new());
    let mut current = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(helped.insert(name) && !help.is_empty(), "{line}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(helped.contains(name) && kinds.insert(name, kind).is_none(), "{line}");
            assert!(closed.insert(name), "the series of {name} stand together");
            current = name;
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let family = name.split('{').next().unwrap();
            let of_histogram = ["_bucket", "_sum", "_count"].iter().find_map(|end| family.strip_suffix(end));
            let family = of_histogram.filter(|base| kinds.get(base) == Some(&"histogram")).unwrap_or(family);
            assert_eq!(family, current, "{line} has no HELP and TYPE before it");
            assert!(family.starts_with("congkhai_"), "{line}");
            assert_eq!(kinds[family] == "counter", family.ends_with("_total"), "{line}");
            assert!(series.insert(name.to_owned(), value.parse::<f64>().unwrap()).is_none(), "twice: {line}");
        }
    }
    check_histograms(text, &series);
    series
}

/// Buckets rise with their bound, and the last one, +Inf, is the count.
fn check_histograms(text: &str, series: &HashMap<String, f64>) {
    let mut last: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for line in text.lines().filter(|line| line.contains("_bucket{")) {
        let (name, count) = line.rsplit_once(' ').unwrap();
        let (labels, bound) = name.split_once("le=\"").unwrap();
        let bound = bound.trim_end_matches("\"}").replace("+Inf", "inf").parse::<f64>().unwrap();
        let count = count.parse::<f64>().unwrap();
        let before = last.insert(labels.to_owned(), (bound, count));
        assert!(before.is_none_or(|(b, c)| b < bound && c <= count), "{line}");
    }
    for (labels, (bound, count)) in last {
        assert!(bound.is_infinite(), "{labels}");
        let total = format!("{}}}", labels.replace("_bucket", "_count").trim_end_matches(','));
        assert_eq!(series[&total], count, "{total}");
    }
}

#[actix_web::test]
async fn requests_are_counted_by_route_and_never_by_path() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    for _ in 0..3 {
        root.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    }
    root.get("/v1/dossiers/H51.29-220215-9999").await.problem(404, "not_found");
    root.send(Method::HEAD, &format!("/v1/dossiers/{code}")).await;
    root.send(Method::DELETE, "/v1/dossiers").await.problem(405, "method_not_allowed");
    for path in ["/v1/nothing", "/nguyen-van-an", "/v1/dossiers/a/b/c"] {
        app.nobody().get(path).await.problem(404, "not_found");
    }
    for word in ["BREW", "NGUYEN"] {
        app.nobody().send(Method::from_bytes(word.as_bytes()).unwrap(), "/v1/dossiers").await;
    }
    let scrape = Scrape::of(&app).await;
    assert_eq!(scrape.requests("GET", "/v1/dossiers/{code}", 200), 3.0);
    assert_eq!(scrape.requests("GET", "/v1/dossiers/{code}", 404), 1.0);
    assert_eq!(scrape.requests("HEAD", "/v1/dossiers/{code}", 200), 1.0);
    assert_eq!(scrape.requests("POST", "/v1/dossiers", 201), 1.0);
    assert_eq!(scrape.requests("DELETE", "/v1/dossiers", 405), 1.0);
    assert_eq!(scrape.requests("GET", "unknown", 404), 3.0);
    assert_eq!(scrape.requests("unknown", "/v1/dossiers", 405), 2.0);
    let timed = "congkhai_http_request_duration_seconds_count{method=\"GET\",route=\"/v1/dossiers/{code}\"}";
    assert_eq!(scrape.get(timed), 4.0);
    assert_eq!(scrape.get("congkhai_http_requests_in_flight"), 1.0, "the scrape itself");
    for series in scrape.0.keys() {
        for secret in [code.as_str(), "nguyen", "NGUYEN", "BREW", "nothing"] {
            assert!(!series.contains(secret), "{series}");
        }
    }
    // The scrape before is counted in the next one.
    assert_eq!(Scrape::of(&app).await.requests("GET", "/metrics", 200), 1.0);
}

#[actix_web::test]
async fn pools_limits_and_the_build_are_shown() {
    let rates = Rates { public: Some(Rate { per_second: 0.001, burst: 1 }), ..Rates::DEFAULT };
    let app = TestApp::limited(&rates, "");
    let before = Scrape::of(&app).await;
    let root = app.root().await;
    root.get("/v1/dossiers").await.expect(200);
    for _ in 0..3 {
        app.nobody().get("/v1/public/procedures").await;
    }
    let after = Scrape::of(&app).await;
    for (series, first, then) in [
        ("db_pool_limit{door=\"slow\"}", 2.0, 2.0),
        ("db_pool_limit{door=\"export\"}", 2.0, 2.0),
        ("db_pool_limit{door=\"writer\"}", 4.0, 4.0),
        ("db_pool_size{door=\"slow\"}", 0.0, 1.0),
        ("db_pool_available{door=\"slow\"}", 0.0, 1.0),
        ("db_pool_waiting{door=\"slow\"}", 0.0, 0.0),
        ("rate_limited_total{policy=\"public\"}", 0.0, 2.0),
        ("rate_limited_total{policy=\"standard\"}", 0.0, 0.0),
        ("rate_limited_total{policy=\"bulk\"}", 0.0, 0.0),
        ("rate_limited_total{policy=\"authentication\"}", 0.0, 0.0),
        ("worker_leader", 0.0, 0.0),
    ] {
        let series = format!("congkhai_{series}");
        assert_eq!((before.get(&series), after.get(&series)), (first, then), "{series}");
    }
    let version = format!("congkhai_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    assert_eq!(after.get(&version), 1.0);
}

#[actix_web::test]
async fn a_scraper_needs_no_key_and_may_ask_for_any_text() {
    let app = TestApp::start();
    let accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3";
    let answer = app.nobody().get_with("/metrics", ("Accept", accept)).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    app.nobody().get("/metrics?x=1").await.problem(400, "unknown_parameter");
}

/// Counted by the worker, every 30 seconds, and by no scrape.
#[actix_web::test]
async fn dossiers_are_counted_for_each_agency_that_decides() {
    let app = TestApp::start();
    let root = app.root().await;
    let of = |name: &str, agency: &str| format!("congkhai_dossiers_{name}{{agency=\"{agency}\"}}");
    // Due on the 13th of January, the 17th of January, and the 17th of February.
    for received in ["2022-01-10", "2022-01-12", "2022-02-14"] {
        root.receive(&receipt(&format!("{received}T08:00:00+07:00"))).await;
    }
    let before = Scrape::of(&app).await;
    assert!(!before.0.keys().any(|name| name.starts_with("congkhai_dossiers")), "nothing was counted");
    let mut worker = Worker::new(app.shared.clone());
    worker.tick().await;
    app.now("2022-02-15T10:00:20+07:00");
    let code = root.receive(&receipt("2022-02-15T10:00:00+07:00")).await;
    worker.tick().await;
    let counted = Scrape::of(&app).await;
    assert_eq!(counted.get("congkhai_dossiers_age_seconds"), 20.0);
    for (name, office, other) in
        [("open", 3.0, 0.0), ("due_soon", 1.0, 0.0), ("overdue", 2.0, 0.0), ("stale", 2.0, 0.0)]
    {
        assert_eq!(counted.get(&of(name, "H51.29.05")), office, "{name}");
        assert_eq!(counted.get(&of(name, "H51.30")), other, "{name}");
    }
    assert_eq!(
        counted.get("congkhai_procedures_undisclosed{agency=\"H51.29.05\"}"),
        1.0,
        "as /v1/compliance has it"
    );
    let days = root.get("/v1/overdue").await.expect(200)["items"][0]["days_late"].as_f64().unwrap();
    assert_eq!((days, counted.get(&of("oldest_days_late", "H51.29.05"))), (18.0, 18.0));
    assert_eq!(counted.get(&of("oldest_days_late", "H51.30")), 0.0);
    assert!(!counted.0.contains_key(&of("open", "H51.29.99")), "it has ended and has no dossiers");

    app.db.sql(&format!(
        "UPDATE dossiers SET competent_agency_id = (SELECT id FROM agencies WHERE code = 'H51.29.99') WHERE code = '{code}'"
    ));
    for _ in 0..2 {
        worker.tick().await;
    }
    let again = Scrape::of(&app).await;
    assert_eq!((again.get(&of("open", "H51.29.05")), again.get(&of("open", "H51.29.99"))), (3.0, 1.0));
    assert_eq!(again.get("congkhai_dossiers_age_seconds"), 0.0);
    // What has no dossiers any more is no series any more.
    app.db.sql("DELETE FROM dossier_events; DELETE FROM dossier_persons; DELETE FROM dossiers");
    for _ in 0..3 {
        worker.tick().await;
    }
    let gone = Scrape::of(&app).await;
    assert_eq!(gone.get(&of("open", "H51.29.05")), 0.0);
    assert!(!gone.0.contains_key(&of("open", "H51.29.99")));
}
