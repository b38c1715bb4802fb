//! Batches: many receipts and events, each known when it is sent again.

use crate::harness::{Answer, Client, TestApp, event, receipt};
use actix_web::http::Method;
use congkhai::domain::vocabulary::Scope;
use futures_util::future::join_all;
use serde_json::{Value, json};

const PATH: &str = "/v1/dossiers/batch";

/// A receipt with a number in its code.
fn receive(number: u32) -> Value {
    let mut item = receipt("2022-02-15T08:00:00+07:00");
    item["op"] = json!("receive");
    item["code"] = json!(code(number));
    item
}

fn code(number: u32) -> String {
    format!("H51.29-220215-{number:04}")
}

/// An event of that dossier, with a reference.
fn record(number: u32, reference: &str, kind: &str, at: &str, fields: Value) -> Value {
    let mut item = event(kind, at, fields);
    item["op"] = json!("event");
    item["dossier"] = json!(code(number));
    item["ref"] = json!(reference);
    item
}

fn forwarded(number: u32) -> Value {
    let to = json!({"to_agency": "H51.29.05", "note": "Chuyển phòng Tư pháp"});
    record(number, "igate-1", "forwarded", "2022-02-15T09:00:00+07:00", to)
}

fn completed(number: u32) -> Value {
    let result = json!({"result": {"outcome": "granted"}});
    record(number, "igate-2", "completed", "2022-02-15T09:30:00+07:00", result)
}

async fn send(client: &Client, query: &str, items: &[Value]) -> Value {
    client.post(&format!("{PATH}{query}"), &json!({"items": items})).await.expect(200)
}

async fn send_text(client: &Client, media_type: &str, text: impl Into<Vec<u8>>) -> Answer {
    let request = client.request(Method::POST, PATH).insert_header(("Content-Type", media_type));
    Answer::of(request.send_body(text.into()).await.unwrap()).await
}

fn results(batch: &Value) -> Vec<&str> {
    batch["items"].as_array().unwrap().iter().map(|item| item["result"].as_str().unwrap()).collect()
}

/// The problem of an item.
fn problem<'a>(batch: &'a Value, index: usize, code: &str) -> &'a Value {
    let item = &batch["items"][index];
    assert_eq!((&item["result"], &item["index"]), (&json!("rejected"), &json!(index)), "{batch}");
    assert_eq!(item["problem"]["code"], code, "{item}");
    assert_eq!(item["problem"]["type"], format!("/problems/{code}"));
    &item["problem"]
}

const STORED: &str = "SELECT (SELECT count(*) FROM dossiers) + (SELECT count(*) FROM dossier_events)
    + (SELECT count(*) FROM audit_log) + (SELECT count(*) FROM dossier_event_notes)";

#[actix_web::test]
async fn items_are_done_in_their_order_and_once() {
    let app = TestApp::start();
    let district = app.district().await;
    let items = [receive(1), forwarded(1), receive(2), completed(1), forwarded(2)];
    let batch = send(&district, "", &items).await;
    assert_eq!(batch["committed"], true);
    assert_eq!(batch["summary"], json!({"created": 5, "unchanged": 0, "rejected": 0}));
    assert_eq!(batch["items"][0], json!({"index": 0, "result": "created", "code": code(1), "version": 1}));
    assert_eq!(batch["items"][3], json!({"index": 3, "result": "created", "code": code(1), "version": 3}));
    let dossier = district.get(&format!("/v1/dossiers/{}?include=events", code(1))).await.expect(200);
    assert_eq!(dossier["status"], "completed");
    let kinds: Vec<&Value> = dossier["events"].as_array().unwrap().iter().map(|e| &e["kind"]).collect();
    assert_eq!(kinds, ["received", "forwarded", "completed"]);

    let stored = app.count(STORED).await;
    let again = send(&district, "", &items).await;
    assert_eq!(again["summary"], json!({"created": 0, "unchanged": 5, "rejected": 0}));
    let unchanged = json!({"index": 3, "result": "unchanged", "code": code(1), "version": 3});
    assert_eq!(again["items"][3], unchanged);
    assert_eq!(app.count(STORED).await, stored, "what was done before leaves no trace");
    let whole = send(&district, "?atomic=true", &items).await;
    assert_eq!((&whole["committed"], &whole["summary"]["unchanged"]), (&json!(true), &json!(5)));
    assert_eq!(app.count(STORED).await, stored);
}

