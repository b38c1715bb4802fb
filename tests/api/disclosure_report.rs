//! The report on disclosure: its numbers are those of the lists of other features, and it is there for people too.

use crate::disclosure::{OFFICE, amend, record};
use crate::harness::{Client, TestApp, at};
use crate::reports::february;
use crate::sealed_reports::cells;
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

const REPORT: &str = "/v1/reports/disclosure";

/// A district with everything that the report counts.
async fn a_busy_district(app: &TestApp) -> Client {
    let (root, district) = (app.root().await, app.district().await);
    february(app, &root).await;
    app.now("2022-02-14T08:00:00+07:00");
    amend(app).await;
    record(&district, OFFICE, json!({"disclosed_at": at("02-11T08:00")})).await;
    let dispatch = json!({"number": "12/UBND-KSTT", "signed_on": "2022-02-10", "issued_by": "UBND tỉnh"});
    let review =
        json!({"title": "Rà soát", "dispatch": dispatch, "agencies": ["H51.29"], "due_on": "2022-02-14"});
    let review = root.post("/v1/reviews", &review).await.expect(201);
    let said = json!({"agency": "H51.29.05", "items": [{"procedure": "1.004873", "outcome": "current"}]});
    let path = format!("/v1/reviews/{}/confirmations", review["id"].as_str().unwrap());
    district.post(&path, &said).await.expect(201);
    for about in ["overdue", "stale"] {
        let body = json!({"agency": "H51.29.05", "about": about, "due_on": "2022-02-15"});
        let sent = root.post("/v1/reminders", &body).await.expect(201);
        if about == "overdue" {
            let path = format!("/v1/reminders/{}/acknowledgement", sent["id"].as_str().unwrap());
            let answer = json!({"explanation": "Thiếu cán bộ", "promised_on": "2022-02-18"});
            district.post(&path, &answer).await.expect(201);
        }
    }
    app.now("2022-02-15T10:00:00+07:00");
    district
}

fn row<'a>(report: &'a Value, code: &str) -> &'a Value {
    report["rows"].as_array().unwrap().iter().find(|row| row["row"] == code).unwrap()
}

