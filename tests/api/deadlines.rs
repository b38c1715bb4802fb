//! Deadlines that explain themselves: the calculator, and the deadline of a dossier.

use crate::harness::{TestApp, event, receipt};
use serde_json::{Value, json};

const PATH: &str = "/v1/public/deadlines";

fn item(started_at: &str, amount: &str) -> Value {
    json!({"started_at": started_at, "limit": {"unit": "working_days", "amount": amount}})
}

/// The example of the contract, word by word.
#[actix_web::test]
async fn the_calculator_explains_what_it_counts() {
    let app = TestApp::start();
    let mut asked = item("2022-04-28T08:00:00+07:00", "3");
    asked["agency"] = json!(null);
    let missing = item("2031-12-30T08:00:00+07:00", "3");
    let answer = app.nobody().post(PATH, &json!({"items": [asked, missing]})).await.expect(200);
    let first = &answer["items"][0];
    for (field, value) in [
        ("index", json!(0)),
        ("started_at", json!("2022-04-28T08:00:00+07:00")),
        ("due_on", json!("2022-05-05")),
        ("due_at", json!("2022-05-05T17:00:00+07:00")),
        ("overdue_from", json!("2022-05-06T00:00:00+07:00")),
        ("provisional", json!(false)),
        (
            "reasons",
            json!([
                {"kind": "day_zero", "date": "2022-04-28", "law": "BLDS 2015 Đ.147"},
                {"kind": "counted", "date": "2022-04-29", "n": "1"},
                {"kind": "weekly_rest", "date": "2022-04-30"},
                {"kind": "weekly_rest", "date": "2022-05-01"},
                {"kind": "day_off", "date": "2022-05-02", "name": "Nghỉ bù 30/4"},
                {"kind": "day_off", "date": "2022-05-03", "name": "Nghỉ bù 1/5"},
                {"kind": "counted", "date": "2022-05-04", "n": "2"},
                {"kind": "counted", "date": "2022-05-05", "n": "3"}
            ]),
        ),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    assert!(first["text"]["vi"].as_str().unwrap().contains("05/05/2022"), "{first}");
    assert_eq!(
        answer["items"][1],
        json!({"index": 1, "problem": {
            "type": "/problems/calendar_missing", "status": 409, "code": "calendar_missing", "detail": "2031"
        }})
    );
    app.nobody().get("/problems/calendar_missing").await.expect(200);
}

#[actix_web::test]
async fn stops_extensions_and_calendars_count_as_for_dossiers() {
    let app = TestApp::start();
    let (root, nobody) = (app.root().await, app.nobody());
    let mut table = root.get("/v1/calendars/H51.29/years/2022").await.expect(200);
    table["days_off"].as_array_mut().unwrap().push(json!({"date": "2022-02-24", "name": "Lễ hội"}));
    let table = json!({"days_off": table["days_off"], "worked_rest_days": []});
    root.put("/v1/calendars/H51.29/years/2022", &table, None).await.expect(202);
    let mut asked = item("2022-02-15T08:00:00+07:00", "3");
    asked["suspensions"] = json!([
        {"from": "2022-02-16T09:00:00+07:00", "to": "2022-02-18T09:00:00+07:00", "effect": "shift"},
        {"from": "2022-02-21T09:00:00+07:00", "to": null, "effect": "shift"}
    ]);
    asked["extensions"] = json!([{"by": {"unit": "working_days", "amount": "2"}, "ground": "Xác minh"}]);
    for (agency, due_on) in [(json!(null), "2022-02-24"), (json!("H51.29.05"), "2022-02-25")] {
        asked["agency"] = agency.clone();
        let answer = nobody.post(PATH, &json!({"items": [asked]})).await.expect(200);
        let found = &answer["items"][0];
        assert_eq!((&found["due_on"], &found["overdue_from"]), (&json!(due_on), &json!(null)), "{agency}");
    }
    let none = json!({"started_at": "2022-02-15T08:00:00+07:00", "limit": {"unit": "none"}});
    let answer = nobody.post(PATH, &json!({"items": [none]})).await.expect(200);
    assert_eq!((&answer["items"][0]["due_on"], &answer["items"][0]["reasons"]), (&json!(null), &json!([])));
}

#[actix_web::test]
async fn a_bad_item_refuses_the_request_and_names_the_field() {
    let app = TestApp::start();
    let nobody = app.nobody();
    let at = |day: &str| format!("2022-02-{day}T09:00:00+07:00");
    let stop = |from: &str, to: Value| json!({"from": at(from), "to": to, "effect": "shift"});
    let with = |more: Value| {
        let mut asked = item("2022-02-15T08:00:00+07:00", "3");
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"items": [item("2022-02-15T08:00:00+07:00", "3"), asked]})
    };
    let limit = |unit: &str, amount: Value| json!({"limit": {"unit": unit, "amount": amount}});
    let open = json!({"from": at("16"), "effect": "shift"});
    let extension = |unit: &str, amount: &str| json!({"extensions": [{"by": {"unit": unit, "amount": amount}, "ground": "x"}]});
    for (body, pointer) in [
        (with(limit("working_days", json!("0"))), "/items/1/limit/amount"),
        (with(limit("working_days", json!("-1"))), "/items/1/limit/amount"),
        (with(limit("working_days", json!("2501"))), "/items/1/limit/amount"),
        (with(limit("calendar_days", json!("3651"))), "/items/1/limit/amount"),
        (with(limit("calendar_days", json!("1.5"))), "/items/1/limit/amount"),
        (with(limit("weeks", json!("1"))), "/items/1/limit/unit"),
        (with(limit("same_day", json!("1"))), "/items/1/limit/amount"),
        (with(json!({"agency": "H51.77"})), "/items/1/agency"),
        (with(json!({"suspensions": [stop("18", json!(at("16")))]})), "/items/1/suspensions/0/to"),
        (with(json!({"suspensions": [stop("14", json!(at("16")))]})), "/items/1/suspensions/0/from"),
        (
            with(json!({"suspensions": [stop("16", json!(at("18"))), stop("17", json!(at("21")))]})),
            "/items/1/suspensions/1/from",
        ),
        (
            with(json!({"suspensions": [stop("16", json!(null)), stop("17", json!(at("21")))]})),
            "/items/1/suspensions/1/from",
        ),
        (with(json!({"suspensions": [open]})), "/items/1/suspensions/0/to"),
        (with(extension("working_days", "0")), "/items/1/extensions/0/by/amount"),
        (with(extension("same_day", "1")), "/items/1/extensions/0/by/amount"),
        (with(json!({"started_at": "yesterday"})), "/items/1/started_at"),
        (with(json!({"x": 1})), "/items/1/x"),
        (json!({"items": []}), "/items"),
        (json!({"items": vec![item("2022-02-15T08:00:00+07:00", "3"); 1_001]}), "/items"),
    ] {
        let refused = nobody.post(PATH, &body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    let many = json!({"items": vec![item("2022-02-15T08:00:00+07:00", "3"); 1_000]});
    let answer = nobody.post(PATH, &many).await.expect(200);
    assert_eq!(answer["items"].as_array().unwrap().len(), 1_000);
    let long = json!({"items": vec![item("2022-02-15T08:00:00+07:00", "900"); 1_000]});
    let refused = nobody.post(PATH, &long).await.expect(422);
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("too much"), "{refused}");
}

