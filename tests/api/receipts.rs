//! Receiving dossiers: their shape, their date, their code, and what is refused.

use crate::harness::{TestApp, receipt};
use congkhai::domain::ids::DossierCode;
use serde_json::{Value, json};

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[actix_web::test]
async fn a_received_dossier_has_the_shape_of_the_contract() {
    let app = TestApp::start();
    let district = app.district().await;
    let answer = district.post("/v1/dossiers", &receipt("2022-02-15T01:00:00Z")).await;
    let received = answer.expect(201);
    assert_eq!(answer.header("location"), "/v1/dossiers/H51.29-220215-0001");
    assert_eq!(
        received,
        json!({
            "code": "H51.29-220215-0001",
            "procedure": {
                "code": "1.004873", "version": 1, "name": "Cấp Giấy xác nhận tình trạng hôn nhân", "field": "ho-tich",
                "case": null
            },
            "channel": "in_person", "receiving_agency": "H51.29", "competent_agency": "H51.29.05",
            "applicant": {
                "kind": "individual", "name": "N*** V*** A***", "id_number": null, "phone": null, "email": null,
                "address": null
            },
            "summary": null, "status": "received", "national_status": 2, "clock": "running",
            "submitted_at": null, "received_at": "2022-02-15T08:00:00+07:00", "ended_at": null, "returned_at": null,
            "appointed_at": null, "reappointed_on": null, "apologies": 0, "apology_late": false,
            "deadline": {
                "unit": "working_days", "amount": "3", "due_on": "2022-02-18", "due_at": "2022-02-18T17:00:00+07:00",
                "overdue_from": "2022-02-19T00:00:00+07:00", "restarted_on": null,
                "provisional": false, "calendar_missing": null
            },
            "timing": {"state": "in_time", "days_left": 3, "days_late": 0},
            "closing": {"state": "open", "closed_at": null, "recorded_at": null, "days_late": 0},
            "holder": {
                "agency": "H51.29", "unit": "Bộ phận Một cửa", "officer": "Trần Thị Bình",
                "since": "2022-02-15T08:00:00+07:00", "step_due_at": null
            },
            "last_event_at": "2022-02-15T08:00:00+07:00", "last_recorded_at": "2022-02-15T10:00:00+07:00", "version": 1
        })
    );
    assert_eq!(district.get("/v1/dossiers/H51.29-220215-0001").await.expect(200), received, "as read back");
    let list = district.get("/v1/dossiers").await.expect(200);
    assert_eq!(list, json!({"items": [received], "next_cursor": null}), "as listed");
}

#[actix_web::test]
async fn the_case_and_channel_choose_the_limit() {
    let app = TestApp::start();
    let root = app.root().await;
    for (body, due_on) in [
        (with(receipt("2022-02-15T08:00:00+07:00"), "case", json!("xac-minh")), json!("2022-02-25")),
        (
            with(receipt("2022-02-19T08:00:00+07:00"), "received_at", json!("2022-02-12T08:00:00+07:00")),
            json!("2022-02-17"),
        ),
        (receipt("2022-01-28T08:00:00+07:00"), json!("2022-02-09")),
    ] {
        assert_eq!(
            root.post("/v1/dossiers", &body).await.expect(201)["deadline"]["due_on"],
            due_on,
            "{body}"
        );
    }
    let commune = |procedure: &str, received: &str| {
        let body = with(receipt(received), "procedure", json!(procedure));
        with(with(body, "competent_agency", json!("H51.29.18")), "receiving_agency", json!("H51.29.18"))
    };
    let due = async |body: Value| root.post("/v1/dossiers", &body).await.expect(201)["deadline"].clone();
    assert_eq!(due(commune("1.001193", "2022-02-14T15:00:00+07:00")).await["due_on"], "2022-02-14");
    assert_eq!(due(commune("1.001193", "2022-02-14T15:01:00+07:00")).await["due_on"], "2022-02-15");
    assert_eq!(due(commune("2.001263", "2022-02-15T08:00:00+07:00")).await["due_on"], "2022-03-17");
    let none = due(commune("1.012812", "2022-02-15T08:00:00+07:00")).await;
    assert_eq!((&none["due_on"], &none["provisional"]), (&json!(null), &json!(false)));
}

#[actix_web::test]
async fn a_missing_calendar_year_never_refuses_a_receipt() {
    let app = TestApp::start();
    app.now("2026-12-30T10:00:00+07:00");
    let root = app.root().await;
    let received = root.post("/v1/dossiers", &receipt("2026-12-30T08:00:00+07:00")).await.expect(201);
    assert_eq!(received["deadline"]["due_on"], json!(null));
    assert_eq!(received["deadline"]["provisional"], json!(true));
    assert_eq!(received["deadline"]["calendar_missing"], json!(2027));
    assert_eq!(received["timing"], json!({"state": "no_deadline", "days_left": null, "days_late": null}));
}

