//! Reading dossiers: the list, its filters and pages, and what is masked.

use crate::harness::{TestApp, event, receipt};
use serde_json::{Value, json};

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[actix_web::test]
async fn the_list_filters_and_pages_without_gaps() {
    let app = TestApp::start();
    let root = app.root().await;
    for n in 0..7 {
        root.receive(&receipt(&format!("2022-02-{:02}T08:00:00+07:00", 8 + n))).await;
    }
    let mut commune = with(receipt("2022-02-15T08:00:00+07:00"), "receiving_agency", json!("H51.29.18"));
    commune["competent_agency"] = json!("H51.29.18");
    commune["channel"] = json!("online");
    let online = root.receive(&commune).await;

    let total = async |query: &str| {
        root.get(&format!("/v1/dossiers?count=exact&{query}")).await.expect(200)["total"].clone()
    };
    assert_eq!(total("").await, 8);
    assert_eq!(total("agency=H51.29").await, 8);
    assert_eq!(total("agency=H51.29.05").await, 7);
    assert_eq!(total("agency=000.05.29.H51").await, 7, "by an old code too");
    assert_eq!(total("receiving_agency=H51.29.18").await, 1);
    assert_eq!(total("holder_agency=H51.29.18,H51.29.05").await, 1);
    assert_eq!(total("channel=online").await, 1);
    assert_eq!(total("procedure=1.004873&field=ho-tich&status=received").await, 8);
    assert_eq!(total("status=completed,returned").await, 0);
    assert_eq!(total("timing=overdue").await, 2, "received on the 8th and 9th, due on the 11th and 14th");
    assert_eq!(total("timing=due_soon,in_time").await, 6);
    assert_eq!(total("received_from=2022-02-10&received_to=2022-02-11").await, 2, "both days inclusive");
    assert_eq!(total("due_from=2022-02-18&due_to=2022-02-18").await, 1);
    assert_eq!(total("q=H51.29-22021").await, 5);
    assert_eq!(total(&format!("codes={online},H51-220215-0001")).await, 1);
    root.get("/v1/dossiers?agency=H99").await.problem(422, "unknown_agency");

    for (sort, first) in [("-received_at", "H51.29.18-220215-0001"), ("received_at", "H51.29-220208-0001")] {
        let (mut codes, mut path) = (vec![], format!("/v1/dossiers?limit=3&sort={sort}"));
        loop {
            let answer = root.get(&path).await;
            let page = answer.expect(200);
            codes.extend(
                page["items"].as_array().unwrap().iter().map(|i| i["code"].as_str().unwrap().to_owned()),
            );
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            assert!(answer.header("link").contains("rel=\"next\""));
            path = format!("/v1/dossiers?limit=3&sort={sort}&cursor={cursor}");
        }
        assert_eq!(codes[0], first);
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), 8, "each once");
    }
}

/// Personal data rests in its own table and comes out of no answer.
#[actix_web::test]
async fn personal_data_is_masked_everywhere() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-01-10T08:00:00+07:00")).await;
    let note = event("noted", "2022-01-11T08:00:00+07:00", json!({"note": "Gọi 0912345678"}));
    root.record(&code, &note).await;
    for path in [
        format!("/v1/dossiers/{code}?include=events"),
        format!("/v1/dossiers/{code}/events"),
        format!("/v1/public/dossiers/{code}"),
        "/v1/dossiers".into(),
        "/v1/overdue".into(),
        "/v1/overdue?format=csv".into(),
        "/v1/overdue?format=ndjson".into(),
    ] {
        let text = root.get(&path).await.text();
        assert!(text.contains("H51.29"), "{path} shows the dossier");
        for secret in
            ["Nguyễn Văn An", "094081234567", "0912345678", "an@example.org", "ấp Chợ", "Xác nhận cho"]
        {
            assert!(!text.contains(secret), "{path} shows {secret}");
        }
    }
    for table in ["dossiers", "dossier_events", "dossier_persons", "dossier_event_notes", "audit_log"] {
        let leak = format!(
            "SELECT count(*) FROM {table} t WHERE t::text LIKE '%Văn An%' OR t::text LIKE '%0912345678%'"
        );
        assert_eq!(app.count(&leak).await, 0, "{table}");
    }
}
