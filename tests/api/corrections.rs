//! Corrections: what a record should have said. Nothing is deleted, and the state follows.

use crate::harness::{Client, TestApp, at, event, receipt};
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

/// Received on a Tuesday morning, three working days: due on Friday 2022-02-18.
const RECEIVED: &str = "2022-02-15T08:00:00+07:00";

async fn dossier(caller: &Client, code: &str) -> Value {
    caller.get(&format!("/v1/dossiers/{code}?include=events,delays")).await.expect(200)
}

fn handed_to(agency: &str) -> Value {
    json!({"to_agency": agency, "to_unit": "Bộ phận chuyên môn"})
}

/// A correction of an event, recorded on the 22nd.
fn corrected(event_id: &Value, more: Value) -> Value {
    let mut body = event("corrected", &at("02-22T09:00"), more);
    (body["event"], body["reason"]) = (event_id.clone(), json!("Ghi nhầm"));
    body
}

/// A dossier that was decided in time, on the 17th, at another hour than it was recorded with.
async fn lived(app: &TestApp, caller: &Client) -> (String, Vec<Value>) {
    app.now(RECEIVED);
    let code = caller.receive(&receipt(RECEIVED)).await;
    app.happens(caller, &code, "forwarded", "02-16T09:00", handed_to("H51.29.05")).await;
    let decided = json!({"result": {"outcome": "granted"}, "public_note": "Nguyễn Văn An đã được cấp"});
    app.happens(caller, &code, "completed", "02-17T09:00", decided).await;
    app.now(&at("02-22T09:00"));
    let events = dossier(caller, &code).await["events"].as_array().unwrap().clone();
    (code, events)
}

#[actix_web::test]
async fn a_correction_needs_admin_and_a_reason_and_keeps_the_record() {
    let app = TestApp::start();
    let (admin, clerk) =
        (app.district().await, app.caller(&[Scope::DossiersRead, Scope::DossiersWrite], &["H51.29"]).await);
    let (code, events) = lived(&app, &admin).await;
    let path = format!("/v1/dossiers/{code}/events");
    let later = corrected(&events[2]["id"], json!({"happened_at": at("02-21T09:00")}));
    clerk.post(&path, &later).await.problem(403, "insufficient_scope");
    assert_eq!(dossier(&admin, &code).await["timing"]["state"], "early");

    let recorded = admin.record(&code, &later).await;
    for (field, value) in [
        ("seq", json!(4)),
        ("corrects", events[2]["id"].clone()),
        ("reason", json!("Ghi nhầm")),
        ("happened_at", json!(at("02-21T09:00"))),
        ("voided", json!(null)),
        ("backdated", json!(false)),
        ("status_before", json!("completed")),
        ("status_after", json!("completed")),
    ] {
        assert_eq!(recorded[field], value, "{field}");
    }
    let shown = dossier(&admin, &code).await;
    assert_eq!((&shown["ended_at"], &shown["timing"]["state"]), (&json!(at("02-21T09:00")), &json!("late")));
    assert_eq!((&shown["version"], &shown["last_event_at"]), (&json!(4), &json!(at("02-21T09:00"))));
    let kept = &shown["events"][2];
    assert_eq!((&kept["occurred_at"], &kept["corrected_by"]), (&json!(at("02-17T09:00")), &recorded["id"]));
    let mut first = events[2].clone();
    first["corrected_by"] = recorded["id"].clone();
    assert_eq!(kept, &first, "the record is what it was");
    let steps = shown["delays"]["steps"].as_array().unwrap();
    assert_eq!(steps[1]["to"], json!(at("02-21T09:00")));
    assert_eq!(steps[1]["days_late"], json!(1));
    let public = app.nobody().get(&format!("/v1/public/dossiers/{code}")).await.expect(200);
    let told = public["timeline"].as_array().unwrap();
    assert_eq!((told.len(), &told[2]["occurred_at"]), (3, &json!(at("02-21T09:00"))));
    let audited = "SELECT count(*) FROM audit_log WHERE action = 'dossier.corrected' AND details->>'corrects' IS NOT NULL";
    assert_eq!(app.count(audited).await, 1);
}

