//! The life of a dossier, event by event.

use crate::harness::{TestApp, event, receipt};
use serde_json::{Value, json};

fn forwarded(at: &str) -> Value {
    event(
        "forwarded",
        at,
        json!({"to_agency": "H51.29.05", "to_unit": "Tổ hộ tịch", "to_officer": "Lê Văn Cường"}),
    )
}

fn completed(at: &str) -> Value {
    event("completed", at, json!({"result": {"outcome": "granted"}}))
}

fn returned(at: &str) -> Value {
    event("returned", at, json!({}))
}

#[actix_web::test]
async fn from_receipt_to_return() {
    let app = TestApp::start();
    let district = app.district().await;
    let code = district.receive(&receipt("2022-02-15T08:00:00+07:00")).await;

    let first = district.record(&code, &forwarded("2022-02-15T09:00:00+07:00")).await;
    assert_eq!(first["id"].as_str().unwrap().len(), 36);
    for (field, value) in [
        ("seq", json!(2)),
        ("kind", json!("forwarded")),
        ("occurred_at", json!("2022-02-15T09:00:00+07:00")),
        ("recorded_at", json!("2022-02-15T10:00:00+07:00")),
        ("origin", json!("live")),
        ("backdated", json!(false)),
        ("status_before", json!("received")),
        ("status_after", json!("processing")),
        ("due_on_before", json!("2022-02-18")),
        ("due_on_after", json!("2022-02-18")),
        ("dossier_version", json!(2)),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    let dossier = district.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    assert_eq!(dossier["status"], "processing");
    assert_eq!(
        dossier["holder"],
        json!({
            "agency": "H51.29.05", "unit": "Tổ hộ tịch", "officer": "Lê Văn Cường",
            "since": "2022-02-15T09:00:00+07:00", "step_due_at": null
        })
    );

    app.now("2022-02-17T10:00:00+07:00");
    district.record(&code, &completed("2022-02-17T09:00:00+07:00")).await;
    let dossier = district.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    assert_eq!((&dossier["status"], &dossier["clock"]), (&json!("completed"), &json!("stopped")));
    assert_eq!(dossier["timing"], json!({"state": "early", "days_left": null, "days_late": 0}));
    assert_eq!(dossier["closing"]["state"], "open", "decided is not yet closed");

    app.now("2022-02-18T10:00:00+07:00");
    district.record(&code, &returned("2022-02-18T08:30:00+07:00")).await;
    let dossier = district.get(&format!("/v1/dossiers/{code}?include=events")).await.expect(200);
    assert_eq!(dossier["national_status"], 10);
    assert_eq!(dossier["returned_at"], "2022-02-18T08:30:00+07:00");
    assert_eq!(
        dossier["closing"],
        json!({
            "state": "in_time", "closed_at": "2022-02-18T08:30:00+07:00", "recorded_at": "2022-02-18T10:00:00+07:00",
            "days_late": 0
        })
    );
    let kinds: Vec<&Value> = dossier["events"].as_array().unwrap().iter().map(|e| &e["kind"]).collect();
    assert_eq!(kinds, ["received", "forwarded", "completed", "returned"]);
    let timeline = district.get(&format!("/v1/dossiers/{code}/events")).await.expect(200);
    assert_eq!(timeline["items"], dossier["events"]);
    let officer = json!({"name": "Trần Thị Bình", "title": "Công chức một cửa", "unit": "Bộ phận Một cửa"});
    assert_eq!(timeline["items"][0]["officer"], officer);
}

/// The dispatch asks about both: processed in time, but closed late.
#[actix_web::test]
async fn closing_is_late_when_it_is_recorded_late() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-10T08:00:00+07:00")).await;
    root.record(&code, &completed("2022-02-15T09:00:00+07:00")).await;
    app.now("2022-02-17T09:00:00+07:00");
    root.record(&code, &returned("2022-02-15T09:30:00+07:00")).await;
    let dossier = root.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    assert_eq!(dossier["deadline"]["due_on"], "2022-02-15");
    assert_eq!(dossier["timing"]["state"], "on_time");
    assert_eq!((&dossier["closing"]["state"], &dossier["closing"]["days_late"]), (&json!("late"), &json!(2)));
}

