//! Dossiers that were submitted and wait to be received, or refused.

use crate::harness::{Client, TestApp, at, event, receipt};
use serde_json::{Value, json};

/// Submitted online on a Monday evening.
const SUBMITTED: &str = "2022-02-14T20:00:00+07:00";

fn submission() -> Value {
    let mut body = receipt("");
    (body["received_at"], body["officer"]) = (json!(null), json!(null));
    (body["submitted_at"], body["channel"]) = (json!(SUBMITTED), json!("online"));
    body
}

async fn dossier(caller: &Client, code: &str) -> Value {
    caller.get(&format!("/v1/dossiers/{code}?include=events,delays")).await.expect(200)
}

#[actix_web::test]
async fn a_dossier_that_was_submitted_waits_to_be_received() {
    let app = TestApp::start();
    let caller = app.district().await;
    let shown = caller.post("/v1/dossiers", &submission()).await.expect(201);
    assert_eq!(shown["code"], "H51.29-220214-0001", "of the day of its submission");
    for (field, value) in [
        ("status", json!("registered")),
        ("national_status", json!(1)),
        ("received_at", json!(null)),
        ("submitted_at", json!(SUBMITTED)),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    assert_eq!(shown["deadline"]["due_on"], json!(null), "nobody has to handle it yet");
    assert_eq!(
        (&shown["timing"]["state"], &shown["deadline"]["provisional"]),
        (&json!("no_deadline"), &json!(true))
    );
    let code = shown["code"].as_str().unwrap();

    for (kind, more) in [
        ("forwarded", json!({"to_agency": "H51.29.05"})),
        ("apologised", json!({"reason": "x", "new_due_on": "2022-03-01"})),
        ("extended", json!({"ground": "x", "new_due_on": "2022-03-01"})),
        ("completed", json!({"result": {"outcome": "granted"}})),
    ] {
        let path = format!("/v1/dossiers/{code}/events");
        let problem = caller.post(&path, &event(kind, &at("02-15T09:00"), more)).await;
        let problem = problem.problem(409, "event_not_allowed");
        assert_eq!(problem["state"], "registered");
        let allowed = ["received", "refused", "noted", "supplement_requested", "withdrawn", "corrected"];
        assert_eq!(problem["allowed"], json!(allowed), "{kind}");
    }
    let slip = json!({"appointed_at": "2022-02-18T16:00:00+07:00", "officer": {"name": "Trần Thị Bình", "unit": "Bộ phận Một cửa"}});
    let received = app.happens(&caller, code, "received", "02-15T08:00", slip).await;
    assert_eq!((&received["due_on_before"], &received["due_on_after"]), (&json!(null), &json!("2022-02-18")));
    let shown = dossier(&caller, code).await;
    assert_eq!(
        (&shown["status"], &shown["received_at"]),
        (&json!("received"), &json!("2022-02-15T08:00:00+07:00"))
    );
    assert_eq!(shown["appointed_at"], "2022-02-18T16:00:00+07:00");
    assert_eq!(
        (&shown["holder"]["officer"], &shown["holder"]["since"]),
        (&json!("Trần Thị Bình"), &shown["received_at"])
    );
    assert_eq!(shown["delays"]["steps"].as_array().unwrap().len(), 1, "it was nobody's before");
    let kinds: Vec<&Value> = shown["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["registered", "received"]);

    let public = app.nobody().get(&format!("/v1/public/dossiers/{code}")).await.expect(200);
    assert_eq!(public["timeline"][0]["vi"], "Đăng ký hồ sơ");
    let again = event("received", &at("02-15T08:04"), json!({}));
    caller.post(&format!("/v1/dossiers/{code}/events"), &again).await.problem(409, "event_not_allowed");
}

#[actix_web::test]
async fn lists_have_it_by_when_it_was_submitted_and_filters_by_receipt_do_not() {
    let app = TestApp::start();
    let caller = app.district().await;
    let waiting = caller.receive(&submission()).await;
    let earlier = caller.receive(&receipt("2022-02-14T08:00:00+07:00")).await;
    let later = caller.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let codes = async |query: &str| {
        let list = caller.get(&format!("/v1/dossiers?{query}")).await.expect(200);
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|d| d["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(codes("").await, [&later, &waiting, &earlier].map(String::as_str));
    assert_eq!(codes("received_from=2022-02-14").await, [&later, &earlier].map(String::as_str));
    assert_eq!(codes("status=registered").await, [waiting.as_str()]);
    assert_eq!(codes("timing=no_deadline").await, [waiting.as_str()]);
}

/// NĐ 61/2018 Art. 17(2).
#[actix_web::test]
async fn it_is_refused_with_a_ground_or_supplemented_before_its_receipt() {
    let app = TestApp::start();
    let caller = app.district().await;
    let refused = caller.receive(&submission()).await;
    let ground = json!({"ground": "Không thuộc thẩm quyền", "public_note": "Nộp tại xã nơi cư trú"});
    let recorded = app.happens(&caller, &refused, "refused", "02-15T09:00", ground).await;
    assert_eq!(
        (&recorded["status_after"], &recorded["ground"]),
        (&json!("refused"), &json!("Không thuộc thẩm quyền"))
    );
    let shown = dossier(&caller, &refused).await;
    assert_eq!((&shown["national_status"], &shown["ended_at"]), (&json!(3), &json!(at("02-15T09:00"))));
    assert_eq!(
        (&shown["timing"]["state"], &shown["closing"]["state"]),
        (&json!("no_deadline"), &json!("in_time"))
    );
    let ground = json!({"ground": "Từ chối nhầm"});
    assert_eq!(
        app.happens(&caller, &refused, "reopened", "02-15T10:00", ground).await["status_after"],
        "registered"
    );
    assert_eq!(dossier(&caller, &refused).await["ended_at"], json!(null));

    let lacking = caller.receive(&submission()).await;
    let asked = app.happens(&caller, &lacking, "supplement_requested", "02-15T11:00", json!({})).await;
    assert_eq!(asked["stage"], "intake");
    let waits = dossier(&caller, &lacking).await;
    assert_eq!(
        (&waits["clock"], &waits["timing"]["state"]),
        (&json!("running"), &json!("no_deadline")),
        "no clock to stop"
    );
    let answered = app.happens(&caller, &lacking, "supplement_received", "02-16T11:00", json!({})).await;
    assert_eq!(answered["status_after"], "registered");
    app.happens(&caller, &lacking, "received", "02-16T14:00", json!({})).await;
    let explained = caller.get(&format!("/v1/dossiers/{lacking}/deadline")).await.expect(200);
    assert_eq!(
        (&explained["due_on"], &explained["started_at"]),
        (&json!("2022-02-21"), &json!(at("02-16T14:00")))
    );

    let withdrawn = caller.receive(&submission()).await;
    app.happens(&caller, &withdrawn, "withdrawn", "02-17T08:00", json!({})).await;
    assert_eq!(dossier(&caller, &withdrawn).await["status"], "withdrawn");
    assert_eq!(app.count("SELECT count(*) FROM dossiers WHERE received_at IS NULL").await, 2);
}

/// What is in force on the day of receipt binds it, not what was on the day of submission.
#[actix_web::test]
async fn the_day_of_receipt_binds_it() {
    let app = TestApp::start();
    let (root, caller) = (app.root().await, app.district().await);
    let code = caller.receive(&submission()).await;
    let shorter = json!({
        "name": "Cấp Giấy xác nhận tình trạng hôn nhân", "field": "ho-tich", "field_name": "Hộ tịch",
        "levels": ["district", "commune"], "effective_from": "2022-02-15", "sample": true,
        "limits": [{"limit": {"unit": "working_days", "amount": "1", "cutoff": null, "starts": "received"}}],
    });
    root.publish("1.004873", &shorter).await;
    let shift =
        json!({"agency": "H51.29", "valid_from": "2022-02-15", "law": "Quy chế", "granularity": "minute"});
    caller.put("/v1/policies/phut", &shift, None).await.expect(201);
    assert_eq!(dossier(&caller, &code).await["procedure"]["version"], 1);
    app.happens(&caller, &code, "received", "02-15T08:00", json!({})).await;
    let shown = dossier(&caller, &code).await;
    assert_eq!(
        (&shown["procedure"]["version"], &shown["deadline"]["due_on"]),
        (&json!(2), &json!("2022-02-16"))
    );
    assert_eq!(shown["deadline"]["overdue_from"], "2022-02-16T17:00:00+07:00", "the policy too");
}

#[actix_web::test]
async fn what_does_not_fit_is_refused() {
    let app = TestApp::start();
    let caller = app.district().await;
    let with = |field: &str, value: Value| {
        let mut body = submission();
        body[field] = value;
        body
    };
    for (body, rule, pointer) in [
        (with("submitted_at", json!(null)), "missing_field", "/received_at"),
        (with("submitted_at", json!("2022-02-15T10:05:01+07:00")), "in_the_future", "/submitted_at"),
        (with("submitted_at", json!("2020-12-31T08:00:00+07:00")), "procedure_not_in_force", "/procedure"),
        (with("received_at", json!("2022-02-14T19:59:00+07:00")), "invalid_value", "/submitted_at"),
    ] {
        caller.post("/v1/dossiers", &body).await.problem_at(422, rule, pointer);
    }
    let code = caller.receive(&submission()).await;
    let path = format!("/v1/dossiers/{code}/events");
    let early = event("received", "2022-02-14T19:59:00+07:00", json!({}));
    caller.post(&path, &early).await.problem(409, "event_out_of_order");
    let slip = json!({"to_agency": "H51.29", "to_unit": "x", "appointed_at": "2022-02-18T16:00:00+07:00"});
    let other = event("forwarded", &at("02-15T09:00"), slip);
    caller.post(&path, &other).await.problem_at(422, "unknown_field", "/appointed_at");
    assert_eq!(app.count("SELECT count(*) FROM dossier_events").await, 1);
}