#[actix_web::test]
async fn what_did_not_happen_is_voided_and_may_have_happened_after_all() {
    let app = TestApp::start();
    let caller = app.district().await;
    let (code, events) = lived(&app, &caller).await;
    let ended = dossier(&caller, &code).await;
    let undone = caller.record(&code, &corrected(&events[2]["id"], json!({"voided": true}))).await;
    assert_eq!(
        (&undone["status_before"], &undone["status_after"]),
        (&json!("completed"), &json!("processing"))
    );
    let open = dossier(&caller, &code).await;
    assert_eq!((&open["ended_at"], &open["clock"]), (&json!(null), &json!("running")));
    assert_eq!((&open["timing"]["state"], &open["timing"]["days_late"]), (&json!("overdue"), &json!(2)));
    assert_eq!(open["events"].as_array().unwrap().len(), 4, "nothing is deleted");
    let public = app.nobody().get(&format!("/v1/public/dossiers/{code}")).await.expect(200);
    assert_eq!(public["timeline"].as_array().unwrap().len(), 2, "it did not happen");
    caller.record(&code, &corrected(&events[2]["id"], json!({"voided": false}))).await;
    let again = dossier(&caller, &code).await;
    for field in ["status", "ended_at", "timing", "deadline", "holder", "last_event_at", "delays"] {
        assert_eq!(again[field], ended[field], "{field}");
    }
    // A step that others rest on cannot be taken away under them.
    app.now(&at("02-22T09:00"));
    caller.record(&code, &event("returned", &at("02-22T09:00"), json!({}))).await;
    let path = format!("/v1/dossiers/{code}/events");
    let problem = caller.post(&path, &corrected(&events[2]["id"], json!({"voided": true}))).await;
    let problem = problem.problem(409, "event_out_of_order");
    assert_eq!((&problem["seq"], &problem["kind"]), (&json!(6), &json!("returned")));
}

#[actix_web::test]
async fn each_field_of_the_event_can_be_corrected_and_no_other() {
    let app = TestApp::start();
    let caller = app.district().await;
    let (code, events) = lived(&app, &caller).await;
    let path = format!("/v1/dossiers/{code}/events");
    let forwarded = &events[1]["id"];
    let elsewhere =
        json!({"to_agency": "H51.29.18", "to_officer": "Lê Thị Cúc", "step_due_at": at("02-18T10:00")});
    caller.record(&code, &corrected(forwarded, elsewhere)).await;
    let shown = dossier(&caller, &code).await;
    assert_eq!(
        (&shown["holder"]["agency"], &shown["holder"]["officer"]),
        (&json!("H51.29.18"), &json!("Lê Thị Cúc"))
    );
    assert_eq!(shown["holder"]["unit"], "Bộ phận chuyên môn", "what is not given stays");
    // A note for the public that names a person is replaced there.
    let note = json!({"public_note": "Đã có kết quả"});
    caller.record(&code, &corrected(&events[2]["id"], note)).await;
    let public = app.nobody().get(&format!("/v1/public/dossiers/{code}")).await;
    assert!(
        public.text().contains("Đã có kết quả") && !public.text().contains("Nguyễn Văn An"),
        "{}",
        public.text()
    );
    // The receipt, with what binds the dossier: the limit counts from the day before.
    caller.record(&code, &corrected(&events[0]["id"], json!({"happened_at": at("02-14T08:00")}))).await;
    let shown = dossier(&caller, &code).await;
    assert_eq!(
        (&shown["received_at"], &shown["deadline"]["due_on"]),
        (&json!(at("02-14T08:00")), &json!("2022-02-17"))
    );
    assert_eq!(shown["code"], json!(code), "the code stays");

    let stored = app.count("SELECT count(*) FROM dossier_events").await;
    let unknown = json!("01a20a55-16e3-7315-aae3-fbf0a2210d1e");
    let correction = &shown["events"][3]["id"];
    for (body, rule, pointer) in [
        (corrected(&json!(null), json!({"voided": true})), "missing_field", "/event"),
        (corrected(&json!("x"), json!({"voided": true})), "invalid_value", "/event"),
        (corrected(&unknown, json!({"voided": true})), "invalid_value", "/event"),
        (corrected(correction, json!({"voided": true})), "invalid_value", "/event"),
        (corrected(forwarded, json!({})), "missing_field", "/happened_at"),
        (corrected(forwarded, json!({"result": {"outcome": "rejected"}})), "unknown_field", "/result"),
        (corrected(forwarded, json!({"to_agency": "H77"})), "unknown_agency", "/to_agency"),
        (corrected(forwarded, json!({"happened_at": at("02-22T09:06")})), "in_the_future", "/happened_at"),
        (corrected(&events[0]["id"], json!({"voided": true})), "invalid_value", "/voided"),
        (
            corrected(&events[0]["id"], json!({"happened_at": "2020-12-31T08:00:00+07:00"})),
            "procedure_not_in_force",
            "/happened_at",
        ),
        (
            event("noted", &at("02-22T09:00"), json!({"note": "x", "event": forwarded})),
            "unknown_field",
            "/event",
        ),
        (
            event("noted", &at("02-22T09:00"), json!({"note": "x", "voided": true})),
            "unknown_field",
            "/voided",
        ),
    ] {
        caller.post(&path, &body).await.problem_at(422, rule, pointer);
    }
    let mut silent = corrected(forwarded, json!({"voided": true}));
    silent["reason"] = json!(" ");
    caller.post(&path, &silent).await.problem_at(422, "missing_field", "/reason");
    let late = corrected(&events[0]["id"], json!({"happened_at": at("02-16T10:00")}));
    let problem = caller.post(&path, &late).await.problem(409, "event_out_of_order");
    assert_eq!(problem["seq"], json!(2), "what follows would come first");
    assert_eq!(app.count("SELECT count(*) FROM dossier_events").await, stored);
}

