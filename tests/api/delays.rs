//! Where the days of a dossier went: `include=delays`.

use crate::harness::{Client, TestApp, at, receipt};
use serde_json::{Value, json};

/// Received on a Tuesday morning, three working days: due on Friday 2022-02-18.
const RECEIVED: &str = "2022-02-15T08:00:00+07:00";

async fn shown(caller: &Client, code: &str) -> Value {
    caller.get(&format!("/v1/dossiers/{code}?include=delays")).await.expect(200)
}

/// Agency, end, hours, hours stopped, hours late and days late of each step.
fn steps(shown: &Value) -> Vec<[Value; 6]> {
    let steps = shown["delays"]["steps"].as_array().unwrap();
    let fields = ["agency", "to", "hours", "hours_stopped", "hours_late", "days_late"];
    steps.iter().map(|step| fields.map(|field| step[field].clone())).collect()
}

#[actix_web::test]
async fn each_step_has_its_hours_and_its_days_late() {
    let app = TestApp::start();
    let caller = app.district().await;
    app.now(RECEIVED);
    let code = caller.receive(&receipt(RECEIVED)).await;
    let step =
        json!({"to_agency": "H51.29.05", "to_officer": "Lê Văn Cường", "step_due_at": at("02-17T17:00")});
    app.happens(&caller, &code, "forwarded", "02-15T15:00", step).await;
    app.happens(&caller, &code, "forwarded", "02-21T09:00", json!({"to_unit": "Lãnh đạo phòng"})).await;
    app.now(&at("02-23T09:00"));
    let open = shown(&caller, &code).await;
    assert_eq!((&open["timing"]["state"], &open["timing"]["days_late"]), (&json!("overdue"), &json!(3)));
    assert_eq!(
        steps(&open),
        [
            // 08:00-11:30 and 13:30-15:00.
            [json!("H51.29"), json!(at("02-15T15:00")), json!("5"), json!("0"), json!(null), json!(0)],
            // 2 hours, three days of 8, 2 hours; Friday and Monday morning after it was due. Monday began with it.
            [json!("H51.29.05"), json!(at("02-21T09:00")), json!("28"), json!("0"), json!("10"), json!(1)],
            [json!("H51.29.05"), json!(null), json!("16"), json!("0"), json!(null), json!(2)],
        ]
    );
    assert_eq!(open["delays"]["segments"], json!([]));
    assert_eq!(open["delays"]["steps"][1]["officer"], "Lê Văn Cường");
    assert!(open.get("events").is_none());

    let path = format!("/v1/dossiers/{code}?include=events,delays");
    let first = caller.get(&path).await;
    let both = first.expect(200);
    assert!(both["events"].as_array().unwrap().len() == 3 && both["delays"] == open["delays"]);
    let tag = first.header("etag").to_owned();
    assert_eq!(caller.get_with(&path, ("If-None-Match", &tag)).await.status.as_u16(), 304);
    app.now(&at("02-23T10:00"));
    caller.get_with(&path, ("If-None-Match", &tag)).await.expect(200);
    caller.get(&format!("/v1/dossiers/{code}?include=days")).await.problem(422, "invalid_value");

    let decided = json!({"result": {"outcome": "granted"}});
    app.happens(&caller, &code, "completed", "02-23T11:30", decided).await;
    app.now(&at("03-15T08:00"));
    let ended = shown(&caller, &code).await;
    assert_eq!(
        steps(&ended)[2],
        [json!("H51.29.05"), json!(at("02-23T11:30")), json!("18.5"), json!("0"), json!(null), json!(2)],
        "it ended with the handling"
    );
}

#[actix_web::test]
async fn what_stood_still_is_nobodys_delay() {
    let app = TestApp::start();
    let caller = app.district().await;
    app.now(RECEIVED);
    let code = caller.receive(&receipt(RECEIVED)).await;
    app.happens(&caller, &code, "supplement_requested", "02-16T08:00", json!({})).await;
    app.now(&at("02-17T09:00"));
    let stopped = shown(&caller, &code).await;
    assert_eq!(stopped["timing"]["days_late"], json!(null));
    let step = [json!("H51.29"), json!(null), json!("8"), json!("9"), json!(null), json!(null)];
    assert_eq!(steps(&stopped), [step], "a day until it stopped, and a day and an hour since");
    app.happens(&caller, &code, "supplement_received", "02-18T08:00", json!({})).await;
    app.now(&at("02-18T17:00"));
    let running = shown(&caller, &code).await;
    let step = [json!("H51.29"), json!(null), json!("15"), json!("16"), json!(null), json!(0)];
    assert_eq!(steps(&running), [step]);
}

#[actix_web::test]
async fn each_part_of_a_chained_limit_has_its_own_lateness() {
    let app = TestApp::start();
    let root = app.root().await;
    let days = |amount: &str| json!({"unit": "working_days", "amount": amount});
    let mut limit = days("3");
    limit["segments"] = json!([
        {"agency_role": "receiving", "limit": days("1")}, {"agency_role": "competent", "limit": days("2")}
    ]);
    let procedure = json!({
        "name": "Liên thông", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["district", "commune"],
        "effective_from": "2021-01-01", "limits": [{"limit": limit}]
    });
    root.publish("1.009998", &procedure).await;
    app.now(RECEIVED);
    let mut body = receipt(RECEIVED);
    body["procedure"] = json!("1.009998");
    body["competent_agency"] = json!("H51.29.05");
    let code = root.receive(&body).await;
    let parts = async || -> Value { shown(&root, &code).await["delays"]["segments"].clone() };
    let part = |(agency, due_on): (&str, &str), ended_at: Value, days_late: Value| json!({"agency": agency, "due_on": due_on, "ended_at": ended_at, "days_late": days_late});

    app.now(&at("02-17T09:00"));
    let (first, second) = (("H51.29", "2022-02-16"), ("H51.29.05", "2022-02-18"));
    let waiting = [part(first, json!(null), json!(1)), part(second, json!(null), json!(null))];
    assert_eq!(parts().await, json!(waiting), "the second has not got it yet");
    app.happens(&root, &code, "forwarded", "02-18T09:00", json!({"to_agency": "H51.29.05"})).await;
    // Asking back is no end of the part.
    app.happens(&root, &code, "forwarded", "02-18T10:00", json!({"to_agency": "H51.29"})).await;
    app.happens(&root, &code, "forwarded", "02-21T10:00", json!({"to_agency": "H51.29.05"})).await;
    let decided = json!({"result": {"outcome": "granted"}});
    app.happens(&root, &code, "completed", "02-21T15:00", decided).await;
    let ended =
        [part(first, json!(at("02-18T09:00")), json!(2)), part(second, json!(at("02-21T15:00")), json!(1))];
    assert_eq!(parts().await, json!(ended));
}
