//! Reports that were sealed never change: their numbers, their dossiers, their corrections.

use crate::harness::evidence::close_days;
use crate::harness::{Client, TestApp, event};
use crate::reports::{ended, february, number, report};
use calamine::{Reader, Xlsx};
use congkhai::domain::canonical;
use congkhai::domain::vocabulary::{Column, Scope};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::Cursor;

const WEEK: &str = "from=2022-02-07&to=2022-02-13";

fn sealing() -> Value {
    json!({"kind": "resolution", "from": "2022-02-07", "to": "2022-02-13"})
}

/// What anybody can compute of a body.
fn digest(body: &Value) -> String {
    let mut said = body.clone();
    let object = said.as_object_mut().unwrap();
    object.retain(|name, _| !["digest", "corrections"].contains(&name.as_str()));
    let hash = Sha256::digest(canonical::text_of(&said));
    format!("sha256:{}", congkhai::domain::hash_chain::to_hex(&hash))
}

/// The address of a report, and what it says.
async fn sealed(caller: &Client, body: &Value) -> (String, Value) {
    let answer = caller.post("/v1/reports", body).await;
    let shown = answer.expect(201);
    assert_eq!(shown["digest"], digest(&shown), "{shown}");
    (answer.header("location").to_owned(), shown)
}

/// Every number of a sealed report opens to as many dossiers.
async fn opens(caller: &Client, path: &str, shown: &Value, with: &str) {
    for row in shown["rows"].as_array().unwrap().iter().chain([&shown["total"]]) {
        for column in Column::ALL {
            let cell = format!("{path}/cells/{}/{column}?count=exact{with}", row["row"].as_str().unwrap());
            assert_eq!(caller.get(&cell).await.expect(200)["total"], number(row, *column), "{cell}");
        }
    }
}

/// Ended on Friday the 11th, and recorded on Wednesday.
async fn recorded_late(app: &TestApp, caller: &Client, code: &str) {
    app.now("2022-02-16T09:00:00+07:00");
    let end = event("completed", "2022-02-11T16:00:00+07:00", json!({"result": {"outcome": "granted"}}));
    caller.record(code, &end).await;
}

#[actix_web::test]
async fn a_sealed_report_stays_as_it_is() {
    let app = TestApp::start();
    let root = app.root().await;
    let codes = february(&app, &root).await;
    app.now("2022-02-14T09:00:00+07:00");
    let (path, shown) = sealed(&root, &sealing()).await;
    assert_eq!((&shown["number"], &shown["as_of"]), (&json!(1), &json!("2022-02-14T08:59:00+07:00")));
    let live = report(&root, &format!("{WEEK}&as_of=2022-02-14T08:59:00%2B07:00")).await;
    for member in ["form", "agency", "from", "to", "by", "rows", "total", "late_recorded"] {
        assert_eq!(shown[member], live[member], "{member}");
    }
    app.happens(&root, &codes[4], "supplement_received", "02-15T11:00", json!({})).await;
    ended(&app, &root, &codes[4], "02-15T12:00").await;
    recorded_late(&app, &root, &codes[3]).await;
    app.now("2022-02-18T09:00:00+07:00");
    close_days(&app).await;
    assert_eq!(root.get(&path).await.expect(200), shown);
    opens(&root, &path, &shown, "").await;
    assert_ne!(report(&root, WEEK).await["rows"], shown["rows"], "what is known now is otherwise");
    let csv = root.get(&format!("{path}?format=csv")).await.text();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    for statement in ["UPDATE reports SET number = 9", "DELETE FROM reports"] {
        let client = crate::harness::connect(&app.db.url).await;
        let refused = client.execute(statement, &[]).await.unwrap_err();
        assert_eq!(refused.as_db_error().unwrap().constraint(), Some("reports_are_kept"), "{statement}");
    }
}

