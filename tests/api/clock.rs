//! What stops, supplements, extensions and ends do to the date of a dossier, as the API shows it.

use crate::harness::{Client, TestApp, at, event, receipt};
use serde_json::{Value, json};

/// Received on a Tuesday morning, three working days: due on Friday 2022-02-18.
const RECEIVED: &str = "2022-02-15T08:00:00+07:00";

async fn dossier(caller: &Client, code: &str) -> Value {
    caller.get(&format!("/v1/dossiers/{code}")).await.expect(200)
}

/// Due day, first late instant, clock and timing state.
fn stands(dossier: &Value) -> [String; 4] {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let deadline = &dossier["deadline"];
    let state = text(&dossier["timing"]["state"]);
    [text(&deadline["due_on"]), text(&deadline["overdue_from"]), text(&dossier["clock"]), state]
}

/// NĐ 61/2018 Art. 19(4): the limit is counted again from the start once the dossier is complete.
#[actix_web::test]
async fn a_supplement_restarts_the_limit() {
    let app = TestApp::start();
    let caller = app.district().await;
    let code = caller.receive(&receipt(RECEIVED)).await;
    let asked =
        json!({"items": ["Tờ khai có chữ ký"], "answer_by": "2022-03-15", "public_note": "Bổ sung tờ khai"});
    let asked = app.happens(&caller, &code, "supplement_requested", "02-16T09:00", asked).await;
    assert_eq!(asked["status_after"], "supplement_requested");
    assert_eq!((&asked["items"], &asked["answer_by"]), (&json!(["Tờ khai có chữ ký"]), &json!("2022-03-15")));

    app.now(&at("03-01T08:00"));
    let waiting = dossier(&caller, &code).await;
    assert_eq!(stands(&waiting), ["2022-02-18", "-", "stopped", "stopped"], "the clock stands still");
    assert_eq!(waiting["timing"], json!({"state": "stopped", "days_left": null, "days_late": null}));
    assert_eq!(waiting["national_status"], 5);
    assert_eq!(caller.get("/v1/overdue").await.expect(200)["items"], json!([]));

    let complete = app.happens(&caller, &code, "supplement_received", "03-01T10:00", json!({})).await;
    assert_eq!(
        (&complete["due_on_before"], &complete["due_on_after"]),
        (&json!("2022-02-18"), &json!("2022-03-04"))
    );
    let running = dossier(&caller, &code).await;
    assert_eq!(running["status"], "received", "back to where it was");
    assert_eq!(stands(&running), ["2022-03-04", "2022-03-05T00:00:00+07:00", "running", "in_time"]);
}

#[actix_web::test]
async fn a_suspension_moves_the_date_by_the_working_days_after_its_first() {
    let app = TestApp::start();
    let caller = app.district().await;
    let code = caller.receive(&receipt(RECEIVED)).await;
    app.happens(&caller, &code, "suspended", "02-16T09:00", json!({"ground": "Chờ kết luận thanh tra"}))
        .await;
    let resumed = app.happens(&caller, &code, "resumed", "02-21T09:00", json!({})).await;
    assert_eq!(resumed["due_on_after"], "2022-02-23", "the 17th, 18th and 21st are not counted");
    assert_eq!(stands(&dossier(&caller, &code).await)[2..], ["running", "due_soon"]);
}

#[actix_web::test]
async fn a_stop_never_hides_lateness() {
    let app = TestApp::start();
    let caller = app.district().await;
    let code = caller.receive(&receipt(RECEIVED)).await;
    app.happens(&caller, &code, "suspended", "02-21T09:00", json!({"ground": "Chờ ý kiến"})).await;
    let stopped = dossier(&caller, &code).await;
    assert_eq!(stands(&stopped), ["2022-02-18", "2022-02-19T00:00:00+07:00", "stopped", "overdue"]);
    let row = caller.get("/v1/overdue").await.expect(200)["items"][0].clone();
    assert_eq!((&row["code"], &row["clock"]), (&json!(code), &json!("stopped")));
    app.happens(&caller, &code, "resumed", "02-24T09:00", json!({})).await;
    let running = dossier(&caller, &code).await;
    assert_eq!(stands(&running), ["2022-02-18", "2022-02-19T00:00:00+07:00", "running", "overdue"]);
    assert_eq!(running["deadline"]["restarted_on"], "2022-02-24", "shown beside it, and clears nothing");
    assert_eq!(running["timing"]["days_late"], 4);
}

