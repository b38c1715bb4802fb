//! Steps that are recorded after steps that happened later.

use crate::harness::{Client, TestApp, at, event, receipt};
use serde_json::{Value, json};

/// Received on a Tuesday morning, three working days: due on Friday 2022-02-18.
const RECEIVED: &str = "2022-02-15T08:00:00+07:00";

async fn dossier(caller: &Client, code: &str) -> Value {
    caller.get(&format!("/v1/dossiers/{code}?include=events,delays")).await.expect(200)
}

fn handed_to(agency: &str) -> Value {
    json!({"to_agency": agency, "to_unit": "Bộ phận chuyên môn"})
}

#[actix_web::test]
async fn a_step_is_put_in_its_place_and_the_date_follows() {
    let app = TestApp::start();
    let caller = app.district().await;
    app.now(RECEIVED);
    let code = caller.receive(&receipt(RECEIVED)).await;
    app.happens(&caller, &code, "forwarded", "02-15T09:00", handed_to("H51.29.05")).await;
    app.happens(&caller, &code, "forwarded", "02-18T09:00", handed_to("H51.29")).await;

    // Recorded on Friday: who had it from Wednesday on, and a note of Thursday that binds nothing.
    app.now(&at("02-18T10:00"));
    let missed = caller.record(&code, &event("forwarded", &at("02-16T09:00"), handed_to("H51.29.18"))).await;
    assert_eq!((&missed["backdated"], &missed["seq"]), (&json!(true), &json!(4)));
    assert_eq!(missed["agency"], "H51.29.05", "who held it then acted");
    assert_eq!(missed["recorded_at"], json!(at("02-18T10:00")));
    let shown = dossier(&caller, &code).await;
    assert_eq!(
        (&shown["holder"]["agency"], &shown["holder"]["since"]),
        (&json!("H51.29"), &json!(at("02-18T09:00")))
    );
    assert_eq!((&shown["version"], &shown["last_event_at"]), (&json!(4), &json!(at("02-18T09:00"))));
    let held: Vec<(&Value, &Value)> = shown["delays"]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (&step["agency"], &step["from"]))
        .collect();
    let days = [at("02-15T09:00"), at("02-16T09:00"), at("02-18T09:00")].map(|day| json!(day));
    let holders = ["H51.29.05", "H51.29.18", "H51.29"].map(|agency| json!(agency));
    assert_eq!(held[1..], [(&holders[0], &days[0]), (&holders[1], &days[1]), (&holders[2], &days[2])]);
    let public = app.nobody().get(&format!("/v1/public/dossiers/{code}")).await.expect(200);
    let told: Vec<&Value> =
        public["timeline"].as_array().unwrap().iter().map(|step| &step["occurred_at"]).collect();
    assert_eq!(told[1..], [&days[0], &days[1], &days[2]]);
}

/// A stop that is recorded after its end was, and what it does to the date.
#[actix_web::test]
async fn a_stop_that_was_missed_moves_the_date() {
    let app = TestApp::start();
    let caller = app.district().await;
    app.now(RECEIVED);
    let code = caller.receive(&receipt(RECEIVED)).await;
    // On the 18th it is paid, so it was not complete before: the request of the 16th was forgotten.
    app.happens(&caller, &code, "noted", "02-18T09:00", json!({"note": "Đã nộp lệ phí"})).await;
    app.now(&at("02-21T09:00"));
    assert_eq!(dossier(&caller, &code).await["timing"]["state"], "overdue");
    let asked = caller.record(&code, &event("payment_requested", &at("02-16T09:00"), json!({}))).await;
    assert_eq!((&asked["backdated"], &asked["status_after"]), (&json!(true), &json!("payment_requested")));
    let waits = dossier(&caller, &code).await;
    assert_eq!(
        (&waits["clock"], &waits["timing"]["state"]),
        (&json!("stopped"), &json!("stopped")),
        "it was not late when it stopped"
    );
    let paid = caller.record(&code, &event("payment_received", &at("02-18T09:00"), json!({}))).await;
    assert_eq!((&paid["due_on_before"], &paid["due_on_after"]), (&json!("2022-02-18"), &json!("2022-02-22")));
    assert_eq!(dossier(&caller, &code).await["timing"]["state"], "due_soon");

    // A step between them, put there later still: the payment stands in the way of nothing.
    let accepted = caller.record(&code, &event("accepted", &at("02-15T10:00"), json!({}))).await;
    assert_eq!(
        (&accepted["due_on_before"], &accepted["due_on_after"]),
        (&json!("2022-02-22"), &json!("2022-02-22"))
    );
}

