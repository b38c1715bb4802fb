//! Conditional requests and what caches may keep: tags that change exactly when the answer does.

use crate::harness::{Client, FIRST_VERSION, TestApp, event, receipt};
use actix_web::http::Method;
use serde_json::{Value, json};

/// The tag of an answer, which must be given and lead to a 304 with the same tag and no body.
async fn tag(client: &Client, path: &str) -> String {
    let fresh = client.get(path).await;
    assert_eq!(fresh.status, 200, "{path}: {}", fresh.text());
    let tag = fresh.header("etag").to_owned();
    assert!(tag.ends_with('"'), "{path} has no tag");
    let known = client.get_with(path, ("If-None-Match", &format!("\"other\", {tag}"))).await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0), "{path}");
    for header in ["etag", "cache-control", "vary"] {
        assert_eq!(known.header(header), fresh.header(header), "{path}: {header}");
    }
    assert_eq!(known.header("content-type"), "", "{path}");
    let stale = client.get_with(path, ("If-None-Match", "\"other\"")).await;
    // Two workbooks of the same rows differ in their time of making.
    let same = stale.body == fresh.body || path.contains("xlsx");
    assert_eq!((stale.status.as_u16(), same), (200, true), "{path}");
    tag
}

/// One path for every GET that has a tag.
fn paths(code: &str) -> Vec<String> {
    let mut paths = vec![
        "/openapi.json".to_owned(),
        "/problems/not_found".into(),
        "/v1/public/procedures".into(),
        "/v1/public/procedures/1.004873".into(),
        format!("/v1/public/dossiers/{code}"),
        "/v1/agencies/H51.29".into(),
        "/v1/procedures/1.004873".into(),
        "/v1/procedures/1.004873/versions".into(),
        "/v1/procedures/1.004873/versions/1".into(),
        "/v1/procedures/1.004873/diff?from=1&to=1".into(),
        format!("/v1/dossiers/{code}"),
        format!("/v1/dossiers/{code}?include=events"),
        format!("/v1/dossiers/{code}/events"),
    ];
    for list in ["/v1/agencies", "/v1/procedures", "/v1/dossiers", "/v1/overdue", "/v1/public/procedures"] {
        paths.push(format!("{list}?limit=1"));
        for format in ["json", "ndjson", "csv", "xlsx"] {
            paths.push(format!("{list}?format={format}"));
        }
    }
    paths
}

#[actix_web::test]
async fn every_answer_has_a_tag_and_a_304() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-01-10T08:00:00+07:00")).await;
    for path in paths(&code) {
        tag(&root, &path).await;
    }
    for path in ["/health/live", "/health/ready"] {
        let answer = root.get(path).await;
        assert_eq!((answer.header("etag"), answer.header("cache-control")), ("", "no-store"), "{path}");
        assert_eq!(root.get_with(path, ("If-None-Match", "*")).await.status, 200);
    }
}

#[actix_web::test]
async fn who_may_keep_an_answer() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let depends = "Accept, Accept-Language, Authorization, X-Access-Reason";
    for path in paths(&code) {
        let answer = root.get(&path).await;
        let is_public = path.starts_with("/v1/public/") || !path.starts_with("/v1/");
        let kept = if is_public { "public, max-age=10" } else { "private, no-cache" };
        assert_eq!((answer.header("cache-control"), answer.header("vary")), (kept, depends), "{path}");
    }
    let problem = root.get("/v1/dossiers/H51-220215-9999").await;
    assert_eq!((problem.header("cache-control"), problem.header("vary")), ("no-store", depends));
    assert_eq!(problem.header("etag"), "");
}

/// A path means the same however its letters are written (RFC 3986 section 6.2.2.2).
#[actix_web::test]
async fn another_spelling_of_a_path_is_kept_and_shown_alike() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    for (path, spelling) in [
        ("/v1/dossiers".to_owned(), "/%761/dossiers".to_owned()),
        (format!("/v1/dossiers/{code}/events"), format!("/v1/dossiers/{code}/%65vents")),
        (format!("/v1/public/dossiers/{code}"), format!("/v1/%70ublic/dossiers/{code}")),
    ] {
        let (plain, spelled) = (root.get(&path).await, root.get(&spelling).await);
        assert_eq!(plain.expect(200), spelled.expect(200), "{spelling}");
        assert_eq!(plain.header("cache-control"), spelled.header("cache-control"), "{spelling}");
    }
    let health = app.nobody().get("/%68ealth/live").await;
    assert_eq!(health.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn head_tells_the_same_without_a_body() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    for path in paths(&code) {
        let (get, head) = (root.get(&path).await, root.send(Method::HEAD, &path).await);
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        for header in ["etag", "content-type", "cache-control"] {
            assert_eq!(head.header(header), get.header(header), "{path}: {header}");
        }
        let request = root.request(Method::HEAD, &path).insert_header(("If-None-Match", get.header("etag")));
        assert_eq!(request.send().await.unwrap().status(), 304, "{path}");
    }
}