/// What the cells of a sheet show, row by row.
pub fn cells(book: &[u8], sheet: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(book)).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[actix_web::test]
async fn a_report_is_printed_as_an_office_sends_it() {
    let app = TestApp::start();
    let district = app.district().await;
    february(&app, &district).await;
    app.now("2022-02-14T09:00:00+07:00");
    let (path, shown) = sealed(&district, &sealing()).await;
    let answer = district.get(&format!("{path}?format=xlsx")).await;
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"report.xlsx\"");
    let form = cells(&answer.body, "Biểu II.06");
    let has = |text: &str| form.iter().flatten().any(|cell| cell.contains(text));
    for text in [
        "ỦY BAN NHÂN DÂN HUYỆN",
        "Biểu số II.06a/VPCP/KSTT",
        "Kỳ báo cáo: từ ngày 07/02/2022 đến ngày 13/02/2022",
        "Trực tiếp, dịch vụ bưu chính",
        "(3)=(4)+(5)+(6)",
        "đang tạm dừng, chờ bổ sung: 1",
        "cập nhật đến 08:59 ngày 14/02/2022",
        shown["digest"].as_str().unwrap(),
        "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ",
    ] {
        assert!(has(text), "{text}: {form:?}");
    }
    let rows: Vec<&Vec<String>> =
        form.iter().filter(|row| row.iter().any(|cell| cell == "Hộ tịch")).collect();
    assert_eq!(rows[0][..], ["1", "Hộ tịch", "5", "1", "4", "0", "3", "1", "1", "1", "2", "1", "1"]);
    let total = form.iter().find(|row| row[0] == "Tổng cộng").unwrap();
    assert_eq!(
        total[2..],
        ["5", "1", "4", "0", "3", "1", "1", "1", "2", "1", "1"],
        "sums, with their results"
    );
    let late = cells(&answer.body, "Hồ sơ quá hạn");
    assert_eq!(late.len(), 4, "a title, a heading, one late and one overdue: {late:?}");
    assert_eq!((late[2][8].as_str(), late[3][7].as_str()), ("1", "Đang giải quyết"));
    let live = district.get(&format!("/v1/reports/resolution?{WEEK}&format=xlsx")).await;
    assert_eq!(cells(&live.body, "Hồ sơ quá hạn")[2..], late[2..]);
    let none = district.get("/v1/reports/resolution?from=2022-01-03&to=2022-01-04&format=xlsx").await;
    assert!(
        cells(&none.body, "Hồ sơ quá hạn").iter().flatten().any(|cell| cell == "Không có hồ sơ quá hạn.")
    );
}

#[actix_web::test]
async fn a_report_is_a_page_without_scripts() {
    let app = TestApp::start();
    let district = app.district().await;
    february(&app, &district).await;
    app.now("2022-02-14T09:00:00+07:00");
    let (path, shown) = sealed(&district, &sealing()).await;
    let answer = district.get(&format!("{path}?format=html")).await;
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; style-src 'unsafe-inline'");
    let page = answer.text();
    for text in [
        "<b>Ủy ban nhân dân huyện</b>",
        "Từ ngày 07/02/2022 đến ngày 13/02/2022",
        "<td class=\"n\">Hộ tịch</td><td>5</td><td>1</td><td>4</td><td>0</td><td>3</td>",
        ">02/2022</text>",
        "Phòng Tư pháp</text>",
        "33,3% (1/3)",
        shown["digest"].as_str().unwrap(),
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("<script") && !page.contains("http"), "{page}");
    let live = format!("/v1/reports/resolution?{WEEK}");
    let accepted = district.get_with(&live, ("accept", "text/html")).await;
    assert!(accepted.text().starts_with("<!DOCTYPE html>"));
    district.get(&format!("{live}&format=pdf")).await.problem(422, "invalid_value");
}

