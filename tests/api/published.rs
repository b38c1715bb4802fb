//! What counts as disclosed, and when: what the catalogue shows, of every version that was in force in a period.

use crate::disclosure::{OFFICE, record};
use crate::harness::{Client, TestApp, at, content, publication};
use serde_json::{Value, json};

const PATH: &str = "/v1/procedures/1.004873";

/// Publishes the next version, by a decision of a day.
async fn next(root: &Client, signed_on: &str, effective_from: &str, published_on: &str) {
    let mut body = publication("amended");
    (body["decision"]["signed_on"], body["published_on"]) = (json!(signed_on), json!(published_on));
    body["draft"] = json!({
        "name": "Cấp Giấy xác nhận tình trạng hôn nhân", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["district", "commune"],
        "effective_from": effective_from, "limits": [{"limit": {"unit": "working_days", "amount": "3"}}], "content": content(),
    });
    root.post_if(&format!("{PATH}/publications"), &body, "*").await.expect(201);
}

async fn disclose(office: &Client, version: i32, on: &str) {
    record(office, OFFICE, json!({"disclosed_version": version, "disclosed_at": on})).await;
}

/// The office in compliance: a number, and metric 1.2.
async fn office(caller: &Client, query: &str) -> Value {
    let found = caller.get(&format!("/v1/compliance?agency=H51.29.05{query}")).await.expect(200);
    found["items"][0].clone()
}

/// What is behind metric 1.2 of the office: due, done, in time.
async fn behind(caller: &Client, to: &str) -> Value {
    let path = format!("/v1/quality-index/1.2/items?from=2022-02-01&to={to}&agency=H51.29.05&below=false");
    let found = caller.get(&path).await.expect(200);
    let rows = found["items"].as_array().unwrap().iter();
    rows.map(|row| json!([row["due_on"], row["done_on"], row["is_counted"]])).collect()
}

/// Signed on Friday 2022-01-28, so to be disclosed through 2022-02-11.
#[actix_web::test]
async fn nobody_discloses_what_the_catalogue_does_not_show() {
    for (published_on, state, done_on) in [
        ("2022-02-10", "current", json!("2022-02-10")),
        ("2022-02-14", "late", json!("2022-02-14")),
        ("2022-02-16", "missing", json!(null)),
    ] {
        let app = TestApp::start();
        let (root, district) = (app.root().await, app.district().await);
        next(&root, "2022-01-28", "2022-02-07", published_on).await;
        disclose(&district, 2, &at("02-08T08:00")).await;
        assert_eq!(district.get(OFFICE).await.expect(200)["state"], state, "{published_on}");
        let row = office(&district, "").await;
        assert_eq!(row[state], 1, "{row}");
        assert_eq!(row["metrics"]["1.2"]["numerator"], i64::from(state == "current"), "{row}");
        let items = behind(&district, "2022-02-15").await;
        assert_eq!(items, json!([["2022-02-11", done_on, state == "current"]]), "{published_on}");
    }
}

/// A version that was disclosed too late makes its procedure late in the period, whatever took its place since.
#[actix_web::test]
async fn a_version_that_has_ended_counts_in_its_period() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    next(&root, "2022-01-28", "2022-02-07", "2022-01-29").await;
    disclose(&district, 2, &at("02-14T08:00")).await;
    let late = json!([["2022-02-11", "2022-02-14", false]]);
    assert_eq!(behind(&district, "2022-02-15").await, late);
    next(&root, "2022-02-14", "2022-02-21", "2022-02-14").await;
    app.now("2022-02-22T08:00:00+07:00");
    disclose(&district, 3, &at("02-18T08:00")).await;
    assert_eq!(behind(&district, "2022-02-22").await, late, "the late one is told");
    let metric = office(&district, "&from=2022-02-01").await["metrics"]["1.2"].clone();
    assert_eq!((&metric["numerator"], &metric["denominator"]), (&json!(0), &json!(1)));
    let after = office(&district, "&from=2022-02-15").await["metrics"]["1.2"].clone();
    assert_eq!((&after["numerator"], &after["denominator"]), (&json!(1), &json!(1)), "its period is over");
    let mut end = publication("abolished");
    end["decision"]["signed_on"] = json!("2022-02-22");
    end["decision"]["effective_on"] = json!("2022-02-28");
    root.post_if(&format!("{PATH}/abolition"), &end, "*").await.expect(201);
    app.now("2022-03-01T08:00:00+07:00");
    let gone = office(&district, "&from=2022-02-01").await;
    assert_eq!((&gone["in_force"], &gone["metrics"]["1.2"]["denominator"]), (&json!(0), &json!(1)), "{gone}");
}

/// Nobody is late by a day that cannot be told, and one whose version ended before its day owed nothing.
#[actix_web::test]
async fn what_has_no_day_is_not_judged() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    // Signed in 2020, of which there is no calendar.
    disclose(&district, 1, &at("02-10T08:00")).await;
    assert_eq!(district.get(OFFICE).await.expect(200)["due_on"], json!(null));
    assert_eq!(behind(&district, "2022-02-15").await, json!([]));
    next(&root, "2022-02-09", "2022-02-10", "2022-02-09").await;
    next(&root, "2022-02-10", "2022-02-11", "2022-02-10").await;
    app.now("2022-02-16T08:00:00+07:00");
    assert_eq!(
        behind(&district, "2022-02-16").await,
        json!([]),
        "due on the 17th, and the first of them to nobody"
    );
    app.now("2022-02-18T08:00:00+07:00");
    assert_eq!(behind(&district, "2022-02-18").await, json!([["2022-02-17", null, false]]));
}

/// Draft and decision in one request: nothing is left behind when it is refused, and a dry run says so before.
#[actix_web::test]
async fn a_draft_may_come_with_its_decision() {
    let app = TestApp::start();
    let root = app.root().await;
    let path = "/v1/procedures/1.000777";
    let mut body = publication("new");
    body["draft"] = json!({
        "name": "Cấp giấy", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["commune"], "effective_from": "2022-02-07",
        "limits": [{"limit": {"unit": "working_days", "amount": "3"}}], "content": content(),
    });
    let with = |pointer: &str, value: Value| {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    for dry_run in ["", "?dry_run=true"] {
        let post = async |body: &Value| root.post(&format!("{path}/publications{dry_run}"), body).await;
        post(&with("/decision/kind", json!("abolished"))).await.problem_at(
            422,
            "wrong_decision",
            "/decision/kind",
        );
        post(&with("/draft/content/steps", json!([]))).await.problem_at(
            422,
            "part_missing",
            "/draft/content/steps",
        );
        post(&with("/draft/name", json!(" "))).await.problem_at(422, "part_missing", "/draft/name");
        post(&with("/draft/field", json!(1))).await.problem_at(422, "wrong_type", "/draft/field");
        root.get(path).await.problem(404, "not_found");
        root.get(&format!("{path}?draft=true")).await.problem(404, "not_found");
    }
    root.post(&format!("{path}/publications?dry_run=true"), &body).await.expect(201);
    root.get(path).await.problem(404, "not_found");
    assert_eq!(root.post(&format!("{path}/publications"), &body).await.expect(201)["version"], 1);
    root.post(&format!("{path}/publications"), &with("/decision/kind", json!("amended")))
        .await
        .problem(428, "precondition_required");
    root.post("/v1/procedures/khai-sinh/publications", &body).await.problem(404, "not_found");
}