/// The day is judged by the request that is corrected, not by the day of the correction.
#[actix_web::test]
async fn the_day_through_which_one_may_answer_can_be_corrected() {
    let app = TestApp::start();
    let caller = app.district().await;
    app.now(RECEIVED);
    let code = caller.receive(&receipt(RECEIVED)).await;
    let asked = json!({"items": ["Bản sao"], "answer_by": "2022-03-15"});
    let asked = app.happens(&caller, &code, "supplement_requested", "02-16T09:00", asked).await;
    app.now(&at("02-22T09:00"));
    let path = format!("/v1/dossiers/{code}/events");
    let early = corrected(&asked["id"], json!({"answer_by": "2022-02-15"}));
    caller.post(&path, &early).await.problem_at(422, "invalid_value", "/answer_by");
    caller.record(&code, &corrected(&asked["id"], json!({"answer_by": "2022-02-21"}))).await;
    let unanswered = caller.get("/v1/unanswered").await.expect(200)["items"][0].clone();
    assert_eq!((&unanswered["code"], &unanswered["answer_by"]), (&json!(code), &json!("2022-02-21")));
}

/// A correction of the very receipt of a registered dossier takes back what bound it.
#[actix_web::test]
async fn a_receipt_that_did_not_happen_leaves_the_dossier_registered() {
    let app = TestApp::start();
    let caller = app.district().await;
    let mut submission = receipt("");
    (submission["received_at"], submission["submitted_at"]) = (json!(null), json!(at("02-14T20:00")));
    app.now(RECEIVED);
    let code = caller.receive(&submission).await;
    let slip = json!({"appointed_at": at("02-18T16:00")});
    let received = app.happens(&caller, &code, "received", "02-15T08:00", slip).await;
    app.now(&at("02-22T09:00"));
    caller.record(&code, &corrected(&received["id"], json!({"voided": true}))).await;
    let shown = dossier(&caller, &code).await;
    assert_eq!((&shown["status"], &shown["received_at"]), (&json!("registered"), &json!(null)));
    assert_eq!((&shown["deadline"]["due_on"], &shown["appointed_at"]), (&json!(null), &json!(null)));
    assert_eq!(shown["timing"]["state"], "no_deadline");
    caller.record(&code, &event("refused", &at("02-22T09:00"), json!({"ground": "Không đủ giấy tờ"}))).await;
    assert_eq!(dossier(&caller, &code).await["status"], "refused");
}
