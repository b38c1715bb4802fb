//! Pages of any origin may read what is public, and nothing else; and what a request says of its trace.

use crate::harness::{Answer, Service, TestApp, directory};
use actix_web::http::Method;
use congkhai::http::limit::{Rate, Rates};

const ORIGIN: (&str, &str) = ("Origin", "https://portal.example");
const PATH: &str = "/v1/public/procedures";

fn cors_headers(answer: &Answer) -> Vec<String> {
    let names = answer.headers.keys().map(ToString::to_string);
    let mut names: Vec<_> = names.filter(|name| name.starts_with("access-control-")).collect();
    names.sort();
    names
}

#[actix_web::test]
async fn any_origin_reads_what_is_public() {
    let rates = Rates { public: Some(Rate { per_second: 0.001, burst: 3 }), ..Rates::NONE };
    let app = TestApp::limited(&rates, "");
    let nobody = app.nobody();
    // Good answers, problems and refusals alike.
    for (path, status) in
        [(PATH, 200), ("/v1/public/dossiers/nonsense", 404), ("/v1/public/x", 404), (PATH, 429)]
    {
        let answer = nobody.get_with(path, ORIGIN).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let exposed = answer.header("access-control-expose-headers");
        for name in [
            "Age",
            "ETag",
            "Link",
            "Retry-After",
            "RateLimit",
            "RateLimit-Policy",
            "X-Request-Id",
            "X-Data-As-Of",
        ] {
            assert!(exposed.split(", ").any(|header| header == name), "{exposed}");
        }
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert_ne!(answer.header("x-request-id"), "");
    }
}

#[actix_web::test]
async fn a_preflight_is_answered_and_may_be_kept() {
    let app =
        TestApp::limited(&Rates { public: Some(Rate { per_second: 0.001, burst: 1 }), ..Rates::NONE }, "");
    let ask = async |path: &str, origin: bool| {
        let request = app.nobody().request(Method::OPTIONS, path);
        let request = request.insert_header(("Access-Control-Request-Method", "POST"));
        let request = if origin { request.insert_header(ORIGIN) } else { request };
        Answer::of(request.send().await.unwrap()).await
    };
    // It is not counted: a browser sends it by itself.
    for _ in 0..3 {
        let answer = ask(PATH, true).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD, POST, OPTIONS");
        assert_eq!(answer.header("access-control-allow-headers"), "*");
        assert_eq!(answer.header("access-control-max-age"), "86400");
        assert_eq!(answer.header("ratelimit"), "");
    }
    // OPTIONS that is no preflight is a method like any other.
    let plain = ask(PATH, false).await;
    plain.problem(405, "method_not_allowed");
    assert_eq!(plain.header("allow"), "GET, HEAD");
    let keyed = ask("/v1/dossiers", true).await;
    keyed.problem(405, "method_not_allowed");
    assert_eq!((keyed.header("allow"), cors_headers(&keyed)), ("GET, HEAD, POST", vec![]));
}

#[actix_web::test]
async fn no_other_origin_reads_what_needs_a_key() {
    let app = TestApp::start();
    let root = app.root().await;
    for path in ["/v1/dossiers", "/v1/overdue", "/v1/agencies", "/metrics", "/openapi.json", "/v1/publicity"]
    {
        let answer = root.get_with(path, ORIGIN).await;
        assert_eq!(cors_headers(&answer), Vec::<String>::new(), "{path}");
    }
}

/// The trace of a request stands on its line of the log; a malformed one is as none.
#[actix_web::test]
async fn the_log_names_the_trace() {
    use std::io::{BufRead, BufReader};
    let place = directory("trace");
    let mut child =
        Service::spawn(&["--log-format", "json", "serve", "--data-dir", place.path().to_str().unwrap()]);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let said = lines.by_ref().find(|line| line.contains("listening on http")).unwrap();
    let address = said.split("http://").nth(1).unwrap().split(',').next().unwrap().to_owned();
    let client = crate::harness::Client::new(&format!("http://{address}"), None);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let mut logged = |id: &str| -> serde_json::Value {
        let line = lines.by_ref().find(|line| line.contains(id)).unwrap();
        serde_json::from_str(&line).unwrap()
    };
    for (id, parent, expected) in [
        ("with-trace", format!("00-{trace}-00f067aa0ba902b7-01"), Some(trace)),
        ("bad-trace", format!("00-{trace}-0000000000000000-01"), None),
    ] {
        let request = client.request(Method::GET, "/health/live").insert_header(("X-Request-Id", id));
        request.insert_header(("traceparent", parent)).send().await.unwrap();
        let line = logged(id);
        assert_eq!((line["request_id"].as_str(), line["trace_id"].as_str()), (Some(id), expected), "{line}");
        assert!(line["message"].as_str().unwrap().starts_with("GET /health/live 200"));
    }
    let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    lines.for_each(drop);
    assert!(child.wait().unwrap().success());
}