/// NĐ 61/2018 Art. 11(2), 17, 19(4): the stage is that of the place, not of the day of the record.
#[actix_web::test]
async fn a_request_for_supplements_is_of_the_stage_of_its_place() {
    let app = TestApp::start();
    let caller = app.district().await;
    app.now(RECEIVED);
    let code = caller.receive(&receipt(RECEIVED)).await;
    app.happens(&caller, &code, "supplement_requested", "02-16T09:00", json!({})).await;
    app.happens(&caller, &code, "supplement_received", "02-17T09:00", json!({})).await;
    let stage = async || dossier(&caller, &code).await["events"][1]["stage"].clone();
    assert_eq!(stage().await, "intake");
    app.now(&at("02-17T10:00"));
    caller.record(&code, &event("forwarded", &at("02-15T09:00"), handed_to("H51.29.05"))).await;
    assert_eq!(stage().await, "appraisal", "it had been handed on");

    // The other way round: it is handled now, and was not then.
    let late = caller.receive(&receipt(RECEIVED)).await;
    app.now(&at("02-18T09:00"));
    caller.record(&late, &event("forwarded", &at("02-17T09:00"), handed_to("H51.29.05"))).await;
}

#[actix_web::test]
async fn what_it_would_make_impossible_stands_in_its_way() {
    let app = TestApp::start();
    let caller = app.district().await;
    app.now(RECEIVED);
    let code = caller.receive(&receipt(RECEIVED)).await;
    let decided = json!({"result": {"outcome": "granted"}});
    app.happens(&caller, &code, "forwarded", "02-16T09:00", handed_to("H51.29.05")).await;
    app.happens(&caller, &code, "completed", "02-17T09:00", decided.clone()).await;
    let before = dossier(&caller, &code).await;
    let path = format!("/v1/dossiers/{code}/events");
    let attempt = async |kind: &str, when: &str, more: Value| {
        caller.post(&path, &event(kind, &at(when), more)).await.problem(409, "event_out_of_order")
    };
    let problem = attempt("completed", "02-15T09:00", decided).await;
    assert_eq!((&problem["seq"], &problem["kind"]), (&json!(2), &json!("forwarded")));
    assert_eq!(problem["last_event_at"], json!(at("02-16T09:00")));
    let problem = attempt("suspended", "02-16T10:00", json!({"ground": "x"})).await;
    assert_eq!((&problem["seq"], &problem["kind"]), (&json!(3), &json!("completed")));
    let problem = attempt("forwarded", "02-15T07:59", handed_to("H51.29.05")).await;
    assert_eq!(
        (&problem["last_event_at"], &problem["seq"]),
        (&json!(RECEIVED), &json!(null)),
        "before its receipt"
    );
    // At its place the dossier was not stopped.
    let problem = caller.post(&path, &event("resumed", &at("02-15T09:00"), json!({}))).await;
    assert_eq!(problem.problem(409, "event_not_allowed")["state"], "received");
    assert_eq!(dossier(&caller, &code).await, before, "nothing was stored");
}

#[actix_web::test]
async fn the_policy_says_how_long_it_may_take() {
    let app = TestApp::start();
    let caller = app.district().await;
    app.now(RECEIVED);
    let by_law = caller.receive(&receipt(RECEIVED)).await;
    let week = json!({"agency": "H51.29", "valid_from": "2022-01-01", "law": "Quy chế một cửa", "backdating_days": 7});
    let made = caller.put("/v1/policies/bay-ngay", &week, None).await.expect(201);
    assert_eq!(made["backdating_days"], 7);
    let by_policy = caller.receive(&receipt(RECEIVED)).await;
    for (days, code, too_late) in [(30, &by_law, "03-19T10:00"), (7, &by_policy, "02-24T10:00")] {
        app.happens(&caller, code, "forwarded", "02-17T09:00", handed_to("H51.29.05")).await;
        app.now(&at(too_late));
        let missed = event("forwarded", &at("02-16T09:00"), handed_to("H51.29.05"));
        let path = format!("/v1/dossiers/{code}/events");
        let problem = caller.post(&path, &missed).await.problem(409, "event_out_of_order");
        assert!(problem["detail"].as_str().unwrap().contains(&format!("more than {days} days")), "{problem}");
        let mut replayed = missed.clone();
        replayed["origin"] = json!("import");
        caller.record(code, &replayed).await;
        let last_day = event("forwarded", &at("02-16T10:00"), handed_to("H51.29.05"));
        let day = if days == 30 { "03-18T23:59" } else { "02-23T23:59" };
        app.now(&at(day));
        assert_eq!(caller.record(code, &last_day).await["backdated"], json!(true));
    }
    for days in [-1, 3_661] {
        let mut bad = week.clone();
        bad["backdating_days"] = json!(days);
        caller.put("/v1/policies/khac", &bad, None).await.problem_at(
            422,
            "invalid_value",
            "/backdating_days",
        );
    }
}
