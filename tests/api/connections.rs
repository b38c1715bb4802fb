//! Slow clients, and too many of them: each is cut off, refused or waits, and the others are served.
//!
//! The service is as impatient here as the tests need it; nothing depends on how fast the machine is.

use crate::harness::{Raw, TestApp, connect, event, receipt};
use actix_web::rt::task::spawn_blocking;
use congkhai::app::Running;
use congkhai::domain::vocabulary::Scope;
use congkhai::http::patience::Patience;
use futures_util::future::{join, join_all};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

const SOON: Duration = Duration::from_millis(700);

/// A service that waits for nobody.
fn impatient() -> TestApp {
    let patience = Patience { head: SOON, body: SOON, answer: SOON, between: Duration::from_millis(200) };
    TestApp::running("", |running| Running { patience, ..running })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    spawn_blocking(work).await.unwrap()
}

/// What a client does, and what it gets.
type Act = fn(Raw) -> String;

/// What each client gets, all of them at the same time.
async fn at_once(clients: impl IntoIterator<Item = (Raw, Act)>) -> Vec<String> {
    join_all(clients.into_iter().map(|(raw, acts)| blocking(move || acts(raw)))).await
}

/// After a request that was answered as it should be.
fn asked(mut raw: Raw) -> Raw {
    assert_eq!(raw.get("/health/live").status, 200);
    raw
}

fn begun(mut raw: Raw) -> Raw {
    raw.send("GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    raw
}

#[actix_web::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let app = impatient();
    app.begins().await;
    let at: SocketAddr = app.base.trim_start_matches("http://").parse().unwrap();
    let clients: [Act; 6] = [
        |silent| silent.rest(),
        |slow| begun(slow).rest(),
        |slow| slow.drip(b"G"),
        // The first head of a connection is not the only one that can be slow.
        |idle| asked(idle).rest(),
        |slow| begun(asked(slow)).rest(),
        |slow| asked(slow).drip(b"G"),
    ];
    let answers = join_all(clients.map(|acts| blocking(move || acts(Raw::at(at))))).await;
    for (i, answer) in answers.iter().enumerate() {
        let is_told = i < 3 && answer.starts_with("HTTP/1.1 408 ");
        assert!(answer.is_empty() || is_told, "client {i}: {answer}");
    }
}

#[actix_web::test]
async fn a_body_that_drips_is_not_waited_for() {
    let app = impatient();
    let key = app.key(Scope::ALL, &["*"], None).await.reveal();
    let posts = |path: &str, media_type: &str, length: &str| {
        let mut raw = Raw::to(&app);
        raw.send(format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: {media_type}\r\n{length}\r\n\r\n"
        ));
        raw
    };
    let (one, many) = ("/v1/dossiers", "/v1/dossiers/batch");
    let clients: [(Raw, Act); 4] = [
        (posts(one, "application/json", "Content-Length: 100000"), |slow| slow.drip(b" ")),
        (posts(one, "application/json", "Transfer-Encoding: chunked"), |stuck| stuck.rest()),
        (posts(many, "application/x-ndjson", "Content-Length: 100000"), |slow| slow.drip(b"\n")),
        (posts(many, "application/json", "Content-Length: 100000"), |slow| slow.drip(b" ")),
    ];
    for answer in at_once(clients).await {
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"request_timeout\""), "{answer}");
    }
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, 0);
}

