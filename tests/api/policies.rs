//! Policies: where law, practice and the national index differ.

use crate::harness::{Client, FIRST_VERSION, TestApp, event, receipt};
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

const RECEIVED: &str = "2022-02-15T08:00:00+07:00";

fn policy(agency: Option<&str>, more: impl Into<Value>) -> Value {
    let mut body = json!({"agency": agency, "valid_from": "2022-01-01", "law": "Quyết định của UBND huyện"});
    body.as_object_mut().unwrap().extend(more.into().as_object().unwrap().clone());
    body
}

/// Stops a dossier that was received on the 15th from the 16th to the 18th, and tells its due day.
async fn stopped(app: &TestApp, caller: &Client, code: &str) -> Value {
    for (when, kind) in [("16T09:00", "supplement_requested"), ("18T09:00", "supplement_received")] {
        let when = format!("2022-02-{when}:00+07:00");
        app.now(&when);
        caller.record(code, &event(kind, &when, json!({}))).await;
    }
    caller.get(&format!("/v1/dossiers/{code}")).await.expect(200)["deadline"]["due_on"].clone()
}

#[actix_web::test]
async fn a_dossier_keeps_the_policy_it_was_received_under() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let before = district.receive(&receipt(RECEIVED)).await;
    let shift = policy(Some("H51.29"), json!({"supplement": "shift"}));
    let made = district.put("/v1/policies/bo-sung", &shift, None).await.expect(201);
    assert_eq!(
        (&made["name"], &made["supplement"], &made["judge_by"]),
        (&json!("bo-sung"), &json!("shift"), &json!(null))
    );
    let after = district.receive(&receipt(RECEIVED)).await;
    let mut elsewhere = receipt(RECEIVED);
    elsewhere["receiving_agency"] = json!("H51.30");
    elsewhere["competent_agency"] = json!("H51.30");
    let elsewhere = root.receive(&elsewhere).await;
    assert_eq!(stopped(&app, &district, &before).await, "2022-02-23", "the law: counted again");
    app.now("2022-02-15T10:00:00+07:00");
    assert_eq!(stopped(&app, &district, &after).await, "2022-02-22", "two days later, for the office below");
    app.now("2022-02-15T10:00:00+07:00");
    assert_eq!(stopped(&app, &root, &elsewhere).await, "2022-02-23", "another district");

    let shown = district.get("/v1/policies?valid_on=2022-02-15&count=exact").await.expect(200);
    assert_eq!((&shown["total"], &shown["items"][0]["agency"]), (&json!(1), &json!("H51.29")));
    assert_eq!(district.get("/v1/policies?valid_on=2021-12-31").await.expect(200)["items"], json!([]));
    assert!(district.get("/v1/policies?format=csv").await.text().contains("bo-sung"));
}

/// QĐ 766/QĐ-TTg: a second request counts as late. NĐ 61/2018 Art. 11(2): only one.
#[actix_web::test]
async fn a_second_supplement_may_count_as_late_or_not_at_all() {
    for (choice, expected) in [
        ("late", json!({"state": "overdue", "from": "2022-02-21T09:00:00+07:00", "clock": "stopped"})),
        ("ignored", json!({"state": "due_soon", "from": "2022-02-24T00:00:00+07:00", "clock": "running"})),
        ("same", json!({"state": "stopped", "from": null, "clock": "stopped"})),
    ] {
        let app = TestApp::start();
        let root = app.root().await;
        root.put("/v1/policies/lan-hai", &policy(None, json!({"second_supplement": choice})), None)
            .await
            .expect(201);
        let code = root.receive(&receipt(RECEIVED)).await;
        stopped(&app, &root, &code).await;
        let when = "2022-02-21T09:00:00+07:00";
        app.now(when);
        root.record(&code, &event("supplement_requested", when, json!({}))).await;
        let shown = root.get(&format!("/v1/dossiers/{code}")).await.expect(200);
        let stands = json!({
            "state": shown["timing"]["state"], "from": shown["deadline"]["overdue_from"], "clock": shown["clock"]
        });
        assert_eq!(stands, expected, "{choice}");
    }
}

