//! Rate limits: who is counted, what they are told, and that one caller's limit is not another's.
//!
//! The rates are so low that nothing comes back while a test runs.

use crate::harness::{Client, TestApp, receipt};
use actix_web::http::Method;
use congkhai::domain::vocabulary::{Plan, Scope};
use congkhai::http::limit::{Rate, Rates};
use std::collections::BTreeSet;

/// One request comes back in 1,000 seconds.
const fn slow(burst: u32) -> Rate {
    Rate { per_second: 0.001, burst }
}

const PATH: &str = "/v1/public/procedures/1.012784";

async fn from(client: &Client, forwarded: &[&str]) -> crate::harness::Answer {
    let request = forwarded
        .iter()
        .fold(client.request(Method::GET, PATH), |r, value| r.append_header(("X-Forwarded-For", *value)));
    crate::harness::Answer::of(request.send().await.unwrap()).await
}

#[actix_web::test]
async fn a_burst_passes_and_the_next_is_told_to_wait() {
    let app = TestApp::limited(&Rates { public: Some(slow(3)), ..Rates::NONE }, "");
    let nobody = app.nobody();
    for (remaining, full) in [(2, 1000), (1, 2000), (0, 3000)] {
        let answer = nobody.get(PATH).await;
        answer.expect(200);
        assert_eq!(answer.header("ratelimit-policy"), "\"public\";q=3;w=3000");
        assert_eq!(answer.header("ratelimit"), format!("\"public\";r={remaining};t={full}"));
        assert_eq!(answer.header("retry-after"), "");
    }
    let refused = nobody.get_with(PATH, ("X-Request-Id", "third")).await;
    let problem = refused.problem(429, "rate_limited");
    assert_eq!(problem["request_id"], "third");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=1000).contains(&wait), "{wait}");
    assert_eq!(refused.header("ratelimit"), format!("\"public\";r=0;t={wait}"));
    assert_eq!(refused.header("ratelimit-policy"), "\"public\";q=3;w=3000");
    let vietnamese = nobody.get_with(PATH, ("Accept-Language", "vi")).await;
    assert_eq!(vietnamese.problem(429, "rate_limited")["title"], "Quá nhiều yêu cầu");
    // Errors, HEAD, unknown paths and another spelling of the path are counted too.
    for path in ["/v1/public/nothing", "/v1/public/dossiers/nonsense", "/v1/%70ublic/procedures"] {
        nobody.get(path).await.problem(429, "rate_limited");
    }
    assert_eq!(nobody.send(Method::HEAD, PATH).await.status.as_u16(), 429);
}

#[actix_web::test]
async fn only_public_paths_are_counted_by_address() {
    let app = TestApp::limited(&Rates { public: Some(slow(1)), ..Rates::NONE }, "");
    let (nobody, root) = (app.nobody(), app.root().await);
    nobody.get(PATH).await.expect(200);
    nobody.get(PATH).await.problem(429, "rate_limited");
    for path in
        ["/health/live", "/health/ready", "/metrics", "/openapi.json", "/problems/rate_limited", "/docs/"]
    {
        let answer = nobody.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("ratelimit")), (200, ""), "{path}");
    }
    nobody.get("/v1/overdue").await.problem(401, "unauthorized");
    root.get("/v1/overdue").await.expect(200);
}

#[actix_web::test]
async fn clients_behind_a_trusted_proxy_have_buckets_of_their_own() {
    let app = TestApp::limited(&Rates { public: Some(slow(1)), ..Rates::NONE }, "127.0.0.0/8, 10.0.0.0/8");
    let nobody = app.nobody();
    from(&nobody, &["198.51.100.1"]).await.expect(200);
    from(&nobody, &["198.51.100.1"]).await.problem(429, "rate_limited");
    // What the client wrote itself, on the left, changes nothing.
    from(&nobody, &["203.0.113.9, 198.51.100.1"]).await.problem(429, "rate_limited");
    from(&nobody, &["203.0.113.9", "198.51.100.1", "10.0.0.1"]).await.problem(429, "rate_limited");
    from(&nobody, &["198.51.100.2"]).await.expect(200);
    from(&nobody, &["2001:db8::1"]).await.expect(200);
    from(&nobody, &["2001:db8::2"]).await.problem(429, "rate_limited");
    // Nonsense counts against the proxy, all of it together.
    from(&nobody, &["nonsense"]).await.expect(200);
    from(&nobody, &["198.51.100.3, other-nonsense"]).await.problem(429, "rate_limited");
    from(&nobody, &[]).await.problem(429, "rate_limited");
}

#[actix_web::test]
async fn without_a_trusted_proxy_the_header_is_ignored() {
    let app = TestApp::limited(&Rates { public: Some(slow(1)), ..Rates::NONE }, "10.0.0.0/8");
    let nobody = app.nobody();
    from(&nobody, &["198.51.100.1"]).await.expect(200);
    from(&nobody, &["198.51.100.2"]).await.problem(429, "rate_limited");
}

#[actix_web::test]
async fn each_key_has_the_rate_of_its_plan() {
    let rates = Rates { standard: Some(slow(2)), bulk: Some(slow(4)), ..Rates::NONE };
    let app = TestApp::limited(&rates, "");
    let caller = async |plan| {
        let key = app.key_on(plan, &[Scope::DossiersRead], &["*"], None).await;
        app.nobody().with_key(&key.reveal())
    };
    for (plan, burst) in [(Plan::Standard, 2), (Plan::Standard, 2), (Plan::Bulk, 4)] {
        let key = caller(plan).await;
        for left in (0..burst).rev() {
            let answer = key.get("/v1/overdue").await;
            answer.expect(200);
            assert!(answer.header("ratelimit").starts_with(&format!("\"{plan}\";r={left};t=")), "{plan}");
            assert_eq!(answer.header("ratelimit-policy"), format!("\"{plan}\";q={burst};w={burst}000"));
        }
        let refused = key.get("/v1/overdue").await;
        refused.problem(429, "rate_limited");
        assert_ne!(refused.header("retry-after"), "");
        // Before the scope: 429, and not 403.
        key.send(Method::POST, "/v1/dossiers").await.problem(429, "rate_limited");
        key.get(PATH).await.expect(200);
    }
    let unmetered = caller(Plan::Unmetered).await;
    for _ in 0..6 {
        assert_eq!(unmetered.get("/v1/overdue").await.header("ratelimit-policy"), "");
    }
}

