//! Writes on terms: at most once for an `Idempotency-Key`, or only tried with `dry_run`.

use crate::harness::{Answer, Client, FIRST_VERSION, TestApp, event, receipt};
use actix_web::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn post(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    let request = client.request(Method::POST, path).insert_header(("Idempotency-Key", key));
    Answer::of(request.send_json(body).await.unwrap()).await
}

const DOSSIERS: &str = "SELECT count(*) FROM dossiers";

#[actix_web::test]
async fn the_same_request_again_gets_the_same_answer() {
    let app = TestApp::start();
    let root = app.root().await;
    let body = receipt("2022-02-15T08:00:00+07:00");
    let first = post(&root, "/v1/dossiers", "a-1", &body).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, ""));
    // The dossier goes on; the answer stays what it was.
    let code = first.json()["code"].as_str().unwrap().to_owned();
    root.record(&code, &event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "x"}))).await;
    let again = post(&root, "/v1/dossiers", "a-1", &body).await;
    assert_eq!((again.status, again.body), (first.status, first.body.clone()));
    assert_eq!(again.headers.get("idempotency-replayed").unwrap(), "true");
    for header in ["location", "etag", "content-type"] {
        assert_eq!(again.headers.get(header), first.headers.get(header), "{header}");
    }
    assert_ne!(again.headers.get("x-request-id"), first.headers.get("x-request-id"));
    assert_eq!(app.count(DOSSIERS).await, 1);

    let other = receipt("2022-02-15T08:30:00+07:00");
    post(&root, "/v1/dossiers", "a-1", &other).await.problem(422, "idempotency_key_reused");
    post(&root, "/v1/dossiers", "a-2", &body).await.expect(201);
    assert_eq!(app.count(DOSSIERS).await, 2);
}

#[actix_web::test]
async fn a_key_is_of_one_caller_and_one_path() {
    let app = TestApp::start();
    let (one, two) = (app.root().await, app.root().await);
    let body = receipt("2022-02-15T08:00:00+07:00");
    let code = post(&one, "/v1/dossiers", "k", &body).await.expect(201)["code"].clone();
    assert_ne!(post(&two, "/v1/dossiers", "k", &body).await.expect(201)["code"], code);
    let path = format!("/v1/dossiers/{}/events", code.as_str().unwrap());
    let note = event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "x"}));
    let seq = post(&one, &path, "k", &note).await.expect(201)["seq"].clone();
    assert_eq!(post(&one, &path, "k", &note).await.expect(201)["seq"], seq);
    assert_eq!(app.count("SELECT count(*) FROM dossier_events").await, 3);
}

#[actix_web::test]
async fn of_concurrent_twins_one_does_the_work() {
    let app = TestApp::start();
    let root = app.root().await;
    let body = receipt("2022-02-15T08:00:00+07:00");
    let twins = join_all((0..16).map(|_| post(&root, "/v1/dossiers", "twin", &body))).await;
    let fresh = twins.iter().filter(|answer| answer.header("idempotency-replayed").is_empty()).count();
    assert_eq!(fresh, 1);
    for twin in &twins {
        assert_eq!((twin.status.as_u16(), &twin.body), (201, &twins[0].body), "{}", twin.text());
    }
    assert_eq!(app.count(DOSSIERS).await, 1);
    assert_eq!(app.count("SELECT last_number::bigint FROM dossier_counters").await, 1);
}

/// The twin of a request that does not end is told so, and to come again.
#[actix_web::test]
async fn a_request_that_is_still_running_is_a_409() {
    let app = TestApp::start();
    let root = app.root().await;
    let other = crate::harness::connect(&app.db.url).await;
    let key_id: String = other.query_one("SELECT id FROM api_keys", &[]).await.unwrap().get(0);
    let claim = "BEGIN; INSERT INTO idempotency_keys (key_id, method, path, key, body_digest, created_at) \
                 VALUES ($$KEY$$, 'POST', '/v1/dossiers', 'k', sha256(''), now())";
    other.batch_execute(&claim.replace("KEY", &key_id)).await.unwrap();
    let body = receipt("2022-02-15T08:00:00+07:00");
    let told = post(&root, "/v1/dossiers", "k", &body).await;
    told.problem(409, "idempotency_key_in_use");
    assert_eq!(told.header("retry-after"), "1");
    other.batch_execute("ROLLBACK").await.unwrap();
    post(&root, "/v1/dossiers", "k", &body).await.expect(201);
}

#[actix_web::test]
async fn what_was_refused_is_not_stored() {
    let app = TestApp::start();
    let root = app.root().await;
    let mut body = receipt("2022-02-15T08:00:00+07:00");
    body["procedure"] = json!("1.999999");
    post(&root, "/v1/dossiers", "k", &body).await.problem(422, "unknown_procedure");
    body["procedure"] = json!("1.004873");
    post(&root, "/v1/dossiers", "k", &body).await.expect(201);

    let code = root.receive(&body).await;
    let path = format!("/v1/dossiers/{code}/events");
    let returned = event("returned", "2022-02-15T09:30:00+07:00", json!({}));
    post(&root, &path, "r", &returned).await.problem(409, "event_not_allowed");
    let end = event("completed", "2022-02-15T09:00:00+07:00", json!({"result": {"outcome": "granted"}}));
    root.record(&code, &end).await;
    post(&root, &path, "r", &returned).await.expect(201);
}

