//! Keys by API: made within what the maker has, shown once, replaced with an overlap, revoked at once, and when they were used.

use crate::harness::{Answer, Client, TestApp, receipt};
use actix_web::http::Method;
use congkhai::app;
use congkhai::db::PoolSizes;
use congkhai::domain::vocabulary::Scope;
use congkhai::worker::Worker;
use serde_json::{Value, json};

const KEYS: &str = "/v1/keys";

fn wanted(scopes: &[&str], agencies: &[&str]) -> Value {
    json!({"name": "Cổng một cửa", "scopes": scopes, "agencies": agencies})
}

async fn once(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    let request = client.request(Method::POST, path).insert_header(("Idempotency-Key", key));
    Answer::of(request.send_json(body).await.unwrap()).await
}

fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body[field].as_str().unwrap_or_else(|| panic!("{field} of {body}"))
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|key| text(key, "name")).collect()
}

/// Does what a process does every minute.
async fn tick(app: &TestApp) {
    Worker::new(app.shared.clone()).tick().await;
}

#[actix_web::test]
async fn a_key_is_shown_once_and_works() {
    let app = TestApp::start();
    let root = app.root().await;
    let mut body = wanted(&["dossiers:write", "dossiers:read"], &["000.00.29.H51", "H51.30.18"]);
    (body["plan"], body["expires_at"]) = (json!("bulk"), json!("2022-02-16T03:00:00Z"));
    let answer = root.post(KEYS, &body).await;
    let made = answer.expect(201);
    let id = text(&made, "id");
    assert_eq!(answer.header("location"), format!("{KEYS}/{id}"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(made["agencies"], json!(["H51.29", "H51.30.18"]));
    assert_eq!(
        (&made["all_agencies"], &made["plan"], &made["state"]),
        (&json!(false), &json!("bulk"), &json!("active"))
    );
    assert_eq!(made["expires_at"], "2022-02-16T10:00:00+07:00");
    assert!(text(&made, "secret").starts_with(&format!("ck_{id}_")));

    let portal = app.nobody().with_key(text(&made, "secret"));
    portal.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    portal.get("/v1/overdue").await.expect(200);
    portal.get(KEYS).await.problem(403, "insufficient_scope");
    let shown = root.get(&format!("{KEYS}/{id}")).await;
    let mut without = made.clone();
    without.as_object_mut().unwrap().remove("secret");
    assert_eq!(shown.expect(200), without);
    let hash = "SELECT count(*) FROM api_keys WHERE secret_hash = sha256(convert_to(substr($$SECRET$$, 17), 'UTF8'))";
    assert_eq!(app.count(&hash.replace("SECRET", text(&made, "secret"))).await, 1);

    app.now("2022-02-16T10:00:00+07:00");
    portal.get("/v1/overdue").await.problem(401, "unauthorized");
    assert_eq!(root.get(&format!("{KEYS}/{id}")).await.expect(200)["state"], "expired");
    let everything = json!({"name": "x", "scopes": ["admin"], "all_agencies": true});
    let made = root.post(KEYS, &everything).await.expect(201);
    assert_eq!(
        (&made["agencies"], &made["all_agencies"], &made["plan"]),
        (&json!([]), &json!(true), &json!("standard"))
    );
}

#[actix_web::test]
async fn a_key_gives_nothing_that_it_has_not() {
    let app = TestApp::start();
    let admin = app.caller(&[Scope::Admin, Scope::DossiersRead], &["H51.29"]).await;
    let before = app.count("SELECT count(*) FROM api_keys").await;
    let refused = admin.post(KEYS, &wanted(&["dossiers:read", "dossiers:personal"], &["H51.29"])).await;
    let problem = refused.problem(403, "insufficient_scope");
    assert_eq!(problem["pointer"], "/scopes/1");
    assert!(text(&problem, "detail").contains("dossiers:personal"));
    for foreign in ["H51.30", "H51", "H51.12"] {
        let refused = admin.post(KEYS, &wanted(&["admin"], &["H51.29.18", foreign])).await;
        let problem = refused.problem(403, "agency_out_of_scope");
        assert_eq!(problem["pointer"], "/agencies/1", "{foreign}");
    }
    let all = json!({"name": "x", "scopes": ["admin"], "all_agencies": true});
    assert_eq!(admin.post(KEYS, &all).await.problem(403, "agency_out_of_scope")["pointer"], "/all_agencies");
    let mut fast = wanted(&["admin"], &["H51.29"]);
    fast["plan"] = json!("unmetered");
    admin.post(KEYS, &fast).await.problem_at(422, "invalid_value", "/plan");

    for (change, code, pointer) in [
        (json!({"expires_at": "2022-02-15T10:00:00+07:00"}), "invalid_value", "/expires_at"),
        (json!({"expires_at": "2022-02-15T10:00:00"}), "invalid_value", "/expires_at"),
        (json!({"name": " "}), "invalid_value", "/name"),
        (json!({"name": "a\u{7}b"}), "invalid_value", "/name"),
        (json!({"name": "x".repeat(101)}), "invalid_value", "/name"),
        (json!({"scopes": []}), "invalid_value", "/scopes"),
        (json!({"scopes": ["dossiers:eat"]}), "invalid_value", "/scopes/0"),
        (json!({"agencies": []}), "invalid_value", "/agencies"),
        (json!({"agencies": null}), "missing_field", "/agencies"),
        (json!({"agencies": ["H99"]}), "unknown_agency", "/agencies/0"),
        (json!({"all_agencies": true}), "invalid_value", "/agencies"),
        (json!({"secret": "x"}), "unknown_field", "/secret"),
        (json!({"plan": "fast"}), "invalid_value", "/plan"),
    ] {
        let mut body = wanted(&["dossiers:read"], &["H51.29"]);
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        admin.post(KEYS, &body).await.problem_at(422, code, pointer);
    }
    assert_eq!(app.count("SELECT count(*) FROM api_keys").await, before, "nothing was stored");
    admin.post(&format!("{KEYS}?dry_run=true"), &wanted(&["admin"], &["H51.29"])).await.expect(201);
    assert_eq!(app.count("SELECT count(*) FROM api_keys").await, before);
    // Reading the catalogue comes with every key.
    admin.post(KEYS, &wanted(&["catalogue:read"], &["H51.29.18"])).await.expect(201);
}

#[actix_web::test]
async fn a_key_knows_those_below_it_and_no_others() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let name = async |client: &Client, name: &str, agencies: &[&str]| {
        let mut body = wanted(&["dossiers:read"], agencies);
        body["name"] = json!(name);
        client.post(KEYS, &body).await.expect(201)["id"].as_str().unwrap().to_owned()
    };
    let commune = name(&district, "commune", &["H51.29.18"]).await;
    let both = name(&root, "both", &["H51.29.18", "H51.30"]).await;
    let other = name(&root, "other", &["H51.30"]).await;
    let list = district.get(&format!("{KEYS}?count=exact")).await.expect(200);
    let mut seen = names(&list);
    seen.sort_unstable();
    assert_eq!((seen, &list["total"]), (vec!["commune", "test"], &json!(2)), "its own and that below");
    let named = root.get(&format!("{KEYS}?agency=H51.30&scope=dossiers:read")).await.expect(200);
    assert_eq!(names(&named).len(), 2, "{named}");
    district.get(&format!("{KEYS}?agency=H51.30")).await.problem(403, "agency_out_of_scope");
    for hidden in [&both, &other, &"000000000000".to_owned(), &"x".to_owned()] {
        let path = format!("{KEYS}/{hidden}");
        district.get(&path).await.problem(404, "not_found");
        district.send(Method::DELETE, &path).await.problem(404, "not_found");
        district.post(&format!("{path}/rotation"), &json!({})).await.problem(404, "not_found");
    }
    district.get(&format!("{KEYS}/{commune}")).await.expect(200);
    assert_eq!(root.get(&format!("{KEYS}?count=exact")).await.expect(200)["total"], 5);
}

#[actix_web::test]
async fn lists_are_paged_filtered_and_given_in_every_format() {
    let app = TestApp::start();
    let root = app.root().await;
    let mut ids = vec![];
    for (i, ends) in [None, Some("2022-02-15T11:00:00+07:00"), None].into_iter().enumerate() {
        app.now(&format!("2022-02-15T10:0{}:00+07:00", i + 1));
        let mut body = wanted(&["dossiers:read"], &["H51.29"]);
        (body["name"], body["expires_at"]) = (json!(format!("k{i}")), json!(ends));
        ids.push(text(&root.post(KEYS, &body).await.expect(201), "id").to_owned());
    }
    root.send(Method::DELETE, &format!("{KEYS}/{}", ids[2])).await;
    app.now("2022-02-15T11:00:00+07:00");
    let first = root.get(&format!("{KEYS}?limit=2&count=exact")).await.expect(200);
    assert_eq!((names(&first), &first["total"]), (vec!["k2", "k1"], &json!(4)));
    let next = format!("{KEYS}?limit=2&cursor={}", text(&first, "next_cursor"));
    assert_eq!(names(&root.get(&next).await.expect(200)), ["k0", "test"]);
    app.district().await.get(&next).await.problem(400, "cursor_mismatch");
    for (state, expected) in [
        ("active", vec!["test", "k0", "test"]),
        ("expired", vec!["k1"]),
        ("revoked", vec!["k2"]),
        ("expired,revoked", vec!["k2", "k1"]),
        ("active,expired", vec!["test", "k1", "k0", "test"]),
        ("active,revoked", vec!["test", "k2", "k0", "test"]),
        ("active,expired,revoked", vec!["test", "k2", "k1", "k0", "test"]),
    ] {
        let list = root.get(&format!("{KEYS}?state={state}")).await.expect(200);
        assert_eq!(names(&list), expected, "{state}");
    }
    root.get(&format!("{KEYS}?state=lost")).await.problem(422, "invalid_value");
    root.get(&format!("{KEYS}?plan=bulk")).await.problem(400, "unknown_parameter");
    for format in ["csv", "ndjson"] {
        let all = root.get(&format!("{KEYS}?format={format}")).await;
        assert_eq!(all.status, 200);
        let header = usize::from(format == "csv");
        assert_eq!(all.text().lines().count(), 5 + header, "{format}");
        assert!(!all.text().contains("ck_") && !all.text().contains("secret"));
    }
    assert_eq!(root.get(&format!("{KEYS}?format=xlsx&limit=1")).await.status, 200);
    let answer = root.get(KEYS).await;
    let again = root.get_with(KEYS, ("If-None-Match", answer.header("etag"))).await;
    assert_eq!(again.status.as_u16(), 304);
}

#[actix_web::test]
async fn a_revoked_key_works_no_more_on_any_instance() {
    let app = TestApp::start();
    let root = app.root().await;
    let made = root.post(KEYS, &wanted(&["admin", "dossiers:read"], &["H51.29"])).await.expect(201);
    let (path, caller) =
        (format!("{KEYS}/{}", text(&made, "id")), app.nobody().with_key(text(&made, "secret")));
    caller.get("/v1/overdue").await.expect(200);
    let tried = root.send(Method::DELETE, &format!("{path}?dry_run=true")).await;
    assert_eq!(tried.status.as_u16(), 204);
    caller.get("/v1/overdue").await.expect(200);
    root.send(Method::DELETE, &format!("{path}?force=1")).await.problem(400, "unknown_parameter");
    let revoked = root.send(Method::DELETE, &path).await;
    assert_eq!((revoked.status.as_u16(), revoked.body.len()), (204, 0));
    caller.get("/v1/overdue").await.problem(401, "unauthorized");
    let shown = root.get(&path).await.expect(200);
    assert_eq!(
        (&shown["state"], &shown["revoked_at"]),
        (&json!("revoked"), &json!("2022-02-15T10:00:00+07:00"))
    );
    // Again: nothing happens, and nothing is recorded.
    app.now("2022-02-15T10:30:00+07:00");
    assert_eq!(root.send(Method::DELETE, &path).await.status.as_u16(), 204);
    assert_eq!(root.get(&path).await.expect(200), shown);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'key.revoked'").await, 1);
    root.post(&format!("{path}/rotation"), &json!({})).await.problem(409, "key_ended");

    // A key may revoke itself.
    let own = app.key(&[Scope::Admin], &["H51.29"], None).await;
    let caller = app.nobody().with_key(&own.reveal());
    assert_eq!(caller.send(Method::DELETE, &format!("{KEYS}/{}", own.id)).await.status.as_u16(), 204);
    caller.get(KEYS).await.problem(401, "unauthorized");
}

#[actix_web::test]
async fn a_key_is_replaced_with_an_overlap() {
    let app = TestApp::start();
    let root = app.root().await;
    let mut body = wanted(&["dossiers:read"], &["H51.29"]);
    body["expires_at"] = json!("2022-03-15T10:00:00+07:00");
    let made = root.post(KEYS, &body).await.expect(201);
    let (old_id, old) = (text(&made, "id").to_owned(), app.nobody().with_key(text(&made, "secret")));
    let path = format!("{KEYS}/{old_id}/rotation");
    app.now("2022-02-15T11:00:00+07:00");
    for (body, pointer) in [
        (json!({"overlap_hours": -1}), "/overlap_hours"),
        (json!({"overlap_hours": 721}), "/overlap_hours"),
        (json!({"expires_at": "2022-02-15T11:00:00+07:00"}), "/expires_at"),
        (json!({"reason": "a\u{0}"}), "/reason"),
    ] {
        root.post(&path, &body).await.problem_at(422, "invalid_value", pointer);
    }
    root.post(&format!("{path}?dry_run=true"), &json!({})).await.expect(201);
    let rotation = json!({"overlap_hours": 2, "reason": "Thay khóa định kỳ"});
    let answer = root.post(&path, &rotation).await;
    let rotated = answer.expect(201);
    let (new, replaced) = (&rotated["key"], &rotated["replaced"]);
    assert_eq!(answer.header("location"), format!("{KEYS}/{}", text(new, "id")));
    for same in ["name", "scopes", "agencies", "all_agencies", "plan"] {
        assert_eq!(new[same], made[same], "{same}");
    }
    assert_eq!(new["expires_at"], "2022-03-15T11:00:00+07:00", "as long as the old one was made for");
    assert_eq!((&new["replaces"], &replaced["replaced_by"]), (&json!(old_id), &new["id"]));
    assert_eq!(replaced["expires_at"], "2022-02-15T13:00:00+07:00");
    let newer = app.nobody().with_key(text(new, "secret"));
    for caller in [&old, &newer] {
        caller.get("/v1/overdue").await.expect(200);
    }
    let again = root.post(&path, &json!({})).await.problem(409, "key_ended");
    assert!(text(&again, "detail").contains(text(new, "id")));
    let audited = "SELECT count(*) FROM audit_log WHERE action IN ('key.rotated', 'key.created') AND reason = 'Thay khóa định kỳ'
        AND request_id = ";
    assert_eq!(app.count(&format!("{audited}'{}'", answer.header("x-request-id"))).await, 2);
    app.now("2022-02-15T13:00:00+07:00");
    old.get("/v1/overdue").await.problem(401, "unauthorized");
    newer.get("/v1/overdue").await.expect(200);

    // At once, and by itself: what holds the new one is the answer.
    let own = app.key(&[Scope::Admin], &["H51.29"], None).await;
    let caller = app.nobody().with_key(&own.reveal());
    let path = format!("{KEYS}/{}/rotation", own.id);
    let rotated = caller.post(&path, &json!({"overlap_hours": 0})).await.expect(201);
    assert_eq!(rotated["key"]["expires_at"], Value::Null);
    caller.get(KEYS).await.problem(401, "unauthorized");
    app.nobody().with_key(text(&rotated["key"], "secret")).get(KEYS).await.expect(200);
}

/// Its secret would be shown to whoever replaces it.
#[actix_web::test]
async fn nobody_replaces_a_key_with_more_scopes_than_their_own() {
    let app = TestApp::start();
    let strong = app.key(&[Scope::Admin, Scope::DossiersPersonal], &["H51.29.18"], None).await;
    let admin = app.caller(&[Scope::Admin, Scope::DossiersRead], &["H51.29"]).await;
    let path = format!("{KEYS}/{}", strong.id);
    let problem =
        admin.post(&format!("{path}/rotation"), &json!({})).await.problem(403, "insufficient_scope");
    assert_eq!(problem["pointer"], "");
    assert_eq!(admin.send(Method::DELETE, &path).await.status.as_u16(), 204, "but they may end it");
}

#[actix_web::test]
async fn a_secret_is_never_stored_with_the_answer() {
    let app = TestApp::start();
    let root = app.root().await;
    let body = wanted(&["dossiers:read"], &["H51.29"]);
    let first = once(&root, KEYS, "k-1", &body).await.expect(201);
    let again = once(&root, KEYS, "k-1", &body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("cache-control"), "no-store");
    let mut without = first.clone();
    without["secret"] = Value::Null;
    assert_eq!(again.expect(201), without);
    let rotation = format!("{KEYS}/{}/rotation", text(&first, "id"));
    let rotated = once(&root, &rotation, "k-2", &json!({})).await.expect(201);
    let replayed = once(&root, &rotation, "k-2", &json!({})).await.expect(201);
    assert_eq!((&replayed["key"]["id"], &replayed["key"]["secret"]), (&rotated["key"]["id"], &Value::Null));
    let stored = "SELECT count(*) FROM idempotency_keys WHERE convert_from(body, 'UTF8') LIKE ";
    assert_eq!(app.count(&format!("{stored}'%secret%'")).await, 2);
    assert_eq!(app.count(&format!("{stored}'%ck_%'")).await, 0);
    for made in [&first, &rotated["key"]] {
        app.nobody().with_key(text(made, "secret")).get("/v1/overdue").await.expect(200);
    }
}

/// Two processes note the uses that they saw; the later one stays.
#[actix_web::test]
async fn the_last_use_is_noted_by_the_minute_and_without_a_write_for_each_request() {
    let app = TestApp::start();
    let root = app.root().await;
    let used = async |caller: &Client, id: &str| {
        caller.get(&format!("{KEYS}/{id}")).await.expect(200)["last_used_at"].clone()
    };
    let key = app.key(&[Scope::DossiersRead], &["H51.29"], None).await;
    let caller = app.nobody().with_key(&key.reveal());
    tick(&app).await;
    assert_eq!(used(&root, &key.id).await, Value::Null);
    app.now("2022-02-15T10:07:41+07:00");
    caller.get("/v1/overdue").await.expect(200);
    // A key that proves true was used, whatever comes of it; another secret is no use of it.
    caller.get(KEYS).await.problem(403, "insufficient_scope");
    assert_eq!(used(&root, &key.id).await, Value::Null, "not noted yet");
    tick(&app).await;
    assert_eq!(used(&root, &key.id).await, "2022-02-15T10:07:00+07:00");

    let sizes = PoolSizes { slow: 1, writer: 1 };
    let other = app::shared(app.db.database(), sizes, app.clock.clone()).unwrap();
    other.uses.remember(&key.id, "2022-02-15T10:30:59+07:00".parse().unwrap());
    app.shared.uses.remember(&key.id, "2022-02-15T10:20:00+07:00".parse().unwrap());
    Worker::new(other).tick().await;
    tick(&app).await;
    assert_eq!(used(&root, &key.id).await, "2022-02-15T10:30:00+07:00");
    app.now("2022-02-15T10:40:00+07:00");
    let wrong = format!("ck_{}_{}", key.id, "0".repeat(64));
    app.nobody().with_key(&wrong).get("/v1/overdue").await.problem(401, "unauthorized");
    tick(&app).await;
    assert_eq!(used(&root, &key.id).await, "2022-02-15T10:30:00+07:00");
}