/// The check at the receipt and the appraisal are two stages (NĐ 61/2018 Art. 11(2), 19(4)): one request of each is allowed.
#[actix_web::test]
async fn each_stage_may_ask_for_supplements_once() {
    let app = TestApp::start();
    let root = app.root().await;
    root.put("/v1/policies/lan-hai", &policy(None, json!({"second_supplement": "ignored"})), None)
        .await
        .expect(201);
    let code = root.receive(&receipt(RECEIVED)).await;
    let mut stages = vec![];
    for (kind, when, more) in [
        ("supplement_requested", "02-15T14:00", json!({})),
        ("supplement_received", "02-16T09:00", json!({})),
        ("forwarded", "02-16T10:00", json!({"to_agency": "H51.29.05"})),
        ("supplement_requested", "02-17T09:00", json!({})),
    ] {
        stages.push(app.happens(&root, &code, kind, when, more).await["stage"].clone());
    }
    assert_eq!(stages, [json!("intake"), json!(null), json!(null), json!("appraisal")]);
    let address = format!("/v1/dossiers/{code}");
    assert_eq!(root.get(&address).await.expect(200)["clock"], "stopped", "the first of its stage");
    app.happens(&root, &code, "supplement_received", "02-18T09:00", json!({})).await;
    let again = app.happens(&root, &code, "supplement_requested", "02-18T10:00", json!({})).await;
    assert_eq!((&again["stage"], &again["due_on_after"]), (&json!("appraisal"), &json!("2022-02-23")));
    assert_eq!(root.get(&address).await.expect(200)["clock"], "running", "the second of its stage");
}

#[actix_web::test]
async fn the_appointed_date_or_the_minute_may_judge() {
    let app = TestApp::start();
    let root = app.root().await;
    let choices = json!({"judge_by": "appointed", "granularity": "minute", "procedure": "1.004873"});
    root.put("/v1/policies/hen-tra", &policy(Some("H51.29.05"), choices), None).await.expect(201);
    let plain = root.receive(&receipt(RECEIVED)).await;
    let plain = root.get(&format!("/v1/dossiers/{plain}")).await.expect(200);
    assert_eq!(plain["deadline"]["overdue_from"], "2022-02-18T17:00:00+07:00", "by the minute");
    let mut promised = receipt(RECEIVED);
    promised["appointed_at"] = json!("2022-02-21T15:00:00+07:00");
    let promised = root.receive(&promised).await;
    let promised = root.get(&format!("/v1/dossiers/{promised}")).await.expect(200);
    assert_eq!(promised["deadline"]["due_on"], "2022-02-21", "what the slip promised");
}

#[actix_web::test]
async fn what_does_not_fit_is_refused() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    for (body, rule, pointer) in [
        (policy(Some("H51.29"), json!({})), "missing_field", "/supplement"),
        (policy(Some("H51.29"), json!({"supplement": "forget"})), "invalid_value", "/supplement"),
        (policy(Some("H51.77"), json!({"supplement": "shift"})), "unknown_agency", "/agency"),
        (
            policy(Some("H51.29"), json!({"supplement": "shift", "procedure": "9.999999"})),
            "unknown_procedure",
            "/procedure",
        ),
        (
            policy(Some("H51.29"), json!({"supplement": "shift", "valid_to": "2022-01-01"})),
            "invalid_value",
            "/valid_to",
        ),
        (policy(Some("H51.29"), json!({"supplement": "shift", "law": ""})), "invalid_value", "/law"),
    ] {
        let refused = root.put("/v1/policies/x", &body, None).await.expect(422);
        assert_eq!(
            (&refused["code"], &refused["errors"][0]["pointer"]),
            (&json!(rule), &json!(pointer)),
            "{refused}"
        );
    }
    let shift = json!({"supplement": "shift"});
    district.put("/v1/policies/x", &policy(None, shift.clone()), None).await.expect(403);
    district.put("/v1/policies/x", &policy(Some("H51.30"), shift.clone()), None).await.expect(403);
    let reader = app.caller(&[Scope::CatalogueRead], &["*"]).await;
    reader.put("/v1/policies/x", &policy(None, shift.clone()), None).await.expect(403);
    assert_eq!(root.get("/v1/policies/x").await.expect(404)["code"], "not_found");

    root.put("/v1/policies/x", &policy(Some("H51.30"), shift.clone()), None).await.expect(201);
    root.put("/v1/policies/x", &policy(Some("H51.30"), shift.clone()), None).await.expect(428);
    district.put("/v1/policies/x", &policy(Some("H51.29"), shift.clone()), Some("*")).await.expect(403);
    let overlap = root.put("/v1/policies/y", &policy(Some("H51.30"), shift.clone()), None).await.expect(422);
    assert_eq!(overlap["code"], "validity_overlap");
    let ended = policy(Some("H51.30"), json!({"supplement": "subtract", "valid_to": "2022-07-01"}));
    assert_eq!(root.put("/v1/policies/x", &ended, Some(FIRST_VERSION)).await.expect(200)["version"], 2);
    root.put("/v1/policies/x", &ended, Some(FIRST_VERSION)).await.expect(412);
    let mut later = policy(Some("H51.30"), shift);
    later["valid_from"] = json!("2022-07-01");
    root.put("/v1/policies/y", &later, None).await.expect(201);
    let audited = app.count("SELECT count(*) FROM audit_log WHERE action = 'policy.put'").await;
    assert_eq!(audited, 3, "each change that was made");
}
