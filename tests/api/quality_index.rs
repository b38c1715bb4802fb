//! The national index: its metrics, and what is behind each.

use crate::disclosure::{OFFICE, amend, announce, record};
use crate::harness::{Client, TestApp, at};
use crate::reports::{ended, february};
use congkhai::domain::vocabulary::{Metric, Scope};
use serde_json::{Value, json};

const FEBRUARY: &str = "from=2022-02-01&to=2022-02-28";

/// The index, after each of its numbers was held against the list behind it.
async fn index(caller: &Client, query: &str) -> Value {
    let body = caller.get(&format!("/v1/quality-index?{query}")).await.expect(200);
    let metrics = body["items"].as_array().unwrap();
    assert_eq!(metrics.len(), Metric::ALL.len());
    for metric in metrics {
        let behind = metric["behind"].as_str().unwrap();
        let list = caller.get(&format!("{behind}&count=exact&limit=200")).await.expect(200);
        let items = list["items"].as_array().unwrap();
        assert_eq!(list["total"], items.len(), "{behind}");
        let sum = |member: &str| items.iter().filter_map(|item| item[member].as_i64()).sum::<i64>();
        let count =
            |is: bool| i64::try_from(items.iter().filter(|it| it["is_counted"] == is).count()).unwrap();
        let (numerator, denominator) = match metric["code"].as_str() {
            Some("2.2") => (sum("minutes"), sum("resolved")),
            _ => (count(true), count(true) + count(false)),
        };
        assert_eq!(metric["numerator"].as_i64().unwrap_or(0), numerator, "{metric} {list}");
        assert_eq!(metric["denominator"].as_i64().unwrap_or(0), denominator, "{metric} {list}");
        let has_none = metric["denominator"].is_null();
        assert_eq!(
            (denominator == 0, metric["numerator"].is_null()),
            (has_none, has_none),
            "no data is not zero: {metric}"
        );
        assert_eq!(metric["score"].is_null(), !metric["reason"].is_null(), "{metric}");
        for is_counted in [true, false] {
            let part = caller.get(&format!("{behind}&counted={is_counted}&count=exact")).await.expect(200);
            assert_eq!(part["total"], count(is_counted), "{behind}");
        }
    }
    body
}

fn metric<'a>(body: &'a Value, code: &str) -> &'a Value {
    body["items"].as_array().unwrap().iter().find(|metric| metric["code"] == code).unwrap()
}

fn parts(metric: &Value) -> Value {
    json!([metric["numerator"], metric["denominator"], metric["score"], metric["reason"]])
}

#[actix_web::test]
async fn each_metric_has_its_number_its_points_and_what_is_behind_it() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let codes = february(&app, &root).await;
    app.now("2022-02-15T10:00:00+07:00");
    amend(&app).await;
    for (code, signed_on) in [("1.000101", "2022-02-08"), ("1.000102", "2022-02-09")] {
        announce(&root, code, signed_on, Some("H51.29")).await;
    }
    record(&district, OFFICE, json!({"disclosed_at": at("02-11T08:00")})).await;
    let query = format!("{FEBRUARY}&agency=H51.29");
    let body = index(&district, &query).await;
    assert_eq!(
        (&body["agency"], &body["in_force"], &body["to"]),
        (&json!("H51.29"), &json!(false), &json!("2022-02-28"))
    );
    assert_eq!(parts(metric(&body, "1.1")), json!([1, 2, "3.00", null]));
    assert_eq!(metric(&body, "1.2")["numerator"], 1);
    assert_eq!(parts(metric(&body, "1.3")), json!([1, 1, "2.00", null]));
    assert_eq!(parts(metric(&body, "1.4")), json!([null, null, null, "no_data"]));
    // Three ended, of which one late; one waits since before its day, one is open and overdue.
    assert_eq!(parts(metric(&body, "2.1")), json!([3, 5, "12.00", null]));
    // Two days, three, and four.
    let took = metric(&body, "2.2");
    assert_eq!(parts(took), json!([9 * 24 * 60, 3, null, "no_points"]));
    assert_eq!((&took["average_days"], &took["max"]), (&json!("3.00"), &json!(null)));
    let named = metric(&body, "2.1");
    assert_eq!((&named["max"], &named["law"]), (&json!("20"), &json!("QĐ 766/QĐ-TTg")));

    let announced =
        district.get(&format!("/v1/quality-index/1.1/items?{query}&counted=false")).await.expect(200);
    let expected = json!({
        "agency": "H51.29", "procedure_code": "1.000102", "procedure_name": "Đăng ký kết hôn", "field": "ho-tich", "dossier": null,
        "is_counted": false, "due_on": "2022-02-08", "done_on": "2022-02-09", "resolved": null, "minutes": null, "average_days": null,
    });
    assert_eq!(announced["items"], json!([expected]));
    let late = district.get(&format!("/v1/quality-index/2.1/items?{query}&counted=false")).await.expect(200);
    let found: Vec<(&str, &Value, &Value)> = late["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["dossier"].as_str().unwrap(), &item["due_on"], &item["done_on"]))
        .collect();
    let due = json!("2022-02-10");
    assert_eq!(
        found,
        [(codes[3].as_str(), &due, &json!(null)), (codes[2].as_str(), &due, &json!("2022-02-11"))]
    );
}

