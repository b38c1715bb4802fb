//! The overdue feed, in its three formats.

use crate::harness::{Client, TestApp, event, inserting_all, receipt};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Receives dossiers on these days of January 2022; three working days each, so all are overdue on 2022-02-15.
async fn receive_on(root: &Client, days: &[u32]) -> Vec<String> {
    let mut codes = vec![];
    for day in days {
        codes.push(root.receive(&receipt(&format!("2022-01-{day:02}T08:00:00+07:00"))).await);
    }
    codes
}

fn codes(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_row_says_who_has_it_and_how_late_it_is() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-08T08:00:00+07:00")).await;
    let to = json!({"to_agency": "H51.29.05", "to_unit": "Tổ hộ tịch", "to_officer": "Lê Văn Cường"});
    root.record(&code, &event("forwarded", "2022-02-08T09:00:00+07:00", to)).await;
    let list = root.get("/v1/overdue").await.expect(200);
    assert_eq!(
        list["items"],
        json!([{
            "code": code, "procedure_code": "1.004873", "procedure_name": "Cấp Giấy xác nhận tình trạng hôn nhân",
            "field": "ho-tich", "receiving_agency": "H51.29", "competent_agency": "H51.29.05",
            "holder_agency": "H51.29.05", "holder_unit": "Tổ hộ tịch", "holder_officer": "Lê Văn Cường",
            "received_at": "2022-02-08T08:00:00+07:00", "due_on": "2022-02-11", "days_late": 2,
            "calendar_days_late": 4, "status": "processing", "clock": "running", "apologised": false,
            "apology_late": false, "reappointed_on": null, "last_event_at": "2022-02-08T09:00:00+07:00"
        }])
    );
}

#[actix_web::test]
async fn overdue_begins_when_the_due_day_has_ended_and_ends_with_the_dossier() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-10T08:00:00+07:00")).await; // due on the 15th
    let total = async || root.get("/v1/overdue?count=exact").await.expect(200)["total"].clone();
    app.now("2022-02-15T23:59:59+07:00");
    assert_eq!(total().await, 0);
    app.now("2022-02-16T00:00:00+07:00");
    assert_eq!(total().await, 1);
    let timing = root.get(&format!("/v1/dossiers/{code}")).await.expect(200)["timing"]["state"].clone();
    assert_eq!(timing, "overdue", "the one definition");
    let end = event("completed", "2022-02-16T00:00:00+07:00", json!({"result": {"outcome": "rejected"}}));
    root.record(&code, &end).await;
    assert_eq!(total().await, 0);
    assert_eq!(root.get(&format!("/v1/dossiers/{code}")).await.expect(200)["timing"]["state"], "late");
}

#[actix_web::test]
async fn the_longest_overdue_comes_first() {
    let app = TestApp::start();
    let root = app.root().await;
    let received = receive_on(&root, &[4, 5, 6, 7, 10]).await;
    let json = root.get("/v1/overdue").await.expect(200);
    assert_eq!(codes(json["items"].as_array().unwrap()), received);
}