#[actix_web::test]
async fn a_key_is_kept_for_48_hours() {
    let app = TestApp::start();
    let root = app.root().await;
    let body = receipt("2022-02-15T08:00:00+07:00");
    let first = post(&root, "/v1/dossiers", "k", &body).await.expect(201);
    app.now("2022-02-17T10:00:00+07:00");
    assert_eq!(post(&root, "/v1/dossiers", "k", &body).await.expect(201), first);
    app.now("2022-02-17T10:00:01+07:00");
    let later = post(&root, "/v1/dossiers", "k", &receipt("2022-02-16T08:00:00+07:00")).await;
    assert_eq!(later.header("idempotency-replayed"), "");
    assert_ne!(later.expect(201)["code"], first["code"]);
}

#[actix_web::test]
async fn a_bad_key_is_named_by_its_header() {
    let app = TestApp::start();
    let root = app.root().await;
    let body = receipt("2022-02-15T08:00:00+07:00");
    for key in ["", &"k".repeat(256), "tab\tbed"] {
        let problem = post(&root, "/v1/dossiers", key, &body).await.problem(422, "invalid_value");
        assert_eq!(problem["errors"][0]["header"], "Idempotency-Key", "{problem}");
    }
    post(&root, "/v1/dossiers", &"k".repeat(255), &body).await.expect(201);
    assert_eq!(app.count(DOSSIERS).await, 1);
}

/// The answer that would be, and nothing else.
#[actix_web::test]
async fn a_dry_run_stores_nothing() {
    let app = TestApp::start();
    let root = app.root().await;
    let tables = "SELECT (SELECT count(*) FROM dossiers) + (SELECT count(*) FROM dossier_events) \
                  + (SELECT count(*) FROM dossier_persons) + (SELECT count(*) FROM dossier_counters) \
                  + (SELECT count(*) FROM audit_log WHERE action NOT LIKE 'key.%') \
                  + (SELECT count(*) FROM idempotency_keys) + (SELECT sum(version) FROM agencies) \
                  + (SELECT sum(version) FROM procedures)";
    let body = receipt("2022-02-15T08:00:00+07:00");
    let before = app.count(tables).await;
    let tried = post(&root, "/v1/dossiers?dry_run=true", "k", &body).await;
    assert_eq!(
        (tried.expect(201)["code"].as_str(), tried.header("location")),
        (Some("H51.29-220215-0001"), "")
    );
    let mut wrong = body.clone();
    wrong["procedure"] = json!("1.999999");
    root.post("/v1/dossiers?dry_run=true", &wrong).await.problem(422, "unknown_procedure");
    let agency =
        json!({"name": "Tên mới", "level": "district", "parent": "H51.29", "valid_from": "2021-01-01"});
    let put = root.put("/v1/agencies/H51.29.05?dry_run=true", &agency, Some(FIRST_VERSION)).await;
    assert_eq!((&put.expect(200)["version"], put.header("etag")), (&json!(2), ""));
    root.put("/v1/agencies/H51.29.05?dry_run=true", &agency, None)
        .await
        .problem(428, "precondition_required");
    assert_eq!(app.count(tables).await, before);

    let received = root.post("/v1/dossiers?dry_run=false", &body).await.expect(201);
    assert_eq!(received, tried.json(), "what was said is what happens");
    let code = received["code"].as_str().unwrap();
    let path = format!("/v1/dossiers/{code}/events?dry_run=true");
    let end = event("completed", "2022-02-15T09:00:00+07:00", json!({"result": {"outcome": "granted"}}));
    assert_eq!(root.post(&path, &end).await.expect(201)["status_after"], "completed");
    let returned = event("returned", "2022-02-15T09:30:00+07:00", json!({}));
    root.post(&path, &returned).await.problem(409, "event_not_allowed");
    assert_eq!(root.get(&format!("/v1/dossiers/{code}")).await.expect(200)["version"], 1);

    let problem = root.post("/v1/dossiers?dry_run=yes", &body).await.problem(422, "wrong_type");
    assert_eq!(problem["errors"][0]["parameter"], "dry_run");
    root.post("/v1/dossiers?dryrun=true", &body).await.problem(400, "unknown_parameter");
}

#[actix_web::test]
async fn another_spelling_of_the_path_is_the_same_request() {
    let app = TestApp::start();
    let root = app.root().await;
    let body = receipt("2022-02-15T08:00:00+07:00");
    let first = post(&root, "/v1/dossiers", "k", &body).await.expect(201);
    assert_eq!(post(&root, "/v1/%64ossiers", "k", &body).await.expect(201), first);
    assert_eq!(app.count(DOSSIERS).await, 1);
}

#[actix_web::test]
async fn two_keys_are_refused() {
    let app = TestApp::start();
    let root = app.root().await;
    let request = root.request(Method::POST, "/v1/dossiers").append_header(("Idempotency-Key", "a"));
    let request = request.append_header(("Idempotency-Key", "b"));
    let answer = Answer::of(request.send_json(&receipt("2022-02-15T08:00:00+07:00")).await.unwrap()).await;
    assert_eq!(answer.problem(422, "invalid_value")["errors"][0]["header"], "Idempotency-Key");
    assert_eq!(app.count(DOSSIERS).await, 0);
}