/// The Decision subtracts the time of a supplement, where the law begins the limit anew: the dossier is on time by the law and late by the index.
/// Who asks twice is late at once.
#[actix_web::test]
async fn a_supplement_is_judged_as_the_decision_does() {
    let app = TestApp::start();
    let root = app.root().await;
    let codes = february(&app, &root).await;
    // Asked for on the last day, answered on Monday: by the law three days begin anew, by the index the rest of the last one is left.
    app.happens(&root, &codes[4], "supplement_received", "02-14T09:00", json!({})).await;
    ended(&app, &root, &codes[4], "02-17T08:00").await;
    app.now("2022-02-18T10:00:00+07:00");
    let dossier = root.get(&format!("/v1/dossiers/{}", codes[4])).await.expect(200);
    assert_eq!(dossier["timing"]["state"], "on_time", "{dossier}");
    let body = index(&root, FEBRUARY).await;
    assert_eq!(parts(metric(&body, "2.1")), json!([2, 5, "8.00", null]));
    // It stood still for four days of ten.
    let took = root.get(&format!("/v1/quality-index/2.2/items?{FEBRUARY}")).await.expect(200);
    assert_eq!(took["items"][0]["minutes"], (9 * 24 + 6 * 24 - 1) * 60, "{took}");

    // Known by the end of the 10th.
    let then = index(&root, &format!("{FEBRUARY}&as_of=2022-02-10T16:00:00Z")).await;
    assert_eq!(parts(metric(&then, "2.1")), json!([5, 5, "20.00", null]));
    assert!(metric(&then, "2.1")["behind"].as_str().unwrap().contains("as_of=2022-02-10T16:00:00.000000Z"));
}

/// What compliance shows of an agency alone, the index opens with `below=false`.
#[actix_web::test]
async fn the_metrics_of_compliance_open() {
    let app = TestApp::start();
    let district = app.district().await;
    amend(&app).await;
    announce(&app.root().await, "1.000101", "2022-02-08", Some("H51.29")).await;
    record(&district, OFFICE, json!({"disclosed_at": at("02-14T08:00")})).await;
    let compliance = district.get("/v1/compliance?from=2022-01-01&to=2022-02-15").await.expect(200);
    let (mut opened, mut sums) = (0, [0; 3]);
    for row in compliance["items"].as_array().unwrap() {
        let code = row["agency"]["code"].as_str().unwrap();
        for (at, metric) in ["1.1", "1.2", "1.3"].into_iter().enumerate() {
            let path = format!(
                "/v1/quality-index/{metric}/items?from=2022-01-01&to=2022-02-15&agency={code}&below=false&count=exact"
            );
            let shown = &row["metrics"][metric];
            assert_eq!(
                district.get(&path).await.expect(200)["total"],
                shown["denominator"].as_i64().unwrap_or(0),
                "{path}"
            );
            let counted = district.get(&format!("{path}&counted=true")).await.expect(200);
            assert_eq!(counted["total"], shown["numerator"].as_i64().unwrap_or(0), "{path}");
            opened += i64::from(!shown.is_null());
            sums[at] += shown["denominator"].as_i64().unwrap_or(0);
        }
    }
    assert!(opened > 3, "{compliance}");
    // All that the district sees is more than what it was given for: agencies that it watches are not below it.
    let body = index(&district, "from=2022-01-01&to=2022-02-15&agency=H51.29").await;
    let below = metric(&body, "1.2")["denominator"].as_i64().unwrap();
    assert!(0 < below && below <= sums[1]);
}