#[actix_web::test]
async fn what_ends_while_stopped_is_judged_when_it_stopped() {
    let app = TestApp::start();
    let caller = app.district().await;
    for (stop, end, state) in [
        ("02-16T09:00", "withdrawn", "early"),
        ("02-18T16:00", "terminated", "on_time"),
        ("02-21T08:00", "withdrawn", "late"),
    ] {
        app.now(&at("02-15T10:00"));
        let code = caller.receive(&receipt(RECEIVED)).await;
        app.happens(&caller, &code, "supplement_requested", stop, json!({})).await;
        let more = if end == "terminated" { json!({"ground": "Quá hạn bổ sung"}) } else { json!({}) };
        app.happens(&caller, &code, end, "03-15T09:00", more).await;
        let ended = dossier(&caller, &code).await;
        assert_eq!(
            (&ended["status"], &ended["timing"]["state"]),
            (&json!(end), &json!(state)),
            "stopped {stop}"
        );
        assert_eq!(ended["closing"]["state"], "late", "its end was recorded after its due day");
        let listed = caller.get(&format!("/v1/dossiers?timing={state}&codes={code}")).await.expect(200);
        assert_eq!(listed["items"][0]["code"], json!(code), "the list agrees");
    }
}

async fn put_procedure(app: &TestApp, code: &str, limit: Value) {
    let body = json!({
        "name": "Đăng ký kết hôn", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["district", "commune"],
        "effective_from": "2021-01-01", "limits": [{"limit": limit}]
    });
    app.root().await.publish(code, &body).await;
}

fn of(procedure: &str) -> Value {
    let mut body = receipt(RECEIVED);
    body["procedure"] = json!(procedure);
    body
}

