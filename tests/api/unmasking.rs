//! Personal data is shown on one dossier to a key with the scope `dossiers:personal` that says why, and the audit trail says so.

use crate::harness::personal::data_keys;
use crate::harness::{Answer, Client, TestApp, event, receipt};
use actix_web::http::Method;
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

const REASON: (&str, &str) = ("X-Access-Reason", "Gi%E1%BA%A3i quy%E1%BA%BFt khi%E1%BA%BFu n%E1%BA%A1i");

/// A dossier with everything that is personal.
async fn stage() -> (TestApp, Client, String) {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let note = json!({"note": "Gọi 0912345678"});
    root.record(&code, &event("noted", "2022-02-15T09:00:00+07:00", note)).await;
    (app, root, code)
}

/// Rows of the audit trail about what was unmasked.
async fn trail(root: &Client) -> Vec<Value> {
    let list = root.get("/v1/audit?action=dossier.unmasked").await.expect(200);
    list["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn a_reason_and_the_scope_show_personal_data_and_leave_a_trace() {
    let (app, root, code) = stage().await;
    let path = format!("/v1/dossiers/{code}");
    let masked = root.get(&path).await;
    let shown = root.get_with(&format!("{path}?include=events"), REASON).await;
    let dossier = shown.expect(200);
    assert_eq!(
        dossier["applicant"],
        json!({"kind": "individual", "name": "Nguyễn Văn An", "id_number": "094081234567", "phone": "0912345678",
            "email": "an@example.org", "address": "ấp Chợ, xã An Thạnh 1"})
    );
    assert_eq!(dossier["summary"], "Xác nhận cho Nguyễn Văn An");
    let notes: Vec<&Value> =
        dossier["events"].as_array().unwrap().iter().map(|event| &event["note"]).collect();
    assert_eq!(notes, [&Value::Null, &json!("Gọi 0912345678")]);
    assert_eq!(shown.header("cache-control"), "no-store");
    assert!(shown.header("vary").contains("X-Access-Reason"));
    assert_ne!(shown.header("etag"), masked.header("etag"), "another view has another tag");
    let rows = trail(&root).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&rows[0]["subject"], &rows[0]["reason"]),
        (&json!(format!("dossier:{code}")), &json!("Giải quyết khiếu nại"))
    );
    assert_eq!(rows[0]["details"], json!({"shown": ["applicant", "summary", "notes"]}));
    assert_eq!(rows[0]["request_id"], shown.header("x-request-id"));
    assert!(rows[0]["actor"].as_str().unwrap().starts_with("key:"));
    // Not kept, so it is asked for, and noted, each time; and the tag guards a change as any other.
    let again = root.request(Method::GET, &path).insert_header(REASON).insert_header(("If-None-Match", "*"));
    Answer::of(again.send().await.unwrap()).await.expect(200);
    let rows = trail(&root).await;
    assert_eq!((rows.len(), &rows[0]["details"]), (2, &json!({"shown": ["applicant", "summary"]})));
    let head = root.request(Method::HEAD, &path).insert_header(REASON);
    assert_eq!(Answer::of(head.send().await.unwrap()).await.status, 200);
    assert_eq!(trail(&root).await.len(), 3);
    let changed = root
        .request(Method::POST, &format!("{path}/events"))
        .insert_header(("If-Match", shown.header("etag")));
    let body = event("noted", "2022-02-15T09:30:00+07:00", json!({"public_note": "x"}));
    Answer::of(changed.send_json(&body).await.unwrap()).await.expect(201);
    // As it was then, for a reason that is stated now.
    app.now("2022-02-15T11:00:00+07:00");
    let then = root.get_with(&format!("{path}?as_of=2022-02-15T10:00:00%2B07:00"), REASON).await.expect(200);
    assert_eq!(then["applicant"]["name"], "Nguyễn Văn An");
    assert_eq!(trail(&root).await[0]["recorded_at"], "2022-02-15T11:00:00+07:00");
}