#[actix_web::test]
async fn without_data_nothing_is_scored_and_nonsense_is_refused() {
    let app = TestApp::start();
    let root = app.root().await;
    let none = index(&root, "from=2018-02-01&to=2018-02-28").await;
    for metric in none["items"].as_array().unwrap() {
        assert_eq!(parts(metric), json!([null, null, null, "no_data"]), "{metric}");
    }
    app.now("2022-07-01T08:00:00+07:00");
    let later = index(&root, "from=2022-06-01&to=2022-06-30").await;
    assert_eq!(later["in_force"], true, "from 23 June 2022 on");
    for (path, code) in [
        ("?from=2022-02-01", "missing_field"),
        ("?from=2022-02-02&to=2022-02-01", "invalid_value"),
        ("?from=2022-07-02&to=2022-07-31", "in_the_future"),
        ("?from=2022-02-01&to=2022-02-28&agency=H99", "unknown_agency"),
        ("/1.1/items?from=2022-02-01&to=2022-02-28&below=false", "missing_field"),
        ("/2.1/items?from=2022-02-01&to=2022-02-28&counted=2", "wrong_type"),
    ] {
        root.get(&format!("/v1/quality-index{path}")).await.problem(422, code);
    }
    root.get(&format!("/v1/quality-index/3.1/items?{FEBRUARY}")).await.problem(404, "not_found");
    let district = app.district().await;
    district
        .get(&format!("/v1/quality-index?{FEBRUARY}&agency=H51.30"))
        .await
        .problem(403, "agency_out_of_scope");
    let reader = app.caller(&[Scope::DossiersRead], &["H51.29"]).await;
    reader.get(&format!("/v1/quality-index?{FEBRUARY}")).await.problem(403, "insufficient_scope");
}

#[actix_web::test]
async fn items_come_in_pages_and_as_a_whole() {
    let app = TestApp::start();
    let root = app.root().await;
    february(&app, &root).await;
    app.now("2022-02-15T10:00:00+07:00");
    for (metric, count) in [("1.2", None), ("2.1", Some(5)), ("2.2", Some(1)), ("1.4", Some(0))] {
        let path = format!("/v1/quality-index/{metric}/items?{FEBRUARY}");
        let whole = root.get(&format!("{path}&format=ndjson")).await.text();
        let whole: Vec<Value> = whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(count.is_none_or(|count: usize| whole.len() == count), "{metric}: {whole:?}");
        let (mut found, mut next) = (vec![], Some(String::new()));
        while let Some(cursor) = next {
            let more = if cursor.is_empty() { cursor } else { format!("&cursor={cursor}") };
            let page = root.get(&format!("{path}&limit=2{more}")).await.expect(200);
            found.extend(page["items"].as_array().unwrap().clone());
            next = page["next_cursor"].as_str().map(str::to_owned);
        }
        assert_eq!(found, whole, "{metric}");
        let first = root.get(&format!("{path}&format=csv")).await;
        assert_eq!(first.text().lines().count(), whole.len() + 1);
        let again =
            root.get_with(&format!("{path}&format=csv"), ("if-none-match", first.header("etag"))).await;
        assert_eq!(again.status, 304, "{metric}");
    }
    let first = root.get(&format!("/v1/quality-index?{FEBRUARY}")).await;
    app.now("2022-02-15T11:00:00+07:00");
    let path = format!("/v1/quality-index?{FEBRUARY}");
    let again = root.get_with(&path, ("if-none-match", first.header("etag"))).await;
    assert_eq!(again.status, 304, "as of another instant it says the same");
}
