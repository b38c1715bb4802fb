//! The audit trail: who did what, when, from where and why; who is shown it; that nobody changes it, and that a change is found.

use crate::harness::evidence::{Verifier, lived, tick};
use crate::harness::{Client, TestApp, at, connect, event, receipt};
use actix_web::http::Method;
use congkhai::domain::daily_log::Statement;
use congkhai::domain::vocabulary::Scope;
use congkhai::http::limit::Rates;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const AUDIT: &str = "/v1/audit";

async fn list(client: &Client, query: &str) -> Value {
    client.get(&format!("{AUDIT}?{query}")).await.expect(200)
}

fn column<'a>(list: &'a Value, name: &str) -> Vec<&'a str> {
    list["items"].as_array().unwrap().iter().map(|row| row[name].as_str().unwrap()).collect()
}

fn policy(law: &str) -> Value {
    json!({"agency": "H51.29", "valid_from": "2022-01-01", "supplement": "shift", "law": law})
}

#[actix_web::test]
async fn every_change_is_told_with_who_what_when_and_from_where() {
    let app = TestApp::limited(&Rates::NONE, "127.0.0.1");
    let key = app.key(Scope::ALL, &["H51.29"], None).await;
    let (root, district) = (app.root().await, app.nobody().with_key(&key.reveal()));
    district.put("/v1/policies/huyen", &policy("Quy chế 1"), None).await.expect(201);
    app.now("2022-02-15T11:00:00+07:00");
    let put = district.request(Method::PUT, "/v1/policies/huyen").insert_header(("If-Match", "*"));
    let put = put.insert_header(("X-Request-Id", "portal-7"));
    let put = put.insert_header(("X-Forwarded-For", "198.51.100.1, 2001:db8::7"));
    assert_eq!(put.send_json(&policy("Quy chế 2")).await.unwrap().status(), 200);
    let found = list(&root, "subject=policy:huyen&count=exact").await;
    assert_eq!(found["total"], 2);
    let [newest, first] = found["items"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!(newest["recorded_at"], "2022-02-15T11:00:00+07:00");
    assert_eq!(newest["actor"], format!("key:{}", key.id));
    assert_eq!((&newest["action"], &newest["request_id"]), (&json!("policy.put"), &json!("portal-7")));
    assert_eq!((&newest["address"], &first["address"]), (&json!("2001:db8::7"), &json!("127.0.0.1")));
    assert_eq!((&newest["reason"], &first["details"]["before"]), (&Value::Null, &Value::Null));
    let changed = |when: &str, field: &str| newest["details"][when][field].clone();
    assert_eq!((changed("before", "law"), changed("after", "law")), (json!("Quy chế 1"), json!("Quy chế 2")));
    assert_eq!((changed("before", "version"), changed("after", "version")), (json!(1), json!(2)));
    // A command has no address.
    let made = list(&root, &format!("subject=key:{}", key.id)).await;
    assert_eq!(
        (&made["items"][0]["actor"], &made["items"][0]["address"]),
        (&json!("command:test"), &Value::Null)
    );
    // Nothing personal.
    let code = district.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let received = root.get(&format!("{AUDIT}?subject=dossier:{code}")).await;
    assert_eq!(column(&received.json(), "action"), ["dossier.received"]);
    for personal in ["Nguyễn", "Trần", "094081234567", "0912345678"] {
        assert!(!received.text().contains(personal), "{}", received.text());
    }
}

#[actix_web::test]
async fn it_is_filtered_paged_and_given_in_every_format() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    for minute in 1..=3 {
        app.now(&at(&format!("02-15T10:0{minute}")));
        root.record(&code, &event("noted", &at("02-15T09:00"), json!({"note": "x"}))).await;
    }
    app.now(&at("02-15T10:10"));
    root.put("/v1/policies/huyen", &policy("Quy chế"), None).await.expect(201);
    let of_dossier = format!("subject=dossier:{code}");
    let first = list(&root, &format!("{of_dossier}&limit=2&count=exact")).await;
    assert_eq!((column(&first, "action"), &first["total"]), (vec!["dossier.noted"; 2], &json!(4)));
    assert_eq!(column(&first, "recorded_at"), [at("02-15T10:03"), at("02-15T10:02")]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = list(&root, &format!("{of_dossier}&limit=2&cursor={cursor}")).await;
    assert_eq!(
        (column(&rest, "action"), &rest["next_cursor"]),
        (vec!["dossier.noted", "dossier.received"], &Value::Null)
    );
    let other = app.root().await;
    other.get(&format!("{AUDIT}?{of_dossier}&limit=2&cursor={cursor}")).await.problem(400, "cursor_mismatch");

    let from = "from=2022-02-15T10:01:00%2B07:00&to=2022-02-15T10:03:00%2B07:00";
    assert_eq!(list(&root, &format!("{from}&count=exact")).await["total"], 2);
    let several = list(&root, "action=policy.put,dossier.received").await;
    assert_eq!(column(&several, "action"), ["policy.put", "dossier.received"]);
    assert_eq!(column(&list(&root, "action=policy.put").await, "subject"), ["policy:huyen"]);
    let request = first["items"][0]["request_id"].as_str().unwrap();
    assert_eq!(list(&root, &format!("request_id={request}")).await["items"], json!([first["items"][0]]));
    let actor = first["items"][0]["actor"].as_str().unwrap();
    assert_eq!(list(&root, &format!("actor={actor}&count=exact")).await["total"], 5);
    assert_eq!(
        list(&root, "actor=key:0&count=exact").await,
        json!({"items": [], "next_cursor": null, "total": 0})
    );
    root.get(&format!("{AUDIT}?from=yesterday")).await.problem(422, "invalid_value");
    root.get(&format!("{AUDIT}?from=2022-02-15T10:00:00Z&to=2022-02-15T10:00:00Z"))
        .await
        .problem(422, "invalid_value");
    root.get(&format!("{AUDIT}?agency=H51")).await.problem(400, "unknown_parameter");

    let query = format!("{AUDIT}?{of_dossier}");
    let all = root.get(&query).await.json()["items"].clone();
    let ndjson = root.get(&format!("{query}&format=ndjson")).await;
    let lines: Vec<Value> = ndjson.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json!(lines), all);
    let csv = root.get(&format!("{query}&format=csv")).await.text();
    let mut rows = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let details = rows.headers().unwrap().iter().position(|name| name == "details").unwrap();
    let first = rows.records().next().unwrap().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&first[details]).unwrap(), all[0]["details"]);
    assert_eq!(root.get(&format!("{query}&format=xlsx")).await.status, 200);
    let tag = ndjson.header("etag").to_owned();
    let same = root.get_with(&format!("{query}&format=ndjson"), ("If-None-Match", &tag)).await;
    assert_eq!(same.status.as_u16(), 304);
}

