//! The daily log: when a day is closed, what its root covers, who is refused at the boundary, and the list of roots.

use crate::harness::evidence::{Verifier, lived, signing_key, tick};
use crate::harness::{TestApp, at, connect, event, receipt};
use congkhai::domain::daily_log::Statement;
use congkhai::domain::hash_chain::{from_hex, to_hex};
use congkhai::domain::vocabulary::Scope;
use congkhai::features::evidence::actions as evidence;
use futures_util::future::join_all;
use serde_json::{Value, json};

const ALL: &str = "/v1/audit/roots?count=exact";

fn days(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|root| root["day"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn each_day_has_a_signed_root_soon_after_midnight() {
    let app = TestApp::signing();
    let root = app.root().await;
    tick(&app).await;
    let list = root.get(ALL).await.expect(200);
    assert_eq!(days(&list), ["2022-02-14"], "the log begins with the day before the service first ran");
    assert_eq!(list["items"][0]["events"], 0);
    lived(&app, &root).await;
    app.now("2022-02-16T00:04:59+07:00");
    tick(&app).await;
    assert_eq!(root.get(ALL).await.expect(200)["total"], 1, "clocks differ a little");
    app.now("2022-02-16T00:05:00+07:00");
    tick(&app).await;
    tick(&app).await;
    let list = root.get(ALL).await.expect(200);
    assert_eq!(days(&list), ["2022-02-15", "2022-02-14"]);
    let [newest, first] = list["items"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!((&newest["events"], &newest["until"]), (&json!(6), &json!("2022-02-16T00:00:00+07:00")));
    assert_eq!(newest["signed_at"], "2022-02-16T00:05:00+07:00");
    assert_eq!(newest["public_key"], json!(to_hex(&signing_key().public().bytes())));
    let text = newest["statement"].as_str().unwrap();
    let statement = Statement::parse(text).unwrap();
    assert_eq!(statement.root.to_string(), newest["root"]);
    assert_eq!(statement.previous, Some(Statement::hash(first["statement"].as_str().unwrap())));
    let signature = from_hex(newest["signature"].as_str().unwrap()).unwrap();
    assert!(signing_key().public().verifies(text.as_bytes(), &signature));
    assert!(Verifier::new("roots").database(&app).holds().contains("2 signed days with 6 events"));
    let audited = app.count("SELECT count(*) FROM audit_log WHERE action = 'log.signed'").await;
    assert_eq!(audited, 2);
}

/// Days on which no process ran, or nothing happened, have a root too: a gap is a fault.
#[actix_web::test]
async fn days_that_were_missed_are_made_up_for() {
    let app = TestApp::signing();
    let root = app.root().await;
    lived(&app, &root).await;
    tick(&app).await;
    app.now("2022-02-20T09:00:00+07:00");
    root.receive(&receipt("2022-02-20T08:00:00+07:00")).await;
    tick(&app).await;
    let list = root.get(&format!("{ALL}&limit=2")).await.expect(200);
    assert_eq!((days(&list), &list["total"]), (vec!["2022-02-19", "2022-02-18"], &json!(6)));
    let next = format!("{ALL}&limit=2&cursor={}", list["next_cursor"].as_str().unwrap());
    assert_eq!(days(&root.get(&next).await.expect(200)), ["2022-02-17", "2022-02-16"]);
    let some = root.get(&format!("{ALL}&from=2022-02-15&to=2022-02-16")).await.expect(200);
    assert_eq!((days(&some), &some["total"]), (vec!["2022-02-16", "2022-02-15"], &json!(2)));
    assert_eq!(some["items"][1]["events"], 6);
    let csv = root.get("/v1/audit/roots?format=csv").await.text();
    assert_eq!(csv.lines().filter(|line| line.contains("congkhai.root")).count(), 6, "{csv}");
    let answer = root.get(ALL).await;
    let again = root.get_with(ALL, ("If-None-Match", answer.header("etag"))).await;
    assert_eq!(again.status.as_u16(), 304);
    Verifier::new("roots-missed").database(&app).holds();
}

#[actix_web::test]
async fn without_a_key_there_are_no_roots_and_with_the_scope_alone_they_are_shown() {
    let app = TestApp::start();
    let root = app.root().await;
    lived(&app, &root).await;
    app.now("2022-02-17T09:00:00+07:00");
    tick(&app).await;
    assert_eq!(app.count("SELECT count(*) FROM log_days WHERE root IS NOT NULL").await, 0);
    let auditor = app.caller(&[Scope::AuditRead], &["H51.30"]).await;
    assert_eq!(auditor.get("/v1/audit/roots").await.expect(200), json!({"items": [], "next_cursor": null}));
    let clerk = app.caller(&[Scope::DossiersRead], &["*"]).await;
    clerk.get("/v1/audit/roots").await.problem(403, "insufficient_scope");
    auditor.get("/v1/audit/roots?from=x").await.problem(422, "invalid_value");
    Verifier::new("roots-none").database(&app).holds();
}

/// An event that was begun before midnight and is stored after the boundary: refused when it meets the boundary, waited for when it
/// missed it.
#[actix_web::test]
async fn a_late_commit_is_waited_for_and_a_late_event_is_refused() {
    let app = TestApp::signing();
    let root = app.root().await;
    root.receive(&receipt(&at("02-15T08:00"))).await;
    // Another instance: it copies the event, and has not committed yet.
    let slow = connect(&app.db.url).await;
    app.db.sql("CREATE EXTENSION hstore");
    let late =
        "INSERT INTO dossier_events SELECT (e).* FROM (SELECT e #= hstore(ARRAY['id', gen_random_uuid()::text, 'seq', '2'])
        AS e FROM dossier_events e ORDER BY recorded_at, id LIMIT 1) x";
    slow.batch_execute(&format!("BEGIN; {late}")).await.unwrap();
    let code = root.receive(&receipt(&at("02-15T08:00"))).await;
    app.now("2022-02-16T00:10:00+07:00");
    tick(&app).await;
    assert_eq!(days(&root.get(ALL).await.expect(200)), Vec::<&str>::new(), "it waits");
    assert_eq!(
        app.count("SELECT count(*) FROM log_days WHERE root IS NULL").await,
        1,
        "the boundary is drawn"
    );
    // Who begins now is not waited for.
    let newer = connect(&app.db.url).await;
    let fresh = late.replace("'2'", "'3', 'recorded_at', '2022-02-16 00:10+07'");
    newer.batch_execute(&format!("BEGIN; {fresh}")).await.unwrap();
    let refused = connect(&app.db.url).await.batch_execute(&late.replace("'2'", "'4'")).await.unwrap_err();
    assert_eq!(refused.as_db_error().unwrap().constraint(), Some("log_day_is_open"));
    // A process whose clock is behind, or that began before midnight.
    app.now("2022-02-15T23:59:59+07:00");
    let noted = event("noted", &at("02-15T09:00"), json!({"note": "x"}));
    let answer = root.post(&format!("/v1/dossiers/{code}/events"), &noted).await;
    assert_eq!(answer.header("retry-after"), "1");
    answer.problem(503, "unavailable");
    root.post("/v1/dossiers", &receipt(&at("02-15T08:00"))).await.problem(503, "unavailable");
    app.now("2022-02-16T00:10:00+07:00");
    tick(&app).await;
    assert_eq!(days(&root.get(ALL).await.expect(200)), Vec::<&str>::new(), "it waits still");
    slow.batch_execute("COMMIT").await.unwrap();
    tick(&app).await;
    let list = root.get(ALL).await.expect(200);
    assert_eq!(
        (days(&list), &list["items"][0]["events"]),
        (vec!["2022-02-15"], &json!(3)),
        "with what came late"
    );
    newer.batch_execute("ROLLBACK").await.unwrap();
    root.record(&code, &noted).await;
}

/// A leader that was cut off works beside its successor for a moment.
#[actix_web::test]
async fn two_leaders_at_once_sign_each_day_once() {
    let app = TestApp::signing();
    let root = app.root().await;
    tick(&app).await;
    lived(&app, &root).await;
    app.now("2022-02-18T09:00:00+07:00");
    let key = signing_key();
    let lead = async || evidence::step(&app.shared.writer, Some(&key), app.clock.now()).await.unwrap();
    let signed: usize = join_all((0..4).map(|_| lead())).await.into_iter().sum();
    assert_eq!(signed + lead().await, 3);
    let list = root.get(ALL).await.expect(200);
    assert_eq!(days(&list), ["2022-02-17", "2022-02-16", "2022-02-15", "2022-02-14"]);
    assert!(Verifier::new("roots-two").database(&app).holds().contains("4 signed days with 6 events"));
}

/// A clock that runs ahead closes no day that the database has not seen.
#[actix_web::test]
async fn no_day_is_closed_before_the_database_has_come_to_its_end() {
    let app = TestApp::signing();
    let root = app.root().await;
    tick(&app).await;
    app.now("2199-01-01T09:00:00+07:00");
    app.db.sql("UPDATE log_days SET day = current_date, until = now()");
    tick(&app).await;
    assert_eq!(app.count("SELECT count(*) FROM log_days").await, 1);
    app.db.sql("UPDATE log_days SET day = '2022-02-14', until = '2022-02-15 00:00+07'");
    app.now("2022-02-15T10:00:00+07:00");
    root.receive(&receipt(&at("02-15T08:00"))).await;
}