#[actix_web::test]
async fn an_extension_needs_a_ground_that_the_procedure_knows() {
    let app = TestApp::start();
    let caller = app.district().await;
    let allowed = json!([{"ground": "Cần xác minh", "by": {"unit": "working_days", "amount": "5"}, "law": "Luật Hộ tịch 60/2014 Đ.18"}]);
    let limit = json!({"unit": "working_days", "amount": "3", "prolongations": allowed});
    put_procedure(&app, "1.000894", limit).await;
    let code = caller.receive(&of("1.000894")).await;
    let events = format!("/v1/dossiers/{code}/events");
    let by = |amount: &str| json!({"unit": "working_days", "amount": amount});
    for (more, pointer) in [
        (json!({"ground": "Thiếu người", "by": by("5")}), "/ground"),
        (json!({"ground": "Cần xác minh", "by": by("6")}), "/by"),
        (json!({"ground": "Cần xác minh", "by": {"unit": "calendar_days", "amount": "2"}}), "/by"),
        (json!({"ground": "Cần xác minh", "new_due_on": "2022-02-28"}), "/new_due_on"),
        (json!({"ground": "Cần xác minh", "new_due_on": "2022-02-18"}), "/new_due_on"),
    ] {
        let refused = caller.post(&events, &event("extended", &at("02-15T09:00"), more)).await.expect(422);
        assert_eq!(refused["code"], "prolongation_not_allowed");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    let more = json!({"ground": "Cần xác minh", "by": by("5")});
    let extended = app.happens(&caller, &code, "extended", "02-16T09:00", more.clone()).await;
    assert_eq!(
        (&extended["due_on_before"], &extended["due_on_after"]),
        (&json!("2022-02-18"), &json!("2022-02-25"))
    );
    assert_eq!(extended["status_after"], "received");
    let again = event("extended", &at("02-16T09:00"), more);
    assert_eq!(
        caller.post(&events, &again).await.expect(422)["errors"][0]["pointer"],
        "/ground",
        "once each"
    );

    app.now(&at("02-15T10:00"));
    let late = caller.receive(&of("1.000894")).await;
    let more = json!({"ground": "Cần xác minh", "new_due_on": "2022-02-25"});
    app.happens(&caller, &late, "extended", "02-22T09:00", more).await;
    let late = dossier(&caller, &late).await;
    assert_eq!(stands(&late), ["2022-02-18", "2022-02-19T00:00:00+07:00", "running", "overdue"], "too late");
    assert_eq!(late["deadline"]["restarted_on"], "2022-02-25");
}

/// NĐ 99/2022 Art. 16(2) and others: not every limit runs from receipt.
#[actix_web::test]
async fn a_limit_may_start_with_another_event() {
    let app = TestApp::start();
    let caller = app.district().await;
    for (procedure, starts) in
        [("1.000001", "received_by_competent"), ("1.000002", "accepted"), ("1.000003", "payment_received")]
    {
        app.now(&at("02-15T10:00"));
        put_procedure(&app, procedure, json!({"unit": "working_days", "amount": "3", "starts": starts}))
            .await;
        let code = caller.receive(&of(procedure)).await;
        let waiting = dossier(&caller, &code).await;
        assert_eq!(stands(&waiting), ["-", "-", "running", "no_deadline"], "{starts}");
        assert_eq!(waiting["deadline"]["provisional"], true);
        if starts == "payment_received" {
            app.happens(&caller, &code, "payment_requested", "02-16T08:00", json!({})).await;
        }
        let started = app.happens(&caller, &code, starts, "02-17T09:00", json!({})).await;
        assert_eq!(
            (&started["due_on_before"], &started["due_on_after"]),
            (&json!(null), &json!("2022-02-22"))
        );
        let running = dossier(&caller, &code).await;
        assert_eq!(running["deadline"]["provisional"], false);
        assert_eq!(stands(&running)[2..], ["running", "in_time"], "{starts}");
    }
}

/// NĐ 61/2018 Art. 19(6,7): each agency has its own part, the dossier the sum.
#[actix_web::test]
async fn a_chained_limit_is_the_sum_of_its_parts() {
    let app = TestApp::start();
    let caller = app.district().await;
    let days = |amount: &str| json!({"unit": "working_days", "amount": amount});
    let part = |role: &str, amount: &str| json!({"agency_role": role, "limit": days(amount)});
    let mut limit = days("22");
    limit["segments"] = json!([
        part("receiving", "7"),
        part("receiving", "3"),
        part("competent", "7"),
        part("superior", "5")
    ]);
    put_procedure(&app, "1.001776", limit.clone()).await;
    let code = caller.receive(&of("1.001776")).await;
    assert_eq!(dossier(&caller, &code).await["deadline"]["due_on"], "2022-03-17");
    let shown = caller.get("/v1/procedures/1.001776").await.expect(200);
    assert_eq!(shown["limits"][0]["limit"]["segments"], limit["segments"]);

    limit["amount"] = json!("20");
    let body = json!({
        "name": "x", "field": "x", "field_name": "x", "levels": ["district"], "effective_from": "2021-01-01",
        "limits": [{"limit": limit}]
    });
    let refused = app.root().await.put("/v1/procedures/1.001777", &body, None).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/limits/0/limit/amount");
}

/// NĐ 61/2018 Art. 19(9): once, a day before the limit at the latest; it never moves the date.
#[actix_web::test]
async fn an_apology_appoints_another_day_once() {
    let app = TestApp::start();
    let caller = app.district().await;
    for (when, late) in [("02-17T16:00", false), ("02-18T08:00", true)] {
        app.now(&at("02-15T10:00"));
        let code = caller.receive(&receipt(RECEIVED)).await;
        let more = json!({"reason": "Chờ xác minh", "new_due_on": "2022-02-25"});
        let apology = app.happens(&caller, &code, "apologised", when, more.clone()).await;
        assert_eq!((&apology["reason"], &apology["ground"]), (&json!("Chờ xác minh"), &json!(null)));
        let shown = dossier(&caller, &code).await;
        assert_eq!((&shown["reappointed_on"], &shown["apologies"]), (&json!("2022-02-25"), &json!(1)));
        assert_eq!(
            (&shown["apology_late"], &shown["deadline"]["due_on"]),
            (&json!(late), &json!("2022-02-18"))
        );
        let again = event("apologised", &at(when), more);
        let refused = caller.post(&format!("/v1/dossiers/{code}/events"), &again).await.expect(409);
        let allowed = refused["allowed"].as_array().unwrap();
        assert!(
            !allowed.contains(&json!("apologised")) && allowed.contains(&json!("completed")),
            "{refused}"
        );
    }
}

#[actix_web::test]
async fn what_does_not_fit_is_refused_and_stores_nothing() {
    let app = TestApp::start();
    let caller = app.district().await;
    let code = caller.receive(&receipt(RECEIVED)).await;
    let events = format!("/v1/dossiers/{code}/events");
    for (kind, more, code, pointer) in [
        ("resumed", json!({}), "event_not_allowed", None),
        ("supplement_received", json!({}), "event_not_allowed", None),
        ("returned", json!({}), "event_not_allowed", None),
        ("calendar_changed", json!({}), "invalid_value", Some("/kind")),
        ("suspended", json!({}), "missing_field", Some("/ground")),
        ("terminated", json!({"ground": " "}), "missing_field", Some("/ground")),
        ("suspended", json!({"ground": "x", "reason": "y"}), "unknown_field", Some("/reason")),
        ("supplement_requested", json!({"items": []}), "invalid_value", Some("/items")),
        ("supplement_requested", json!({"answer_by": "2022-02-14"}), "invalid_value", Some("/answer_by")),
        ("extended", json!({"ground": "x"}), "missing_field", Some("/by")),
        (
            "extended",
            json!({"ground": "x", "by": {"unit": "same_day", "amount": "1"}}),
            "invalid_value",
            Some("/by/amount"),
        ),
        (
            "extended",
            json!({"ground": "x", "by": {"unit": "weeks", "amount": "1"}}),
            "invalid_value",
            Some("/by/unit"),
        ),
        (
            "apologised",
            json!({"reason": "x", "new_due_on": "2022-02-01"}),
            "invalid_value",
            Some("/new_due_on"),
        ),
        ("apologised", json!({"new_due_on": "2022-02-25"}), "missing_field", Some("/reason")),
    ] {
        let status = if code == "event_not_allowed" { 409 } else { 422 };
        let refused =
            caller.post(&events, &event(kind, &at("02-15T09:00"), more.clone())).await.expect(status);
        assert_eq!(refused["code"], code, "{kind} {more}: {refused}");
        if let Some(pointer) = pointer {
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{kind} {more}: {refused}");
        }
    }
    assert_eq!(dossier(&caller, &code).await["version"], 1);
}