#[actix_web::test]
async fn a_correction_says_what_the_report_should_have_said() {
    let app = TestApp::start();
    let root = app.root().await;
    let codes = february(&app, &root).await;
    app.now("2022-02-14T09:00:00+07:00");
    let (path, shown) = sealed(&root, &sealing()).await;
    let corrections = format!("{path}/corrections");
    let reason = json!({"reason": "  Cập nhật muộn "});
    root.post(&corrections, &reason).await.problem(409, "nothing_to_correct");
    recorded_late(&app, &root, &codes[3]).await;
    root.post(&corrections, &reason).await.problem(409, "nothing_to_correct");
    app.now("2022-02-16T09:02:00+07:00");
    let correction = root.post(&corrections, &reason).await.expect(201);
    assert_eq!((&correction["number"], &correction["reason"]), (&json!(1), &json!("Cập nhật muộn")));
    assert_eq!(
        (&correction["previous"], &correction["digest"]),
        (&shown["digest"], &json!(digest(&correction)))
    );
    let cell = |column: &str, old: i64, new: i64| json!({"row": "ho-tich", "name": "Hộ tịch", "column": column, "old": old, "new": new});
    let cells = [
        cell("resolved_total", 3, 4),
        cell("resolved_late", 1, 2),
        cell("pending_total", 2, 1),
        cell("pending_overdue", 1, 0),
    ];
    assert_eq!(correction["cells"], json!(cells));
    root.post(&corrections, &reason).await.problem(409, "nothing_to_correct");
    let after = root.get(&path).await.expect(200);
    assert_eq!(after["corrections"], json!([correction]));
    assert_eq!(after["rows"], shown["rows"]);
    opens(&root, &path, &shown, "").await;
    opens(&root, &path, &report(&root, WEEK).await, "&correction=1").await;
    let csv = root.get(&format!("{path}?format=csv")).await.text();
    assert!(csv.contains("ho-tich,Hộ tịch,5,1,4,0,4,1,1,2,1,1,0,"), "{csv}");
    let unknown = root.get(&format!("{path}/cells/total/pending_total?correction=2")).await;
    unknown.problem(422, "invalid_value");
    root.post(&corrections, &json!({"reason": " "})).await.problem_at(422, "invalid_value", "/reason");
}

/// The tag of a report in each of its formats; whoever has it is answered that nothing has changed, in that format alone.
async fn tags(caller: &Client, path: &str) -> Vec<String> {
    let formats = ["json", "csv", "html", "xlsx"];
    let mut tags = vec![];
    for format in formats {
        tags.push(caller.get(&format!("{path}?format={format}")).await.header("etag").to_owned());
    }
    for (at, tag) in tags.iter().enumerate() {
        for (other, format) in formats.iter().enumerate() {
            let again = caller.get_with(&format!("{path}?format={format}"), ("if-none-match", tag)).await;
            assert_eq!(again.status == 304, at == other, "{tag} of {} for {format}", formats[at]);
        }
    }
    tags
}

#[actix_web::test]
async fn every_format_of_a_report_has_a_tag_of_its_own() {
    let app = TestApp::start();
    let root = app.root().await;
    let codes = february(&app, &root).await;
    app.now("2022-02-14T09:00:00+07:00");
    let (path, _) = sealed(&root, &sealing()).await;
    let before = tags(&root, &path).await;
    recorded_late(&app, &root, &codes[3]).await;
    app.now("2022-02-16T09:02:00+07:00");
    root.post(&format!("{path}/corrections"), &json!({"reason": "Cập nhật muộn"})).await.expect(201);
    let after = tags(&root, &path).await;
    assert!(after.iter().all(|tag| !before.contains(tag)), "{before:?} {after:?}");
}

