//! An end by mistake is undone: nothing is deleted, and nothing late becomes less late.

use crate::harness::{Client, TestApp, at, event, receipt};
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

/// Received on a Tuesday morning, three working days: due on Friday 2022-02-18.
const RECEIVED: &str = "2022-02-15T08:00:00+07:00";

async fn dossier(caller: &Client, code: &str) -> Value {
    caller.get(&format!("/v1/dossiers/{code}?include=events")).await.expect(200)
}

#[actix_web::test]
async fn a_dossier_that_ended_by_mistake_is_handled_again() {
    let app = TestApp::start();
    let (admin, clerk) =
        (app.district().await, app.caller(&[Scope::DossiersRead, Scope::DossiersWrite], &["H51.29"]).await);
    app.now(RECEIVED);
    let code = clerk.receive(&receipt(RECEIVED)).await;
    let decided = json!({"result": {"outcome": "granted"}});
    app.happens(&clerk, &code, "completed", "02-17T10:00", decided.clone()).await;
    app.happens(&clerk, &code, "returned", "02-17T11:00", json!({})).await;
    app.now(&at("02-22T09:00"));
    let ended = dossier(&clerk, &code).await;
    let path = format!("/v1/dossiers/{code}/events");
    let again = event("reopened", &at("02-22T09:00"), json!({"ground": "Kết quả in sai họ tên"}));

    let refused = clerk.post(&path, &again).await;
    refused.problem(403, "insufficient_scope");
    assert!(refused.header("www-authenticate").contains("scope=\"admin\""));
    for bad in [json!({}), json!({"ground": " "})] {
        let without = event("reopened", &at("02-22T09:00"), bad);
        admin.post(&path, &without).await.problem_at(422, "missing_field", "/ground");
    }
    assert_eq!(dossier(&clerk, &code).await, ended, "nothing was stored");

    let recorded = admin.record(&code, &again).await;
    assert_eq!(
        (&recorded["status_before"], &recorded["status_after"]),
        (&json!("returned"), &json!("processing"))
    );
    let open = dossier(&clerk, &code).await;
    for (field, value) in [
        ("status", json!("processing")),
        ("clock", json!("running")),
        ("ended_at", json!(null)),
        ("returned_at", json!(null)),
    ] {
        assert_eq!(open[field], value, "{field}");
    }
    assert_eq!(open["deadline"]["due_on"], ended["deadline"]["due_on"], "the limit runs on");
    assert_eq!((&open["timing"]["state"], &open["timing"]["days_late"]), (&json!("overdue"), &json!(2)));
    assert_eq!((&open["closing"]["state"], &open["closing"]["closed_at"]), (&json!("open"), &json!(null)));
    let kinds: Vec<&Value> = open["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["received", "completed", "returned", "reopened"], "nothing was deleted");
    let overdue = clerk.get("/v1/overdue?count=exact").await.expect(200);
    assert_eq!((&overdue["total"], &overdue["items"][0]["code"]), (&json!(1), &json!(code)));
    let public = app.nobody().get(&format!("/v1/public/dossiers/{code}")).await.expect(200);
    assert_eq!(public["status"]["code"], "processing");
    assert!(!public.to_string().contains("họ tên"), "the ground is not public");

    let twice = admin.post(&path, &again).await.problem(409, "event_not_allowed");
    assert!(!twice["allowed"].as_array().unwrap().contains(&json!("reopened")), "{twice}");
    app.happens(&clerk, &code, "completed", "02-23T10:00", decided).await;
    let late = dossier(&clerk, &code).await;
    assert_eq!((&late["timing"]["state"], &late["timing"]["days_late"]), (&json!("late"), &json!(3)));
}

#[actix_web::test]
async fn one_that_ended_while_stopped_runs_on_from_the_stop() {
    let app = TestApp::start();
    let caller = app.district().await;
    app.now(RECEIVED);
    for (stop, ground, due_on, state) in [
        ("supplement_requested", json!({}), "2022-02-24", "in_time"), // counted again: 22, 23, 24
        ("suspended", json!({"ground": "Chờ"}), "2022-02-23", "due_soon"), // later by 17, 18, 21
    ] {
        app.now(RECEIVED);
        let code = caller.receive(&receipt(RECEIVED)).await;
        app.happens(&caller, &code, stop, "02-16T09:00", ground).await;
        app.happens(&caller, &code, "withdrawn", "02-17T09:00", json!({})).await;
        let why = json!({"ground": "Rút nhầm"});
        app.happens(&caller, &code, "reopened", "02-21T09:00", why).await;
        let open = dossier(&caller, &code).await;
        assert_eq!(open["deadline"]["due_on"], due_on, "{stop}");
        assert_eq!((&open["clock"], &open["timing"]["state"]), (&json!("running"), &json!(state)), "{stop}");
    }
}