/// Denied by default: what cannot be told to be of a key's own part is not shown.
#[actix_web::test]
async fn a_key_is_shown_what_was_done_in_its_part() {
    let app = TestApp::start();
    let (root, district, commune) =
        (app.root().await, app.district().await, app.caller(Scope::ALL, &["H51.29.18"]).await);
    let both = app.caller(Scope::ALL, &["H51.29.18", "H51.30"]).await;
    for (client, law) in [(&root, "tỉnh"), (&district, "huyện")] {
        let (name, agency) = if law == "tỉnh" { ("tinh", "H51") } else { ("huyen", "H51.29") };
        let mut body = policy(law);
        body["agency"] = json!(agency);
        client.put(&format!("/v1/policies/{name}"), &body, None).await.expect(201);
    }
    let mut body = policy("xã");
    body["agency"] = json!("H51.29.18");
    commune.put("/v1/policies/xa", &body, None).await.expect(201);
    (body["valid_from"], body["valid_to"]) = (json!("2021-01-01"), json!("2021-12-31"));
    both.put("/v1/policies/hai", &body, None).await.expect(201);
    for (client, expected) in [
        (&root, vec!["policy:hai", "policy:xa", "policy:huyen", "policy:tinh"]),
        (&district, vec!["policy:xa", "policy:huyen"]),
        (&commune, vec!["policy:xa"]),
        (&both, vec!["policy:hai", "policy:xa"]),
    ] {
        let shown = list(client, "action=policy.put").await;
        let seen: BTreeSet<&str> = column(&shown, "subject").into_iter().collect();
        assert_eq!(seen, expected.iter().copied().collect());
        let csv = client.get(&format!("{AUDIT}?action=policy.put&format=csv")).await.text();
        assert_eq!(csv.lines().count(), expected.len() + 1);
    }
    let stranger = app.caller(&[Scope::AuditRead], &["H51.30"]).await;
    assert_eq!(list(&stranger, "count=exact").await, json!({"items": [], "next_cursor": null, "total": 0}));
    let by_root = column(&list(&root, "subject=policy:tinh").await, "actor")[0].to_owned();
    assert_eq!(list(&stranger, &format!("actor={by_root}")).await["items"], json!([]), "nor by name");
    app.caller(&[Scope::Admin], &["*"]).await.get(AUDIT).await.problem(403, "insufficient_scope");
}