#[actix_web::test]
async fn two_reports_are_compared() {
    let app = TestApp::start();
    let root = app.root().await;
    february(&app, &root).await;
    app.now("2022-02-14T09:00:00+07:00");
    let (path, _) = sealed(&root, &sealing()).await;
    let before = json!({"kind": "resolution", "from": "2022-01-31", "to": "2022-02-06"});
    let (_, before) = sealed(&root, &before).await;
    assert_eq!(before["number"], 2);
    let with = before["id"].as_str().unwrap();
    let compared = root.get(&format!("{path}/comparison?with={with}")).await.expect(200);
    let first = json!({"column": "received_total", "value": 5, "with": 0, "change": 5});
    assert_eq!((&compared["rows"][0]["row"], &compared["rows"][0]["cells"][0]), (&json!("ho-tich"), &first));
    assert_eq!(compared["total"]["cells"].as_array().unwrap().len(), Column::ALL.len());
    let mut by_agency = sealing();
    by_agency["by"] = json!("agency");
    let (_, other) = sealed(&root, &by_agency).await;
    for with in [other["id"].as_str().unwrap(), "x", "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e"] {
        let refused = root.get(&format!("{path}/comparison?with={with}")).await.problem(422, "invalid_value");
        assert_eq!(refused["errors"][0]["parameter"], "with");
    }
    let list = root.get("/v1/reports?count=exact&limit=2").await.expect(200);
    assert_eq!((&list["total"], &list["items"][0]["number"]), (&json!(3), &json!(3)));
    let rest =
        root.get(&format!("/v1/reports?limit=2&cursor={}", list["next_cursor"].as_str().unwrap())).await;
    assert_eq!(rest.expect(200)["items"][0]["number"], 1);
}

#[actix_web::test]
async fn only_who_governs_an_agency_seals_its_report() {
    let app = TestApp::start();
    let root = app.root().await;
    february(&app, &root).await;
    app.now("2022-02-14T09:00:00+07:00");
    let district = app.district().await;
    let (path, shown) = sealed(&district, &sealing()).await;
    assert_eq!((&shown["agency"], &shown["form"]), (&json!("H51.29"), &json!("II.06a")));
    let of = |agency: &str| {
        let mut body = sealing();
        body["agency"] = json!(agency);
        body
    };
    // The district watches the branch and does not govern it.
    for agency in ["H51.12", "H51.30"] {
        let refused = district.post("/v1/reports", &of(agency)).await.problem(403, "agency_out_of_scope");
        assert_eq!(refused["pointer"], "/agency", "{agency}");
    }
    district.post("/v1/reports", &of("H99")).await.problem_at(422, "unknown_agency", "/agency");
    // Who was given two agencies seals a report of both, and only who governs both corrects it.
    let both = app.caller(Scope::ALL, &["H51.29", "H51.12"]).await;
    let (of_both, shown) = sealed(&both, &sealing()).await;
    assert_eq!((&shown["agency"], &shown["form"]), (&json!(null), &json!("II.06c")));
    district.get(&of_both).await.expect(200);
    let correction = json!({"reason": "Cập nhật muộn"});
    let refused = district.post(&format!("{of_both}/corrections"), &correction).await;
    refused.problem(403, "agency_out_of_scope");
    both.post(&format!("{of_both}/corrections"), &correction).await.problem(409, "nothing_to_correct");
    let reader = app.caller(&[Scope::ReportsRead], &["H51.29"]).await;
    reader.post("/v1/reports", &sealing()).await.problem(403, "insufficient_scope");
    reader.get(&path).await.expect(200);
    let commune = app.caller(Scope::ALL, &["H51.29.18"]).await;
    commune.get(&path).await.problem(404, "not_found");
    assert_eq!(commune.get("/v1/reports?count=exact").await.expect(200)["total"], 0);
}

#[actix_web::test]
async fn what_is_not_over_is_not_sealed() {
    let app = TestApp::start();
    let root = app.root().await;
    app.now("2022-02-14T00:00:30+07:00");
    root.post("/v1/reports", &sealing()).await.problem_at(422, "in_the_future", "/to");
    let mut tried = sealing();
    app.now("2022-02-14T00:01:00+07:00");
    root.post("/v1/reports?dry_run=true", &tried).await.expect(201);
    assert_eq!(root.get("/v1/reports?count=exact").await.expect(200)["total"], 0);
    assert_eq!(sealed(&root, &tried).await.1["number"], 1);
    tried["from"] = json!("2022-02-14");
    root.post("/v1/reports", &tried).await.problem_at(422, "invalid_value", "/from");
    tried["kind"] = json!("disclosure");
    root.post("/v1/reports", &tried).await.problem_at(422, "invalid_value", "/kind");
    root.get("/v1/reports/no").await.problem(404, "not_found");
}