#[actix_web::test]
async fn a_forbidden_event_says_what_is_allowed() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let path = format!("/v1/dossiers/{code}/events");
    let problem =
        root.post(&path, &returned("2022-02-15T09:00:00+07:00")).await.problem(409, "event_not_allowed");
    assert_eq!(problem["state"], "received");
    let allowed = problem["allowed"].as_array().unwrap();
    assert!(allowed.contains(&json!("completed")) && !allowed.contains(&json!("returned")), "{problem}");
    root.record(&code, &completed("2022-02-15T09:00:00+07:00")).await;
    root.post(&path, &forwarded("2022-02-15T09:30:00+07:00")).await.problem(409, "event_not_allowed");
    root.post(&path, &completed("2022-02-15T09:30:00+07:00")).await.problem(409, "event_not_allowed");
    root.record(&code, &returned("2022-02-15T09:30:00+07:00")).await;
    root.post(&path, &returned("2022-02-15T09:40:00+07:00")).await.problem(409, "event_not_allowed");
    assert_eq!(app.count("SELECT count(*) FROM dossier_events").await, 3);
}

#[actix_web::test]
async fn a_note_may_speak_of_the_past_and_binds_nothing() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-14T08:00:00+07:00")).await;
    let path = format!("/v1/dossiers/{code}/events");
    root.record(&code, &forwarded("2022-02-15T08:00:00+07:00")).await;
    let note = root
        .record(&code, &event("noted", "2022-02-14T15:00:00+07:00", json!({"note": "Đã gọi điện"})))
        .await;
    assert_eq!(note["backdated"], json!(true));
    let before = event("noted", "2022-02-14T07:59:00+07:00", json!({"note": "x"}));
    root.post(&path, &before).await.problem(409, "event_out_of_order");
    let dossier = root.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    assert_eq!(dossier["last_event_at"], "2022-02-15T08:00:00+07:00", "the note does not move it back");
    let ahead = json!({"note": "đồng hồ nhanh"});
    root.record(&code, &event("noted", "2022-02-15T10:04:00+07:00", ahead)).await;
    root.record(&code, &forwarded("2022-02-15T10:00:00+07:00")).await; // a note binds no step
}

#[actix_web::test]
async fn replayed_events_keep_when_they_were_first_recorded() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-01-10T08:00:00+07:00")).await;
    let replayed = json!({
        "origin": "import", "source_recorded_at": "2022-01-10T10:00:00+07:00", "to_agency": "H51.29.05"
    });
    let shown = root.record(&code, &event("forwarded", "2022-01-10T09:00:00+07:00", replayed)).await;
    assert_eq!(shown["origin"], "import");
    assert_eq!(shown["source_recorded_at"], "2022-01-10T10:00:00+07:00");
    assert_eq!(shown["recorded_at"], "2022-02-15T10:00:00+07:00", "when we learned of it");
}