#[actix_web::test]
async fn without_scope_reason_or_sight_nothing_is_shown_or_noted() {
    let (app, root, code) = stage().await;
    let path = format!("/v1/dossiers/{code}?include=events");
    let reader = app.caller(&[Scope::DossiersRead], &["H51.29"]).await;
    // A reason without the scope is refused, and so is a bad one of whoever lacks it.
    for reason in [REASON.1, "", "%zz"] {
        let refused = reader.get_with(&path, ("X-Access-Reason", reason)).await;
        refused.problem(403, "insufficient_scope");
        assert!(refused.header("www-authenticate").contains("scope=\"dossiers:personal\""));
    }
    for reason in
        ["", "abcd", "%20%20%20%20%20%20", "khi%E1", "%E1%BA%ZZ phone", &"x".repeat(301), "%00%01%02%03%04"]
    {
        let refused = root.get_with(&path, ("X-Access-Reason", reason)).await.problem(422, "invalid_value");
        assert_eq!(refused["errors"][0]["header"], "X-Access-Reason", "{reason}: {refused}");
    }
    let stranger = app.caller(Scope::ALL, &["H51.30"]).await;
    stranger.get_with(&path, REASON).await.problem(404, "not_found");
    // The scope alone, and a reason where it shows nothing.
    let silent = root.get(&path).await.text();
    let lists = root.get_with("/v1/dossiers", REASON).await.text();
    let events = root.get_with(&format!("/v1/dossiers/{code}/events"), REASON).await.text();
    for text in [silent, lists, events] {
        assert!(
            text.contains("H51.29") && !text.contains("Văn An") && !text.contains("0912345678"),
            "{text}"
        );
    }
    assert!(trail(&root).await.is_empty());
}

/// Answer and trace are one: where the row cannot be written, nothing is shown.
#[actix_web::test]
async fn nothing_is_shown_without_its_row_in_the_audit_trail() {
    let (app, root, code) = stage().await;
    app.db.sql("ALTER TABLE audit_log ADD CONSTRAINT audit_log_closed CHECK (action <> 'dossier.unmasked') NOT VALID");
    for path in [format!("/v1/dossiers/{code}"), format!("/v1/national/dossiers/{code}")] {
        let refused = root.get_with(&path, REASON).await;
        refused.problem(500, "internal_error");
        assert!(!refused.text().contains("Văn An"));
    }
}

#[actix_web::test]
async fn the_national_format_unmasks_in_the_same_way() {
    let (_app, root, code) = stage().await;
    let sent = json!({"MaHoSo": "H51.29-220215-9001", "MaTTHC": "1.004873", "KenhThucHien": "1", "ChuHoSo": "Nguyễn Văn An",
        "SoDienThoai": "0912345678", "TrangThaiHoSo": "2", "NgayTiepNhan": "20220215080000", "DonViXuLy": "H51.29", "Khac": "Zacharias",
        "DanhSachHoSoBoSung": []});
    root.post("/v1/national/dossiers", &json!({"data": [sent]})).await.expect(200);
    let path = "/v1/national/dossiers/H51.29-220215-9001";
    let masked = root.get(path).await.expect(200);
    assert_eq!(
        (&masked["data"][0]["ChuHoSo"], &masked["data"][0]["SoDienThoai"]),
        (&json!("N*** V*** A***"), &Value::Null)
    );
    let answer = root.get_with(path, REASON).await;
    let mut wanted = sent.clone();
    wanted.as_object_mut().unwrap().remove("Khac");
    assert_eq!(answer.expect(200)["data"][0], wanted, "what was sent in the keys that are known");
    assert_eq!(answer.header("cache-control"), "no-store");
    let bad = root.get_with(path, ("X-Access-Reason", "%")).await.problem(422, "invalid_value");
    assert_eq!(bad["errors"][0]["header"], "X-Access-Reason");
    // One that was never sent in the format.
    let own = root.get_with(&format!("/v1/national/dossiers/{code}"), REASON).await.expect(200);
    assert_eq!(
        (&own["data"][0]["ChuHoSo"], &own["data"][0]["SoDienThoai"]),
        (&json!("Nguyễn Văn An"), &json!("0912345678"))
    );
    let rows = trail(&root).await;
    assert_eq!((rows.len(), &rows[0]["details"]), (2, &json!({"shown": ["national"]})));
}

/// A service with another key opens nothing, says so, and shows masked what needs none.
#[actix_web::test]
async fn what_does_not_open_is_not_shown() {
    let (app, root, code) = stage().await;
    app.db.sql("UPDATE dossier_persons SET key_id = '00000000'");
    let path = format!("/v1/dossiers/{code}");
    root.get_with(&path, REASON).await.problem(503, "data_key_missing");
    assert_eq!(root.get(&path).await.expect(200)["applicant"]["name"], "N*** V*** A***");
    assert_eq!(trail(&root).await.len(), 1, "it was asked for all the same");
    assert_ne!(data_keys().id(), "00000000");
}