/// The views of a dossier have tags of their own, and each changes with the version and with time.
#[actix_web::test]
async fn the_tag_of_a_dossier_covers_version_timing_and_view() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let (one, with_events) = (format!("/v1/dossiers/{code}"), format!("/v1/dossiers/{code}?include=events"));
    let list = "/v1/dossiers?format=csv".to_owned();
    let (first, second) = (tag(&root, &one).await, tag(&root, &with_events).await);
    let in_list = tag(&root, &list).await;
    assert_ne!(first, second);

    app.now("2022-02-15T16:00:00+07:00");
    assert_eq!(tag(&root, &one).await, first, "nothing that it shows has changed");
    assert_eq!(tag(&root, &list).await, in_list);
    app.now("2022-02-16T10:00:00+07:00");
    let next_day = tag(&root, &one).await;
    assert_ne!(next_day, first, "a day less is left");
    assert_ne!(tag(&root, &list).await, in_list);

    let note = event("noted", "2022-02-16T09:00:00+07:00", json!({"note": "x"}));
    root.record(&code, &note).await;
    assert_ne!(tag(&root, &one).await, next_day);
}

/// The weak tag of a stream: other rows, another tag; the same rows, the same.
#[actix_web::test]
async fn the_tag_of_a_stream_changes_with_its_rows() {
    let app = TestApp::start();
    let root = app.root().await;
    let path = "/v1/overdue?format=ndjson";
    let empty = tag(&root, path).await;
    assert!(empty.starts_with("W/\""), "{empty}");
    let code = root.receive(&receipt("2022-01-10T08:00:00+07:00")).await;
    let one = tag(&root, path).await;
    root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    assert_eq!(tag(&root, path).await, one, "one that is not overdue changes nothing");
    assert_ne!(tag(&root, "/v1/overdue?format=csv").await, one);
    root.record(&code, &event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "x"}))).await;
    let noted = tag(&root, path).await;
    assert_ne!(noted, one);
    let end = event("completed", "2022-02-15T09:30:00+07:00", json!({"result": {"outcome": "granted"}}));
    root.record(&code, &end).await;
    assert_eq!(tag(&root, path).await, empty, "as empty as before");
}

#[actix_web::test]
async fn a_dossier_that_becomes_late_within_the_day_changes_the_tag_of_its_list() {
    let app = TestApp::start();
    let root = app.root().await;
    let procedure = json!({
        "name": "Theo giờ", "field": "khac", "field_name": "Khác", "levels": ["district"],
        "effective_from": "2021-01-01", "limits": [{"limit": {"unit": "working_hours", "amount": "4"}}]
    });
    root.publish("1.009999", &procedure).await;
    let mut hours = receipt("2022-02-15T09:00:00+07:00");
    hours["procedure"] = json!("1.009999");
    root.receive(&hours).await;
    let due = root.get("/v1/dossiers").await.expect(200)["items"][0]["deadline"]["overdue_from"].clone();
    let before = tag(&root, "/v1/dossiers?format=ndjson").await;
    app.now(due.as_str().unwrap());
    let late = root.get("/v1/dossiers").await.expect(200)["items"][0]["timing"]["state"].clone();
    assert_eq!(late, "overdue");
    assert_ne!(tag(&root, "/v1/dossiers?format=ndjson").await, before);
}

/// Appending an event may be guarded; any view of the present version will do.
#[actix_web::test]
async fn an_event_may_carry_if_match() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let path = format!("/v1/dossiers/{code}/events");
    let note = event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "x"}));
    let record = async |if_match: &str, body: &Value| {
        let request = root.request(Method::POST, &path).insert_header(("If-Match", if_match));
        crate::harness::Answer::of(request.send_json(body).await.unwrap()).await
    };
    for view in [format!("/v1/dossiers/{code}?include=events"), path.clone()] {
        let present = root.get(&view).await.header("etag").to_owned();
        record(&present, &note).await.expect(201);
        record(&present, &note).await.problem(412, "precondition_failed");
    }
    record(FIRST_VERSION, &note).await.problem(412, "precondition_failed");
    record("*", &note).await.expect(201);
    // The version is judged before what the event would do.
    let returned = event("returned", "2022-02-15T09:00:00+07:00", json!({}));
    record(FIRST_VERSION, &returned).await.problem(412, "precondition_failed");
    record("*", &returned).await.problem(409, "event_not_allowed");
    assert_eq!(app.count("SELECT count(*) FROM dossier_events").await, 4);
}