#[actix_web::test]
async fn the_deadline_of_a_dossier_tells_what_moved_it() {
    let app = TestApp::start();
    let district = app.district().await;
    let code = district.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let path = format!("/v1/dossiers/{code}/deadline");
    let mut ids = vec![];
    for (when, kind) in [("16T09:00", "supplement_requested"), ("21T09:00", "supplement_received")] {
        let when = format!("2022-02-{when}:00+07:00");
        app.now(&when);
        let recorded = district.record(&code, &event(kind, &when, json!({}))).await;
        ids.push(recorded["id"].clone());
        if kind == "supplement_requested" {
            let stopped = district.get(&path).await.expect(200);
            assert_eq!((&stopped["overdue_from"], &stopped["stopped_at"]), (&json!(null), &json!(when)));
        }
    }
    let shown = district.get(&path).await.expect(200);
    assert_eq!((&shown["due_on"], &shown["calendar_changed"]), (&json!("2022-02-24"), &json!(false)));
    let kinds: Vec<&str> =
        shown["reasons"].as_array().unwrap().iter().map(|r| r["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["day_zero", "stopped", "restarted", "day_zero", "counted", "counted", "counted"]);
    let history = shown["history"].as_array().unwrap();
    assert_eq!(history.len(), 2, "its receipt and the supplement: {history:?}");
    assert_eq!(
        history[1],
        json!({"event_id": ids[1], "due_on_before": "2022-02-18", "due_on_after": "2022-02-24"})
    );
    let text = shown["text"]["en"].as_str().unwrap();
    assert!(text.contains("2022-02-21") && text.contains("2022-02-24"), "{text}");
    app.caller(congkhai::domain::vocabulary::Scope::ALL, &["H51.30"])
        .await
        .get(&path)
        .await
        .problem(404, "not_found");
}

#[actix_web::test]
async fn a_chained_limit_shows_each_part_and_a_late_start_says_so() {
    let app = TestApp::start();
    let root = app.root().await;
    let days = |amount: &str| json!({"unit": "working_days", "amount": amount});
    let mut chained = days("10");
    chained["segments"] = json!([
        {"agency_role": "receiving", "limit": days("7")}, {"agency_role": "competent", "limit": days("3")}
    ]);
    let mut later = days("3");
    later["starts"] = json!("accepted");
    for (code, limit) in [("1.001776", chained), ("1.013967", later)] {
        let body = json!({
            "name": "x", "field": "x", "field_name": "x", "levels": ["district"], "effective_from": "2021-01-01",
            "limits": [{"limit": limit}]
        });
        root.publish(code, &body).await;
    }
    let receive = async |procedure: &str| {
        let mut body = receipt("2022-02-15T08:00:00+07:00");
        body["procedure"] = json!(procedure);
        let code = root.receive(&body).await;
        root.get(&format!("/v1/dossiers/{code}/deadline")).await.expect(200)
    };
    let chained = receive("1.001776").await;
    let due = |part: &Value| (part["agency"].clone(), part["due_on"].clone());
    let parts: Vec<_> = chained["segments"].as_array().unwrap().iter().map(due).collect();
    assert_eq!(parts[0], (json!("H51.29"), json!("2022-02-24")));
    assert_eq!(parts[1], (json!("H51.29.05"), json!("2022-03-01")));
    assert_eq!(chained["due_on"], "2022-03-01");
    let waiting = receive("1.013967").await;
    assert_eq!((&waiting["started_at"], &waiting["provisional"]), (&json!(null), &json!(true)));
    assert!(waiting["text"]["en"].as_str().unwrap().contains("has not begun"), "{waiting}");
}
