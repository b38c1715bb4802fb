//! What anybody may see.

use crate::harness::{TestApp, event, receipt};
use serde_json::json;

#[actix_web::test]
async fn a_dossier_shows_how_it_stands_and_nothing_of_a_person() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-14T08:00:00+07:00")).await;
    let to = json!({"to_agency": "H51.29.05", "to_officer": "Lê Văn Cường"});
    root.record(&code, &event("forwarded", "2022-02-14T09:00:00+07:00", to)).await;
    let private = json!({"note": "Nguyễn Văn An vắng nhà"});
    root.record(&code, &event("noted", "2022-02-14T10:00:00+07:00", private)).await;
    let public = json!({"public_note": "Đang xác minh"});
    root.record(&code, &event("noted", "2022-02-14T11:00:00+07:00", public)).await;

    let answer = app.nobody().get(&format!("/v1/public/dossiers/{code}")).await;
    let district = json!({"code": "H51.29", "name": "Ủy ban nhân dân huyện"});
    let justice = json!({"code": "H51.29.05", "name": "Phòng Tư pháp"});
    assert_eq!(
        answer.expect(200),
        json!({
            "code": code,
            "procedure": {
                "code": "1.004873", "version": 1, "name": "Cấp Giấy xác nhận tình trạng hôn nhân", "field": "ho-tich"
            },
            "receiving_agency": district, "competent_agency": justice, "holder_agency": justice,
            "channel": "in_person", "received_at": "2022-02-14T08:00:00+07:00", "due_on": "2022-02-17",
            "appointed_at": null, "reappointed_on": null, "ended_at": null, "returned_at": null,
            "status": {"code": "processing", "vi": "Đang xử lý", "en": "Processing", "national_code": 4},
            "timing": {"state": "due_soon", "days_left": 2, "days_late": 0},
            "timeline": [
                {
                    "kind": "received", "vi": "Tiếp nhận hồ sơ", "en": "Dossier received",
                    "occurred_at": "2022-02-14T08:00:00+07:00", "agency": district, "to_agency": null, "note": null
                },
                {
                    "kind": "forwarded", "vi": "Chuyển xử lý", "en": "Forwarded for handling",
                    "occurred_at": "2022-02-14T09:00:00+07:00", "agency": district, "to_agency": justice, "note": null
                },
                {
                    "kind": "noted", "vi": "Ghi chú", "en": "Note", "occurred_at": "2022-02-14T11:00:00+07:00",
                    "agency": justice, "to_agency": null, "note": "Đang xác minh"
                }
            ]
        })
    );
    for secret in ["An", "Bình", "Cường", "0912345678", "vắng nhà", "***"] {
        assert!(!answer.text().contains(secret), "{secret}");
    }
}

#[actix_web::test]
async fn a_missing_dossier_and_a_bad_code_answer_alike() {
    let app = TestApp::start();
    let nobody = app.nobody();
    let missing = nobody.get("/v1/public/dossiers/H51.29-220215-0001").await.problem(404, "not_found");
    let bad = nobody.get("/v1/public/dossiers/nonsense").await.problem(404, "not_found");
    assert_eq!(missing["detail"], bad["detail"]);
}

#[actix_web::test]
async fn procedures_in_force_are_listed_and_shown() {
    let app = TestApp::start();
    let nobody = app.nobody();
    let list = nobody.get("/v1/public/procedures?count=exact&q=dat%20dai&level=commune").await.expect(200);
    assert_eq!((&list["total"], &list["items"][0]["code"]), (&json!(1), &json!("1.012812")));
    let one = nobody.get("/v1/public/procedures/1.012784").await.expect(200);
    assert_eq!(one["competent_agencies"], json!(["H51.12"]));
    assert_eq!(one["sample"], json!(true));
    nobody.get("/v1/public/procedures/1.012784?in_force_on=2020-12-31").await.problem(404, "not_found");
    nobody.get("/v1/public/procedures/1.999999").await.problem(404, "not_found");
    nobody.get("/v1/public/procedures/nonsense").await.problem(404, "not_found");
    app.now("2020-06-01T08:00:00+07:00");
    assert_eq!(nobody.get("/v1/public/procedures").await.expect(200)["items"], json!([]), "today decides");
}

/// Public answers may come from memory for a while; they say how old they are.
#[actix_web::test]
async fn a_kept_answer_says_how_old_it_is_and_is_read_again_in_time() {
    let app = TestApp::keeping_public_answers(10);
    let (root, nobody) = (app.root().await, app.nobody());
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let path = format!("/v1/public/dossiers/{code}");
    let fresh = nobody.get(&path).await;
    assert_eq!((fresh.header("age"), fresh.header("x-data-as-of")), ("0", "2022-02-15T10:00:00+07:00"));
    let end = event("completed", "2022-02-15T09:00:00+07:00", json!({"result": {"outcome": "granted"}}));
    root.record(&code, &end).await;

    app.now("2022-02-15T10:00:09+07:00");
    let kept = nobody.get(&path).await;
    assert_eq!((kept.header("age"), kept.header("x-data-as-of")), ("9", "2022-02-15T10:00:00+07:00"));
    assert_eq!((&kept.body, kept.header("etag")), (&fresh.body, fresh.header("etag")));
    let known = nobody.get_with(&path, ("If-None-Match", fresh.header("etag"))).await;
    assert_eq!((known.status.as_u16(), known.header("age")), (304, "9"));
    // Another question has another answer, and a refusal is never kept.
    nobody.get(&format!("{path}?x=1")).await.problem(400, "unknown_parameter");
    nobody.get_with(&path, ("Accept", "text/csv")).await.problem(406, "not_acceptable");
    nobody.get("/v1/public/dossiers/H51.29-220215-0002").await.problem(404, "not_found");
    assert_eq!(root.receive(&receipt("2022-02-15T08:00:00+07:00")).await, "H51.29-220215-0002");
    assert_eq!(nobody.get("/v1/public/dossiers/H51.29-220215-0002").await.status, 200);

    app.now("2022-02-15T10:00:10+07:00");
    let read = nobody.get(&path).await;
    assert_eq!((read.header("age"), &read.json()["status"]["code"]), ("0", &json!("completed")));
}