#[actix_web::test]
async fn keys_are_not_guessed_quickly() {
    let app = TestApp::limited(&Rates { authentication: Some(slow(3)), ..Rates::NONE }, "127.0.0.1");
    let good = app.key(&[Scope::DossiersRead], &["*"], None).await;
    let (nobody, wrong) = (app.nobody(), "0".repeat(64));
    for key in [&format!("ck_{}_{wrong}", good.id), &format!("ck_000000000000_{wrong}"), "nonsense"] {
        nobody.with_key(key).get("/v1/overdue").await.problem(401, "unauthorized");
    }
    let guess = nobody.with_key(&format!("ck_{}_{wrong}", good.id));
    let refused = guess.get("/v1/overdue").await;
    refused.problem(429, "rate_limited");
    assert!(refused.header("ratelimit").starts_with("\"authentication\";r=0;t="));
    // Another client's guesses have another bucket, and nobody's guesses keep out a key that works.
    guess.get_with("/v1/overdue", ("X-Forwarded-For", "198.51.100.1")).await.problem(401, "unauthorized");
    nobody.with_key(&good.reveal()).get("/v1/overdue").await.expect(200);
    // To come without a key is no guess.
    nobody.get("/v1/overdue").await.problem(401, "unauthorized");
}

/// Codes can be counted through: who tries them is slowed, from an address and with a key, and learns nothing more.
#[actix_web::test]
async fn codes_are_not_guessed_quickly() {
    // Nothing comes back here while the test runs. In the service it is so much:
    assert_eq!(Rates::DEFAULT.public, Some(Rate { per_second: 20.0, burst: 60 }));
    assert_eq!(Rates::DEFAULT.standard, Some(Rate { per_second: 50.0, burst: 200 }));
    let rates = Rates { public: Some(slow(6)), standard: Some(slow(9)), ..Rates::NONE };
    let app = TestApp::limited(&rates, "");
    let code = app.root().await.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let key = app.key(&[Scope::DossiersRead], &["*"], None).await.reveal();
    let keyed = app.nobody().with_key(&key);
    for (caller, path, burst) in [(app.nobody(), "/v1/public/dossiers", 6), (keyed, "/v1/dossiers", 9)] {
        let guesses = [(code.as_str(), 200), ("H51.29-220215-9999", 404), ("H51.29-220215-x", 404)];
        for (guess, status) in guesses.into_iter().cycle().take(burst) {
            assert_eq!(caller.get(&format!("{path}/{guess}")).await.status.as_u16(), status, "{guess}");
        }
        // From now on all alike: there, not there, no code at all.
        for (guess, _) in guesses {
            let refused = caller.get(&format!("{path}/{guess}")).await;
            let problem = refused.problem(429, "rate_limited");
            let wait: u64 = refused.header("retry-after").parse().unwrap();
            assert!((1..=1000).contains(&wait), "{wait}");
            assert!(!problem.to_string().contains(guess), "{problem}");
        }
    }
}

/// Whether a dossier is there is told to nobody who may not know, not even by the shape of the answer.
#[actix_web::test]
async fn missing_hidden_and_malformed_answer_alike() {
    let app = TestApp::limited(&Rates::DEFAULT, "");
    let code = app.root().await.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let stranger = app.caller(Scope::ALL, &["H51.30"]).await;
    let shape = |answer: crate::harness::Answer| {
        let mut problem = answer.problem(404, "not_found");
        problem.as_object_mut().unwrap().remove("request_id").unwrap();
        let names: BTreeSet<String> = answer.headers.keys().map(ToString::to_string).collect();
        assert!(names.contains("ratelimit"), "{names:?}");
        (problem, names)
    };
    let missing = shape(stranger.get("/v1/dossiers/H51.29-220215-9999").await);
    for (path, code) in [("", code.as_str()), ("", "nonsense"), ("/events", code.as_str())] {
        let other = shape(stranger.get(&format!("/v1/dossiers/{code}{path}")).await);
        assert_eq!(other, missing, "{code}{path}");
    }
    let public = shape(app.nobody().get("/v1/public/dossiers/H51.29-220215-9999").await);
    for code in ["nonsense", "%00", "H51.29-220215-", "..%2f"] {
        assert_eq!(shape(app.nobody().get(&format!("/v1/public/dossiers/{code}")).await), public, "{code}");
    }
    assert_eq!(public.0, missing.0);
}

#[actix_web::test]
async fn idle_buckets_are_forgotten() {
    let app =
        TestApp::limited(&Rates { public: Some(Rate { per_second: 1e6, burst: 1 }), ..Rates::NONE }, "");
    app.nobody().get(PATH).await.expect(200);
    // Full again a microsecond later, which has passed: the answer took longer.
    assert_eq!(app.shared.limits.forget_idle(), 0);
    let app = TestApp::limited(&Rates { public: Some(slow(2)), ..Rates::NONE }, "");
    app.nobody().get(PATH).await.expect(200);
    assert_eq!(app.shared.limits.forget_idle(), 1, "not idle");
}