#[actix_web::test]
async fn bad_events_name_the_field_and_store_nothing() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let now = "2022-02-15T09:00:00+07:00";
    for (body, rule, pointer) in [
        (event("registered", now, json!({})), "invalid_value", "/kind"),
        (event("vanished", now, json!({})), "invalid_value", "/kind"),
        (event("forwarded", now, json!({})), "missing_field", "/to_agency"),
        (event("forwarded", now, json!({"to_agency": "H77"})), "unknown_agency", "/to_agency"),
        (event("forwarded", now, json!({"to_agency": "H51.29.99"})), "agency_not_in_force", "/to_agency"),
        (event("noted", now, json!({})), "missing_field", "/note"),
        (event("noted", now, json!({"note": "x", "to_agency": "H51.29.05"})), "unknown_field", "/to_agency"),
        (event("completed", now, json!({})), "missing_field", "/result"),
        (
            event("completed", now, json!({"result": {"outcome": "maybe"}})),
            "invalid_value",
            "/result/outcome",
        ),
        (event("returned", now, json!({"result": {"outcome": "granted"}})), "unknown_field", "/result"),
        (completed("2022-02-15T10:05:01+07:00"), "in_the_future", "/occurred_at"),
        (event("noted", now, json!({"note": "x", "origin": "national"})), "invalid_value", "/origin"),
        (
            event("noted", now, json!({"note": "x", "source_recorded_at": now})),
            "invalid_value",
            "/source_recorded_at",
        ),
        (event("noted", now, json!({"note": "x".repeat(2_001)})), "invalid_value", "/note"),
    ] {
        root.post(&format!("/v1/dossiers/{code}/events"), &body).await.problem_at(422, rule, pointer);
    }
    assert_eq!(app.count("SELECT count(*) FROM dossier_events").await, 1);
    assert_eq!(app.count("SELECT version::int8 FROM dossiers").await, 1);
    root.post("/v1/dossiers/nonsense/events", &completed(now)).await.problem(404, "not_found");
}

#[actix_web::test]
async fn concurrent_events_on_one_dossier_serialise_and_none_is_lost() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let notes =
        (0..32).map(|n| event("noted", "2022-02-15T09:00:00+07:00", json!({"note": format!("số {n}")})));
    let notes: Vec<Value> = notes.collect();
    let recorded = futures_util::future::join_all(notes.iter().map(|note| root.record(&code, note))).await;
    let mut seqs: Vec<i64> = recorded.iter().map(|e| e["seq"].as_i64().unwrap()).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (2..=33).collect::<Vec<_>>());
    assert_eq!(app.count("SELECT version::int8 FROM dossiers").await, 33);
    assert_eq!(app.count("SELECT count(*) FROM dossier_event_notes").await, 32);

    // Read while it is written to, the dossier and its events are of one moment.
    let write = async {
        for n in 0..10 {
            root.record(&code, &event("noted", "2022-02-15T09:00:00+07:00", json!({"note": n.to_string()})))
                .await;
        }
    };
    let read = async {
        for _ in 0..20 {
            let seen = root.get(&format!("/v1/dossiers/{code}?include=events")).await.expect(200);
            assert_eq!(
                seen["events"].as_array().unwrap().len(),
                usize::try_from(seen["version"].as_i64().unwrap()).unwrap()
            );
        }
    };
    futures_util::future::join(write, read).await;

    // Two end it at once: one does, the other is told what is allowed now.
    let path = format!("/v1/dossiers/{code}/events");
    let end = completed("2022-02-15T09:30:00+07:00");
    let ends = futures_util::future::join_all((0..2).map(|_| root.post(&path, &end))).await;
    let mut statuses: Vec<u16> = ends.iter().map(|e| e.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[actix_web::test]
async fn each_write_leaves_one_audit_row_without_personal_data() {
    let app = TestApp::start();
    let root = app.root().await;
    let before = app.count("SELECT count(*) FROM audit_log").await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    root.record(&code, &forwarded("2022-02-15T09:00:00+07:00")).await;
    let client = crate::harness::connect(&app.db.url).await;
    let rows = client
        .query("SELECT action, subject, actor, request_id, details::text FROM audit_log ORDER BY id", &[])
        .await
        .unwrap();
    let rows = &rows[usize::try_from(before).unwrap()..];
    let actions: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(actions, ["dossier.received", "dossier.forwarded"]);
    for row in rows {
        assert_eq!(row.get::<_, &str>(1), format!("dossier:{code}"));
        assert!(row.get::<_, &str>(2).starts_with("key:"));
        assert_eq!(row.get::<_, &str>(3).len(), 36);
        assert!(!row.get::<_, &str>(4).contains("Văn"), "names of officers are personal data too");
    }
}