#[actix_web::test]
async fn the_database_refuses_to_change_it() {
    let app = TestApp::start();
    app.root().await.put("/v1/policies/huyen", &policy("Quy chế"), None).await.expect(201);
    let before = app.count("SELECT count(*) FROM audit_log").await;
    for change in [
        "UPDATE audit_log SET details = '{}'",
        "UPDATE audit_log SET actor = actor WHERE action = 'policy.put'",
        "DELETE FROM audit_log WHERE action = 'policy.put'",
        "TRUNCATE audit_log",
    ] {
        let refused = connect(&app.db.url).await.batch_execute(change).await.unwrap_err();
        assert_eq!(refused.as_db_error().unwrap().constraint(), Some("audit_log_is_kept"), "{change}");
    }
    assert_eq!(app.count("SELECT count(*) FROM audit_log").await, before);
}

/// A row that was begun before midnight: refused once the day is closed.
#[actix_web::test]
async fn a_closed_day_takes_no_row() {
    let app = TestApp::signing();
    let root = app.root().await;
    app.now(&at("02-16T00:10"));
    tick(&app).await;
    app.now(&at("02-15T23:59"));
    root.put("/v1/policies/huyen", &policy("Quy chế"), None).await.problem(503, "unavailable");
    app.now(&at("02-16T00:10"));
    root.put("/v1/policies/huyen", &policy("Quy chế"), None).await.expect(201);
}

/// What a superuser can do who switches the triggers off.
async fn behind_the_back(app: &TestApp, edit: &str) {
    let edit = format!("SET session_replication_role = replica; {edit}");
    connect(&app.db.url).await.batch_execute(&edit).await.unwrap();
}