async fn items(caller: &Client, path: &str) -> Vec<Value> {
    caller.get(path).await.expect(200)["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn its_numbers_are_those_of_the_lists() {
    let app = TestApp::start();
    let district = a_busy_district(&app).await;
    let report = district.get(&format!("{REPORT}?agency=H51.29")).await.expect(200);
    let rows = report["rows"].as_array().unwrap();
    assert_eq!((&report["from"], &report["to"]), (&json!("2022-01-01"), &json!("2022-02-15")));
    let codes: Vec<&str> = rows.iter().map(|row| row["row"].as_str().unwrap()).collect();
    assert!(codes.is_sorted() && codes.len() == 3, "{codes:?}");
    for disclosed in items(&district, "/v1/compliance?agency=H51.29").await {
        let of = row(&report, disclosed["agency"]["code"].as_str().unwrap());
        for (name, number) in of["disclosure"].as_object().unwrap() {
            assert_eq!(number, &disclosed[name], "{name} of {of}");
        }
    }
    for activity in items(&district, "/v1/agencies/activity?agency=H51.29").await {
        let of = &row(&report, activity["code"].as_str().unwrap())["recording"];
        for name in ["events", "median_hours", "p90_hours", "within_one_working_day"] {
            assert_eq!(of[name], activity["recording"][name], "{name} of {activity}");
        }
        assert_eq!(of["silent_agencies"] == 1, activity["silent"] == true, "{activity}");
    }
    let total = &report["total"];
    for (name, list) in [("overdue", "overdue"), ("stale", "stale")] {
        let found = district.get(&format!("/v1/{list}?agency=H51.29&count=exact")).await.expect(200);
        assert_eq!(total["dossiers"][name], found["total"], "{name}");
    }
    let summary = district.get("/v1/overdue/summary?agency=H51.29").await.expect(200);
    assert_eq!(total["dossiers"]["open"], summary["total"]["open"]);
    let sum = |group: &str, name: &str| rows.iter().filter_map(|row| row[group][name].as_i64()).sum::<i64>();
    for (group, names) in [
        ("disclosure", vec!["in_force", "current", "missing", "stale"]),
        ("recording", vec!["events", "silent_agencies"]),
        ("dossiers", vec!["open", "overdue", "stale"]),
        ("reviews", vec!["procedures", "confirmed", "late"]),
        ("reminders", vec!["sent", "answered", "answered_in_time", "escalated"]),
    ] {
        for name in names {
            assert_eq!(report["total"][group][name], sum(group, name), "{group} {name}");
        }
    }
    let office = row(&report, "H51.29.05");
    assert_eq!(
        (&office["reviews"]["confirmed"], &office["reviews"]["late"]),
        (&json!(1), &json!(0)),
        "{office}"
    );
    assert!(total["reviews"]["late"].as_i64() > Some(0), "due on the 14th: {total}");
    let reminders = json!({"sent": 2, "answered": 1, "answered_in_time": 1, "escalated": 0});
    assert_eq!(office["reminders"], reminders);
    assert_eq!(office["dossiers"], json!({"open": 2, "overdue": 1, "stale": 1}), "{office}");
}

/// A period that is over is reported as it was at its end.
#[actix_web::test]
async fn it_is_of_the_end_of_the_period() {
    let app = TestApp::start();
    let district = a_busy_district(&app).await;
    app.now("2022-02-21T10:00:00+07:00");
    let then =
        district.get(&format!("{REPORT}?agency=H51.29&from=2022-02-01&to=2022-02-11")).await.expect(200);
    assert_eq!(then["as_of"], "2022-02-11T23:59:59.999999+07:00");
    assert_eq!(then["total"]["reminders"]["sent"], 0, "sent on the 14th");
    assert_eq!(then["total"]["reviews"]["procedures"], 0, "ordered on the 14th");
    assert_eq!(row(&then, "H51.29.05")["disclosure"]["current"], 0, "recorded on the 14th");
    let now = district.get(&format!("{REPORT}?agency=H51.29")).await.expect(200);
    assert!(now["total"]["reviews"]["procedures"].as_i64() > Some(0));
    let as_of = district
        .get(&format!("{REPORT}?agency=H51.29&as_of=2022-02-11T23:59:59.999999%2B07:00&from=2022-02-01"))
        .await;
    assert_eq!(as_of.expect(200)["total"], then["total"], "as it was answered then");
    let before =
        district.get(&format!("{REPORT}?agency=H51.29&from=2018-02-01&to=2018-02-28")).await.expect(200);
    assert_eq!(
        (&before["agency"], &before["rows"]),
        (&json!("H51.29"), &json!([])),
        "nothing was known then"
    );
    for (query, code) in [
        ("to=2022-02-22", "in_the_future"),
        ("from=2022-02-22", "invalid_value"),
        ("agency=H99", "unknown_agency"),
        ("as_of=2022-02-22T00:00:00Z", "in_the_future"),
        ("format=pdf", "invalid_value"),
    ] {
        district.get(&format!("{REPORT}?{query}")).await.problem(422, code);
    }
    district.get(&format!("{REPORT}?agency=H51.30")).await.problem(403, "agency_out_of_scope");
    let stranger = app.caller(&[Scope::DossiersRead], &["H51.29"]).await;
    stranger.get(REPORT).await.problem(403, "insufficient_scope");
}

#[actix_web::test]
async fn it_is_there_for_people_too() {
    let app = TestApp::start();
    let district = a_busy_district(&app).await;
    let json = district.get(&format!("{REPORT}?agency=H51.29")).await;
    let again =
        district.get_with(&format!("{REPORT}?agency=H51.29"), ("if-none-match", json.header("etag"))).await;
    assert_eq!(again.status, 304);
    let rows = json.json()["rows"].as_array().unwrap().len();
    let csv = district.get(&format!("{REPORT}?agency=H51.29&format=csv")).await.text();
    assert_eq!(csv.lines().count(), rows + 2, "{csv}");
    let page = district.get(&format!("{REPORT}?agency=H51.29&format=html")).await;
    assert_eq!(page.header("content-security-policy"), "default-src 'none'; style-src 'unsafe-inline'");
    let page = page.text();
    assert_eq!(page.matches("<tr").count(), 2 + rows + 1, "{page}");
    for part in ["TÌNH HÌNH CÔNG KHAI", "Phòng Tư pháp", "Tổng cộng", "từ", "<svg"] {
        assert!(page.to_lowercase().contains(&part.to_lowercase()), "{part}");
    }
    assert!(!page.contains("<script") && !page.contains("http"), "{page}");
    let book = district.get(&format!("{REPORT}?agency=H51.29&format=xlsx")).await;
    let same = district
        .get_with(&format!("{REPORT}?agency=H51.29&format=xlsx"), ("if-none-match", book.header("etag")))
        .await;
    assert_eq!(same.status, 304);
    let sheet = cells(&book.body, "Công khai TTHC");
    let has = |text: &str| sheet.iter().flatten().any(|cell| cell.contains(text));
    for text in [
        "ỦY BAN NHÂN DÂN HUYỆN",
        "Kỳ báo cáo: từ ngày 01/01/2022 đến ngày 15/02/2022",
        "Rà soát",
        "NGƯỜI LẬP BIỂU",
    ] {
        assert!(has(text), "{text}: {sheet:?}");
    }
    let office = sheet.iter().find(|row| row.iter().any(|cell| cell == "Phòng Tư pháp")).unwrap();
    assert_eq!(office[14..17], ["2", "1", "1"], "open, overdue, stale: {office:?}");
    assert_eq!(office[20..], ["2", "1", "1", "0"], "reminders: {office:?}");
    let total = sheet.iter().find(|row| row[0] == "Tổng cộng").unwrap();
    assert_eq!(total.len(), 24);
}