/// Whatever is otherwise, the item is another one under the same name.
#[actix_web::test]
async fn other_content_under_the_same_identity_is_rejected() {
    let app = TestApp::start();
    let root = app.root().await;
    let stop = json!({"items": ["Giấy tờ tùy thân"], "answer_by": "2022-03-01", "officer": {"name": "Lê Văn Cường", "unit": "Một cửa"}});
    let asked = record(1, "igate-2", "supplement_requested", "2022-02-15T09:30:00+07:00", stop);
    let items = [receive(1), forwarded(1), asked];
    assert_eq!(send(&root, "", &items).await["summary"]["created"], 3);
    let stored = app.count(STORED).await;
    let changed = |item: &Value, field: &str, value: Value| {
        let mut item = item.clone();
        *item.pointer_mut(field).unwrap_or_else(|| panic!("{field}")) = value;
        item
    };
    let first = &items[0];
    let receipts = [
        changed(first, "/received_at", json!("2022-02-15T08:00:01+07:00")),
        changed(first, "/channel", json!("postal")),
        changed(first, "/applicant/name", json!("Nguyễn Văn Anh")),
        changed(first, "/applicant/phone", json!("0900000000")),
        changed(first, "/officer/name", json!("Ai Đó")),
        changed(first, "/summary", json!("Khác")),
        changed(first, "/procedure", json!("1.001193")),
        changed(first, "/competent_agency", json!("H51.29.18")),
    ];
    let events = [
        changed(&items[1], "/occurred_at", json!("2022-02-15T09:00:01+07:00")),
        changed(&items[1], "/note", json!("Khác")),
        changed(&items[1], "/to_agency", json!("H51.29")),
        changed(&items[2], "/kind", json!("noted")),
        changed(&items[2], "/items/0", json!("Khác")),
        changed(&items[2], "/answer_by", json!("2022-03-02")),
        changed(&items[2], "/officer/unit", json!("Khác")),
    ];
    for query in ["", "?atomic=true"] {
        let batch = send(&root, query, &receipts).await;
        for index in 0..receipts.len() {
            assert_eq!(problem(&batch, index, "duplicate_code")["pointer"], "/code");
        }
        let batch = send(&root, query, &events).await;
        for index in (0..events.len()).filter(|index| *index != 3) {
            assert_eq!(problem(&batch, index, "duplicate_ref")["pointer"], "/ref");
        }
        problem(&batch, 3, "validation_failed");
    }
    assert_eq!(app.count(STORED).await, stored);
}

#[actix_web::test]
async fn a_receipt_that_came_alone_is_known_too() {
    let app = TestApp::start();
    let root = app.root().await;
    let mut alone = receive(7);
    alone.as_object_mut().unwrap().remove("op");
    root.receive(&alone).await;
    assert_eq!(results(&send(&root, "", &[receive(7)]).await), ["unchanged"]);
    let mut online = receive(8);
    online["received_at"] = json!(null);
    online["submitted_at"] = json!("2022-02-15T07:30:00+07:00");
    let received = record(8, "r", "received", "2022-02-15T08:30:00+07:00", json!({}));
    let items = [online, received];
    assert_eq!(results(&send(&root, "", &items).await), ["created", "created"]);
    assert_eq!(results(&send(&root, "", &items).await), ["unchanged", "unchanged"]);
}

/// What a rejected item says is what the operation by itself would have said; the others are done.
#[actix_web::test]
async fn an_item_is_rejected_by_itself() {
    let app = TestApp::start();
    let district = app.caller(&[Scope::DossiersWrite], &["H51.29"]).await;
    let without = |mut item: Value, field: &str| {
        item.as_object_mut().unwrap().remove(field);
        item
    };
    let mut unknown = receive(3);
    unknown["procedure"] = json!("9.999999");
    let mut surplus = receive(3);
    surplus["colour"] = json!("red");
    let undone = record(1, "igate-3", "reopened", "2022-02-15T09:40:00+07:00", json!({"ground": "Nhầm"}));
    let mut elsewhere = receive(3);
    elsewhere["receiving_agency"] = json!("H51");
    let items = [
        receive(1),
        unknown,
        without(receive(3), "code"),
        without(forwarded(1), "ref"),
        without(forwarded(1), "dossier"),
        without(forwarded(1), "op"),
        json!({"op": "delete"}),
        json!({"op": 1}),
        json!([]),
        surplus,
        forwarded(9),
        record(1, "igate-2", "returned", "2022-02-15T09:00:00+07:00", json!({})),
        undone,
        elsewhere,
        forwarded(1),
    ];
    let batch = send(&district, "", &items).await;
    assert_eq!(batch["summary"], json!({"created": 2, "unchanged": 0, "rejected": 13}));
    for (index, code, pointer) in [
        (1, "unknown_procedure", "/procedure"),
        (2, "missing_field", "/code"),
        (3, "missing_field", "/ref"),
        (4, "missing_field", "/dossier"),
        (5, "missing_field", "/op"),
        (6, "invalid_value", "/op"),
        (7, "wrong_type", "/op"),
        (8, "wrong_type", ""),
        (9, "unknown_field", "/colour"),
    ] {
        assert_eq!(problem(&batch, index, code)["errors"][0]["pointer"], pointer, "{index}");
    }
    problem(&batch, 10, "not_found");
    assert_eq!(problem(&batch, 11, "event_not_allowed")["state"], "received");
    problem(&batch, 12, "insufficient_scope");
    problem(&batch, 13, "agency_out_of_scope");
    assert_eq!(batch["items"][14], json!({"index": 14, "result": "created", "code": code(1), "version": 2}));
}