#[actix_web::test]
async fn each_day_of_it_is_signed_and_a_change_is_found() {
    let app = TestApp::signing();
    let root = app.root().await;
    tick(&app).await;
    lived(&app, &root).await;
    app.now(&at("02-15T17:00"));
    root.put("/v1/policies/huyen", &policy("Quy chế"), None).await.expect(201);
    app.now(&at("02-16T00:10"));
    tick(&app).await;
    let roots = root.get("/v1/audit/roots").await.expect(200);
    let day = &roots["items"][0];
    let rows = app
        .count("SELECT count(*) FROM audit_log WHERE recorded_at >= '2022-02-15 00:00+07' AND recorded_at < '2022-02-16 00:00+07'")
        .await;
    assert!(rows >= 8, "{rows}");
    assert_eq!((&day["day"], &day["audit_rows"]), (&json!("2022-02-15"), &json!(rows)));
    let statement = Statement::parse(day["statement"].as_str().unwrap()).unwrap();
    let audit = statement.audit.unwrap();
    assert_eq!((audit.rows, json!(audit.root.to_string())), (rows, day["audit_root"].clone()));
    let verifier = Verifier::new("audit-signed");
    let covered = app.count("SELECT sum(audit_rows)::bigint FROM log_days").await;
    assert!(
        verifier.database(&app).holds().contains(&format!("events and {covered} rows of the audit trail"))
    );

    app.db
        .sql("CREATE TABLE kept_audit_log AS TABLE audit_log; CREATE TABLE kept_log_days AS TABLE log_days");
    let row = "SELECT id FROM audit_log WHERE action = 'policy.put'";
    let copy = "INSERT INTO audit_log SELECT gen_random_uuid(), recorded_at, actor, action, subject, request_id, details, reason, address
        FROM audit_log WHERE action = 'policy.put'";
    for (edit, table) in [
        (
            format!(
                "UPDATE audit_log SET details = jsonb_set(details, '{{after,law}}', '\"x\"') WHERE id IN ({row})"
            ),
            "audit_log",
        ),
        (format!("UPDATE audit_log SET actor = 'key:0' WHERE id IN ({row})"), "audit_log"),
        (format!("UPDATE audit_log SET address = NULL WHERE id IN ({row})"), "audit_log"),
        (format!("UPDATE audit_log SET reason = 'x' WHERE id IN ({row})"), "audit_log"),
        (
            format!("UPDATE audit_log SET recorded_at = recorded_at + interval '1 day' WHERE id IN ({row})"),
            "audit_log",
        ),
        (format!("DELETE FROM audit_log WHERE id IN ({row})"), "audit_log"),
        (copy.to_owned(), "audit_log"),
        ("UPDATE log_days SET audit_rows = audit_rows + 1".into(), "log_days"),
        ("UPDATE log_days SET audit_rows = NULL, audit_blocks = NULL, audit_root = NULL".into(), "log_days"),
        ("UPDATE log_days SET audit_blocks = ''".into(), "log_days"),
    ] {
        behind_the_back(&app, &edit).await;
        let verdict = verifier.database(&app);
        assert!(!verdict.holds, "{edit}");
        assert!(
            verdict.lines.contains(&format!("log of 2022-02-15 ({table}): ")),
            "{edit}: {}",
            verdict.lines
        );
        let back = ["audit_log", "log_days"]
            .map(|table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table};"));
        behind_the_back(&app, &back.concat()).await;
        verifier.database(&app).holds();
    }
}

/// Days that were signed before the audit trail was covered stay as they are.
#[actix_web::test]
async fn roots_of_before_stay_valid() {
    use congkhai::domain::signing::SecretKey;
    let app = TestApp::signing();
    let root = app.root().await;
    lived(&app, &root).await;
    app.now(&at("02-16T00:10"));
    tick(&app).await;
    // As the release before signed them.
    let key: SecretKey = crate::harness::evidence::signing_key();
    let db = connect(&app.db.url).await;
    let signed = db.query("SELECT day, statement FROM log_days ORDER BY day", &[]).await.unwrap();
    let mut previous = None;
    for row in &signed {
        let statement = Statement::parse(row.get(1)).unwrap();
        let text = Statement { audit: None, previous, ..statement }.text();
        assert!(text.ends_with(r#""v":1}"#), "{text}");
        previous = Some(Statement::hash(&text));
        let signature = key.sign(text.as_bytes()).to_vec();
        let old = "UPDATE log_days SET statement = $1, signature = $2, audit_rows = NULL, audit_blocks = NULL, audit_root = NULL
            WHERE statement = $3";
        db.execute(old, &[&text, &signature, &row.get::<_, String>(1)]).await.unwrap();
    }
    assert_eq!(root.get("/v1/audit/roots").await.expect(200)["items"][0]["audit_rows"], Value::Null);
    let verifier = Verifier::new("audit-before");
    verifier.database(&app).holds();
    app.now(&at("02-17T00:10"));
    tick(&app).await;
    let roots = root.get("/v1/audit/roots").await.expect(200);
    assert_eq!(
        (&roots["items"][0]["day"], &roots["items"][1]["audit_rows"]),
        (&json!("2022-02-16"), &Value::Null)
    );
    assert!(roots["items"][0]["audit_rows"].as_i64().is_some_and(|rows| rows > 0), "{roots}");
    verifier.database(&app).holds();
}