/// Answers of 80 MB together are more than the buffers between the two hold.
#[actix_web::test]
async fn an_answer_that_nobody_takes_is_cut_off() {
    let app = impatient();
    app.begins().await;
    let mut raw = Raw::to(&app);
    raw.send("GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(80));
    // Closed for a client that goes on asking and takes nothing.
    assert!(blocking(move || raw.asks_until_closed()).await, "it waits for ever");
}

/// However long the service itself takes, nobody is cut off for that.
#[actix_web::test]
async fn work_of_the_service_is_waited_for() {
    let app = impatient();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let mut holder = connect(&app.db.url).await;
    let lock = holder.transaction().await.unwrap();
    lock.batch_execute("SELECT FROM dossiers FOR UPDATE").await.unwrap();
    let note = event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "x"}));
    let released = async {
        // Meanwhile two clients, one after the other, have used up what each is given.
        for _ in 0..2 {
            let silent = Raw::to(&app);
            blocking(move || silent.rest()).await;
        }
        lock.rollback().await.unwrap();
    };
    // A caller of its own: the connection of the other may have been idle for too long.
    let (recorded, ()) = join(app.root().await.record(&code, &note), released).await;
    assert_eq!(recorded["seq"], 2);
}

#[actix_web::test]
async fn an_address_has_so_many_connections_and_others_theirs() {
    let app = TestApp::running("", |running| Running { connections_of_address: Some(2), ..running });
    app.begins().await;
    let (mut first, mut second) = (Raw::to(&app), Raw::to(&app));
    assert_eq!((first.get("/health/live").status, second.get("/health/live").status), (200, 200));
    let mut third = Raw::to(&app);
    let refused = third.answer();
    assert_eq!(refused.status, 429, "{}", refused.head);
    assert!(refused.head.contains("Retry-After: 1\r\n") && refused.head.contains("application/problem+json"));
    assert!(refused.body.contains("\"code\":\"too_many_connections\""), "{}", refused.body);
    assert_eq!(third.rest(), "");
    let mut other = Raw::from(&app, Ipv4Addr::new(127, 0, 0, 2)).await;
    assert_eq!([&mut first, &mut second, &mut other].map(|raw| raw.get("/health/live").status), [200; 3]);
    // As soon as the service has seen that one is gone, another takes its place.
    drop(first);
    while Raw::to(&app).tries("/health/live") != Some(200) {}
    let metrics = second.get("/metrics").body;
    assert!(metrics.contains("congkhai_rate_limited_total{policy=\"connections\"}"), "{metrics}");
}

/// What a refused client has sent before it was refused is not carried out.
#[actix_web::test]
async fn a_refused_connection_changes_nothing() {
    let app = TestApp::running("", |running| Running { connections_of_address: Some(1), ..running });
    let key = app.key(Scope::ALL, &["*"], None).await.reveal();
    let mut only = Raw::to(&app);
    assert_eq!(only.get("/health/live").status, 200);
    let body = receipt("2022-02-15T08:00:00+07:00").to_string();
    for _ in 0..10 {
        let request = format!(
            "POST /v1/dossiers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = Raw::to(&app).sends_at_once(&request);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 429 "), "{answer}");
    }
    assert_eq!(only.get("/health/live").status, 200);
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, 0);
}

#[actix_web::test]
async fn a_trusted_proxy_has_the_connections_of_all_its_clients() {
    let one = |running| Running { connections_of_address: Some(1), ..running };
    let app = TestApp::running("127.0.0.0/8", one);
    app.begins().await;
    let mut open: Vec<Raw> = (0..4).map(|_| Raw::to(&app)).collect();
    assert!(open.iter_mut().all(|raw| raw.get("/health/live").status == 200));
}

#[actix_web::test]
async fn the_connection_too_many_waits_until_another_ends() {
    let app = TestApp::running("", |running| Running { connections: 2, ..running });
    app.begins().await;
    let (mut first, mut second) = (Raw::to(&app), Raw::to(&app));
    assert_eq!((first.get("/health/live").status, second.get("/health/live").status), (200, 200));
    let mut third = Raw::to(&app);
    third.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
    for _ in 0..20 {
        assert_eq!((first.get("/health/live").status, second.get("/health/live").status), (200, 200));
    }
    assert!(third.is_silent(), "there are two already");
    drop(first);
    assert_eq!(third.answer().status, 200);
    assert_eq!(second.get("/health/live").status, 200);
}