#[actix_web::test]
async fn ndjson_is_an_item_a_line() {
    let app = TestApp::start();
    let root = app.root().await;
    let text = format!(
        "\u{feff}{}\r\n\n  {}\n{{\"op\":\"receive\",\n{}\n{{\"op\":\"event\",\"op\":\"event\"}}\n\u{0}\n{}",
        receive(1),
        forwarded(1),
        receive(2),
        completed(1)
    );
    let batch = send_text(&root, "application/x-ndjson", text).await.expect(200);
    assert_eq!(
        results(&batch),
        ["created", "created", "rejected", "created", "rejected", "rejected", "created"]
    );
    problem(&batch, 2, "malformed_json");
    assert_eq!(problem(&batch, 4, "invalid_value")["errors"][0]["pointer"], "/op");
    problem(&batch, 5, "malformed_json");
    let latin = send_text(&root, "application/x-ndjson", b"{\"op\":\"\xe9\"}\n".to_vec()).await.expect(200);
    problem(&latin, 0, "malformed_json");
    let empty = send_text(&root, "application/x-ndjson", "\n\n").await.expect(200);
    assert_eq!(
        empty,
        json!({"committed": true, "summary": {"created": 0, "unchanged": 0, "rejected": 0}, "items": []})
    );
}

#[actix_web::test]
async fn what_is_no_batch_does_nothing() {
    let app = TestApp::start();
    let root = app.root().await;
    let stored = app.count(STORED).await;
    let json = "application/json";
    let begun = format!("{{\"items\":[{},{{\"op\":", receive(1));
    send_text(&root, json, begun).await.problem(400, "malformed_json");
    send_text(&root, json, format!("{{\"items\":[{}]}} x", receive(1))).await.problem(400, "malformed_json");
    send_text(&root, json, format!("[{}]", receive(1))).await.problem_at(422, "wrong_type", "");
    send_text(&root, json, "{}").await.problem_at(422, "missing_field", "/items");
    send_text(&root, json, "{\"items\":7}").await.problem_at(422, "wrong_type", "/items");
    let surplus = format!("{{\"items\":[{}],\"dry\":1}}", receive(1));
    send_text(&root, json, surplus).await.problem_at(422, "unknown_field", "/dry");
    send_text(&root, "text/csv", "a,b").await.problem(415, "unsupported_media_type");
    root.post(&format!("{PATH}?atomic=maybe"), &json!({"items": []})).await.problem(422, "wrong_type");
    root.post(&format!("{PATH}?some=1"), &json!({"items": []})).await.problem(400, "unknown_parameter");
    let many = format!("{{\"items\":[{}1]}}", "1,".repeat(10_000));
    send_text(&root, json, many).await.problem(413, "payload_too_large");
    let line = format!("\"{}\"", "a".repeat(1 << 20));
    send_text(&root, "application/x-ndjson", line).await.problem(413, "payload_too_large");
    assert_eq!(app.count(STORED).await, stored);
    // Of lines, those before were carried out: sent again they are unchanged.
    let lines = format!("{}\n{}", receive(1), "1\n".repeat(10_000));
    send_text(&root, "application/x-ndjson", lines).await.problem(413, "payload_too_large");
    assert_eq!(results(&send(&root, "", &[receive(1)]).await), ["unchanged"]);
}