#[actix_web::test]
async fn codes_count_per_agency_and_day_and_skip_given_ones() {
    let app = TestApp::start();
    let root = app.root().await;
    let at = |day: &str| receipt(&format!("{day}T08:00:00+07:00"));
    let given = |code: &str| with(at("2022-02-15"), "code", json!(code));
    assert_eq!(root.receive(&at("2022-02-15")).await, "H51.29-220215-0001");
    assert_eq!(root.receive(&given("H51.29-220215-0002")).await, "H51.29-220215-0002");
    assert_eq!(root.receive(&given("H51.29-220215-0003")).await, "H51.29-220215-0003");
    assert_eq!(root.receive(&at("2022-02-15")).await, "H51.29-220215-0004", "given numbers are skipped");
    assert_eq!(root.receive(&at("2022-02-14")).await, "H51.29-220214-0001", "by the day of receipt");
    assert_eq!(
        root.receive(&receipt("2022-02-13T18:00:00Z")).await,
        "H51.29-220214-0002",
        "by the local day"
    );
    assert_eq!(
        root.receive(&given("000.05.29.H51-220215-0001")).await,
        "000.05.29.H51-220215-0001",
        "old order"
    );

    app.db.sql("UPDATE dossier_counters SET last_number = 9999 WHERE day = '2022-02-15'");
    assert_eq!(root.receive(&at("2022-02-15")).await, "H51.29-220215-10000");

    let again = root.post("/v1/dossiers", &given("H51.29-220215-0002")).await.problem(409, "duplicate_code");
    assert_eq!(again["pointer"], "/code");
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, 8);
}

#[actix_web::test]
async fn a_refused_receipt_leaves_no_number() {
    let app = TestApp::start();
    let root = app.root().await;
    let bad = with(receipt("2022-02-15T08:00:00+07:00"), "competent_agency", json!("H51.12"));
    root.post("/v1/dossiers", &bad).await.problem_at(422, "agency_not_competent", "/competent_agency");
    assert_eq!(root.receive(&receipt("2022-02-15T08:00:00+07:00")).await, "H51.29-220215-0001");
}

#[actix_web::test]
async fn concurrent_receipts_get_codes_without_gaps_or_twins() {
    let app = TestApp::start();
    let root = app.root().await;
    let body = receipt("2022-02-15T08:00:00+07:00");
    let receipts = (0..64).map(|_| root.receive(&body));
    let mut codes = futures_util::future::join_all(receipts).await;
    codes.sort();
    let expected: Vec<String> = (1..=64).map(|n| format!("H51.29-220215-{n:04}")).collect();
    assert_eq!(codes, expected);
}

#[actix_web::test]
async fn bad_receipts_name_the_field_and_store_nothing() {
    let app = TestApp::start();
    let root = app.root().await;
    let good = || receipt("2022-02-15T08:00:00+07:00");
    let applicant = |field: &str, value: Value| {
        let mut body = good();
        body["applicant"][field] = value;
        body
    };
    for (body, code, pointer) in [
        (with(good(), "procedure", json!("9.999999")), "unknown_procedure", "/procedure"),
        (with(good(), "procedure", json!("khai sinh")), "invalid_value", "/procedure"),
        (
            with(good(), "received_at", json!("2020-12-31T08:00:00+07:00")),
            "procedure_not_in_force",
            "/procedure",
        ),
        (with(good(), "case", json!("khac")), "unknown_case", "/case"),
        (with(good(), "receiving_agency", json!("H99")), "unknown_agency", "/receiving_agency"),
        (with(good(), "receiving_agency", json!("H51.29.99")), "agency_not_in_force", "/receiving_agency"),
        (with(good(), "competent_agency", json!("H51.12")), "agency_not_competent", "/competent_agency"),
        (with(good(), "received_at", json!("2022-02-15T10:05:01+07:00")), "in_the_future", "/received_at"),
        (with(good(), "received_at", json!("2022-02-15T08:00:00")), "invalid_value", "/received_at"),
        (with(good(), "received_at", json!(1_644_886_800)), "wrong_type", "/received_at"),
        (with(good(), "submitted_at", json!("2022-02-15T09:00:00+07:00")), "invalid_value", "/submitted_at"),
        (with(good(), "code", json!("H51.29-220215-1")), "invalid_value", "/code"),
        (with(good(), "channel", json!("pigeon")), "invalid_value", "/channel"),
        (with(good(), "recieved_at", json!(null)), "unknown_field", "/recieved_at"),
        (applicant("name", json!("  ")), "invalid_value", "/applicant/name"),
        (applicant("name", json!("a\u{0}b")), "invalid_value", "/applicant/name"),
        (applicant("phone", json!("9".repeat(51))), "invalid_value", "/applicant/phone"),
        (applicant("age", json!(7)), "unknown_field", "/applicant/age"),
    ] {
        root.post("/v1/dossiers", &body).await.problem_at(422, code, pointer);
    }
    let mut several = with(good(), "procedure", json!("x"));
    several["applicant"]["name"] = json!("");
    several["receiving_agency"] = json!("y");
    let problem = root.post("/v1/dossiers", &several).await.expect(422);
    assert_eq!(problem["errors"].as_array().unwrap().len(), 3, "all at once: {problem}");
    for table in ["dossiers", "dossier_events", "dossier_persons", "dossier_counters"] {
        assert_eq!(app.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    // Five minutes ahead is still now.
    root.receive(&with(good(), "received_at", json!("2022-02-15T10:05:00+07:00"))).await;
}

/// The statement that stores a receipt writes the code as the rule does, also when the number outgrows four digits.
#[actix_web::test]
async fn the_running_number_is_written_as_the_rule_says() {
    let app = TestApp::start();
    let root = app.root().await;
    let body = receipt("2022-02-15T08:00:00+07:00");
    let day = "2022-02-15".parse().unwrap();
    root.receive(&body).await;
    for number in [1, 9, 99, 998, 9_998, 9_999, 12_344] {
        app.db.sql(&format!("UPDATE dossier_counters SET last_number = {number}"));
        assert_eq!(root.receive(&body).await, DossierCode::generated("H51.29", day, number + 1));
    }
}