#[actix_web::test]
async fn pages_follow_each_other_both_ways_without_gaps() {
    let app = TestApp::start();
    let root = app.root().await;
    // Twins: several dossiers with one and the same overdue_from.
    let mut received = receive_on(&root, &[4, 5, 5, 5, 6, 7, 7]).await;
    for sort in ["-days_late", "days_late"] {
        let (mut seen, mut cursor) = (vec![], String::new());
        loop {
            let page = root.get(&format!("/v1/overdue?limit=2&sort={sort}{cursor}")).await.expect(200);
            seen.extend(codes(page["items"].as_array().unwrap()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, received, "{sort}");
        received.reverse();
    }
    let page = root.get("/v1/overdue?limit=2&format=csv").await;
    assert_eq!(page.text().lines().count(), 3, "limit asks for a page in CSV too");
    assert!(page.header("link").contains("rel=\"next\""));
}

#[actix_web::test]
async fn a_cursor_is_bound_to_its_list() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    receive_on(&root, &[4, 5, 6]).await;
    let cursor = root.get("/v1/overdue?limit=1&agency=H51.29").await.expect(200)["next_cursor"].clone();
    let cursor = cursor.as_str().unwrap();
    root.get(&format!("/v1/overdue?limit=2&agency=H51.29&cursor={cursor}")).await.expect(200);
    for path in [
        format!("/v1/overdue?agency=H51.29.05&cursor={cursor}"),
        format!("/v1/overdue?agency=H51.29&sort=days_late&cursor={cursor}"),
        format!("/v1/overdue?agency=H51.29&cursor={}x", &cursor[..cursor.len() - 2]),
        "/v1/overdue?agency=H51.29&cursor=nonsense".into(),
        format!("/v1/dossiers?cursor={cursor}"),
    ] {
        root.get(&path).await.problem(400, "cursor_mismatch");
    }
    district.get(&format!("/v1/overdue?agency=H51.29&cursor={cursor}")).await.problem(400, "cursor_mismatch");

    // With the binding right and the position made up.
    let forge = |cursor: &str, position: Value| {
        let mut made: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
        made["k"] = position;
        URL_SAFE_NO_PAD.encode(made.to_string())
    };
    let id = "00000000-0000-7000-8000-000000000000";
    for position in [json!(["-262143-01-01T00:00:00Z", id]), json!(["2022-01-01T00:00:00Z", "x"]), json!(7)] {
        let path = format!("/v1/overdue?agency=H51.29&cursor={}", forge(cursor, position));
        root.get(&path).await.problem(400, "cursor_mismatch");
    }
    let list = app.nobody().get("/v1/public/procedures?limit=1").await.expect(200);
    let forged = forge(list["next_cursor"].as_str().unwrap(), json!("a\u{0}"));
    let path = format!("/v1/public/procedures?cursor={forged}");
    app.nobody().get(&path).await.problem(400, "cursor_mismatch");
}

#[actix_web::test]
async fn filters_narrow_the_list_and_its_count() {
    let app = TestApp::start();
    let root = app.root().await;
    receive_on(&root, &[4, 5]).await;
    let mut land = receipt("2022-01-06T08:00:00+07:00");
    land["procedure"] = json!("1.012784");
    land["competent_agency"] = json!("H51.12");
    let land = root.receive(&land).await;
    let apology = json!({"reason": "Chờ đo đạc", "new_due_on": "2022-02-25"});
    root.record(&land, &event("apologised", "2022-02-15T09:00:00+07:00", apology)).await;
    let total = async |query: &str| {
        root.get(&format!("/v1/overdue?count=exact&{query}")).await.expect(200)["total"].clone()
    };
    for (query, expected) in [
        ("", 3),
        ("agency=H51.29.05", 2),
        ("agency=H51.12", 1),
        ("agency=H51.29", 3), // its subtree, and what it watches
        ("agency=H51.30", 0),
        ("receiving_agency=H51.29", 3),
        ("holder_agency=H51.29.18", 0),
        ("field=dat-dai", 1),
        ("procedure=1.004873,1.012784", 3),
        ("procedure=1.004873&field=dat-dai", 0),
        ("apologised=true", 1),
        ("apologised=false", 2),
        ("apologised=false&field=dat-dai", 0),
    ] {
        assert_eq!(total(query).await, expected, "{query}");
    }
    assert!(root.get("/v1/overdue").await.expect(200).get("total").is_none(), "never counted unasked");
}

#[actix_web::test]
async fn an_export_holds_every_row_however_many() {
    let app = TestApp::start();
    let root = app.root().await;
    receive_on(&root, &[4]).await;
    // Copies of the one row, each with its own id and code.
    app.db.sql(&format!(
        "CREATE TEMP TABLE copies AS SELECT d.*, n FROM dossiers d, generate_series(1, 20000) n;
         UPDATE copies SET id = gen_random_uuid(), code = 'H51.29-220104-' || (100000 + n);
         ALTER TABLE copies DROP COLUMN n;
         {}",
        inserting_all("dossiers", "copies")
    ));
    let text = root.get("/v1/overdue?format=csv").await.text();
    assert_eq!(text.lines().count(), 20_002);
    let ndjson = root.get("/v1/overdue?format=ndjson").await.text();
    let distinct: std::collections::HashSet<&str> = ndjson.lines().collect();
    assert_eq!(distinct.len(), 20_001);
    assert_eq!(root.get("/v1/overdue?limit=1&count=exact").await.expect(200)["total"], 20_001);
}