#[actix_web::test]
async fn all_or_none() {
    let app = TestApp::start();
    let root = app.root().await;
    let stored = app.count(STORED).await;
    let mut bad = receive(2);
    bad["competent_agency"] = json!("H51.99");
    let items = [receive(1), forwarded(1), bad, forwarded(2), json!({"op": "receive"}), receive(1)];
    let batch = send(&root, "?atomic=true", &items).await;
    assert_eq!(batch["committed"], false);
    assert_eq!(results(&batch), ["created", "created", "rejected", "rejected", "rejected", "unchanged"]);
    problem(&batch, 2, "unknown_agency");
    problem(&batch, 3, "not_found");
    assert_eq!(app.count(STORED).await, stored, "nothing is stored");
    let tried = send(&root, "?dry_run=true", &items).await;
    assert_eq!((&tried["committed"], &tried["summary"]), (&json!(false), &batch["summary"]));
    assert_eq!(results(&tried), results(&batch));
    assert_eq!(app.count(STORED).await, stored);
    let good = send(&root, "?atomic=true", &[receive(1), forwarded(1), receive(3)]).await;
    assert_eq!((&good["committed"], &good["summary"]["created"]), (&json!(true), &json!(3)));
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, 2);
}

/// Two senders at once: each item is done once, and both are told.
#[actix_web::test]
async fn twins_do_each_item_once() {
    let app = TestApp::start();
    let root = app.root().await;
    let items: Vec<Value> = (1..=20).flat_map(|n| [receive(n), forwarded(n), completed(n)]).collect();
    let answers = join_all((0..4).map(|_| send(&root, "", &items))).await;
    let sum = |result: &str| answers.iter().map(|a| a["summary"][result].as_u64().unwrap()).sum::<u64>();
    let problems: Vec<&Value> =
        answers.iter().flat_map(|a| a["items"].as_array().unwrap()).map(|item| &item["problem"]).collect();
    let problems: Vec<_> = problems.into_iter().filter(|problem| !problem.is_null()).collect();
    assert_eq!((sum("created"), sum("unchanged"), sum("rejected")), (60, 180, 0), "{problems:?}");
    assert_eq!(app.count("SELECT count(*) FROM dossier_events").await, 60);
    let reversed: Vec<Value> =
        (1..=20).rev().map(|n| record(n, "r", "returned", "2022-02-15T09:45:00+07:00", json!({}))).collect();
    let forth: Vec<Value> = reversed.iter().rev().cloned().collect();
    let both = join_all([&reversed, &forth].map(|items| send(&root, "?atomic=true", items))).await;
    assert!(both.iter().all(|answer| answer["committed"] == true), "{both:?}");
    assert_eq!(app.count("SELECT count(*) FROM dossier_events").await, 80);
}

/// Other software's history is replayed with what that software knew: closing is judged by when it was entered there.
#[actix_web::test]
async fn replayed_history_is_not_late_for_being_replayed() {
    let app = TestApp::start();
    let root = app.root().await;
    app.now("2022-06-01T10:00:00+07:00");
    let replayed = |mut item: Value, at: &str| {
        item["origin"] = json!("import");
        item["source_recorded_at"] = json!(at);
        item
    };
    let items = [
        replayed(receive(1), "2022-02-15T08:01:00+07:00"),
        replayed(completed(1), "2022-02-16T08:00:00+07:00"),
        replayed(
            record(1, "r", "returned", "2022-02-16T09:00:00+07:00", json!({})),
            "2022-02-16T09:05:00+07:00",
        ),
    ];
    assert_eq!(send(&root, "", &items).await["summary"]["created"], 3);
    assert_eq!(send(&root, "", &items).await["summary"]["unchanged"], 3);
    let dossier = root.get(&format!("/v1/dossiers/{}?include=events", code(1))).await.expect(200);
    let closing = json!({"state": "in_time", "closed_at": "2022-02-16T09:00:00+07:00", "recorded_at": "2022-02-16T09:05:00+07:00", "days_late": 0});
    assert_eq!(dossier["closing"], closing);
    let first = &dossier["events"][0];
    assert_eq!(
        (&first["origin"], &first["source_recorded_at"]),
        (&json!("import"), &json!("2022-02-15T08:01:00+07:00"))
    );
    assert_eq!(first["recorded_at"], "2022-06-01T10:00:00+07:00");
    let mut live = receive(2);
    live["source_recorded_at"] = json!("2022-02-15T08:01:00+07:00");
    let mut national = receive(2);
    national["origin"] = json!("national");
    let batch = send(&root, "", &[live, national]).await;
    assert_eq!(problem(&batch, 0, "invalid_value")["errors"][0]["pointer"], "/source_recorded_at");
    assert_eq!(problem(&batch, 1, "invalid_value")["errors"][0]["pointer"], "/origin");
}
