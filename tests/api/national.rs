//! The national format: what is sent, what is kept of it and how, and what is shown again.

use crate::harness::{Answer, Client, TestApp, connect, receipt};
use actix_web::http::Method;
use congkhai::domain::sealing::{DataKeys, Sealed};
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

const DOSSIERS: &str = "/v1/national/dossiers";
const CODE: &str = "H51.29-220215-9001";

/// Everything that `DongBoHoSoMC` has, of a dossier that waits for a supplement.
pub fn whole() -> Value {
    let text = r#"{
    "MaHoSo": "H51.29-220215-9001", "MaTTHC": "1.004873", "TenTTHC": "Cấp Giấy xác nhận tình trạng hôn nhân", "MaLinhVuc": "G15-TP03",
    "TenLinhVuc": "Hộ tịch", "KenhThucHien": "2", "TrichYeuHoSo": "Xác nhận cho Zacharias Quang",
    "ChuHoSo": "Zacharias Quang", "LoaiDoiTuong": "1", "MaDoiTuong": "CD-77", "SoGiayToChuHoSo": "094081234567",
    "DinhDanhCHS": [{"LoaiDinhDanh": 1, "SoDinhDanh": "094081234567"}], "Email": "zq@example.org", "Fax": "02993",
    "SoDienThoai": "0912345678", "TaiKhoanDuocXacThucVoiVNeID": "1", "ThongTinKhac": "ấp Chợ",
    "NgayNopHoSo": "20220214150000", "NgayTiepNhan": "20220214160000", "NgayHenTra": "20220218170000", "TrangThaiHoSo": 5,
    "NgayTra": "", "ThongTinTra": "Trả tận tay", "HinhThuc": 0, "NgayKetThucXuLy": null, "NgayTuChoi": "",
    "DonViXuLy": "000.05.29.H51", "GhiChu": "Gọi 0912345678", "NoiNopHoSo": "H51.29",
    "TaiLieuNop": [{
        "TepDinhKemId": 11, "TenTepDinhKem": "To khai Zacharias.pdf", "IsDeleted": "False", "MaThanhPhanHoSo": "TP-1",
        "DuongDanTaiTepTin": "https://dvc.example.vn/tep/11", "DuocSoHoa": 1, "DuocTaiSuDung": 0, "DuocLayTuKhoDMQG": 0,
        "MaKetQuaThayThe": "KQ-1"
    }],
    "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "MaPhiLePhi": "LP1", "HinhThucThu": 1, "Gia": "8000", "LoaiPhiLePhi": 2}],
    "DuocThanhToanTrucTuyen": 1, "DanhSachTepDinhKemKhac": [{"TenGiayTo": "Giấy của Zacharias", "SoLuong": 1, "LoaiGiayTo": 1}],
    "DanhSachGiayToKetQua": [],
    "DanhSachHoSoBoSung": [{
        "HoSoBoSungId": "501", "NguoiYeuCauBoSung": "Trần Thị Bình", "NoiDungBoSung": "Giấy khai sinh của Zacharias",
        "NgayBoSung": "20220215090000", "NguoiTiepNhanBoSung": null, "ThongTinTiepNhan": "", "NgayTiepNhanBoSung": "",
        "TrangThaiBoSung": 0, "DanhSachGiayToBoSung": [{"TenGiayTo": "Zacharias"}], "DanhSachLePhiBoSung": [],
        "NgayHenTraTruoc": "20220218170000", "NgayHenTraMoi": ""
    }],
    "HoSoCoThanhPhanSoHoa": "True", "DSKetNoiCSDL": [{"MaCSDL": "DC"}], "TruongRieng": "Zacharias"
}"#;
    serde_json::from_str(text).unwrap()
}

/// What a snapshot needs, and more.
fn with(more: &Value) -> Value {
    let mut object = json!({
        "MaHoSo": CODE, "MaTTHC": "1.004873", "KenhThucHien": "1", "ChuHoSo": "Zacharias Quang", "NgayTiepNhan": "20220215080000",
        "TrangThaiHoSo": "2", "NoiNopHoSo": "H51.29", "DonViXuLy": "H51.29.05",
    });
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

async fn send(client: &Client, objects: &[Value]) -> Value {
    let sent = json!({"isUpdating": "False", "data": objects});
    let answer = client.post(DOSSIERS, &sent).await.expect(200);
    assert_eq!((&answer["error_code"], &answer["message"]), (&json!(0), &json!("")));
    assert_eq!(answer["data"].as_array().unwrap().len(), objects.len());
    answer["data"].clone()
}

fn done(result: &str) -> Value {
    json!({"MaHoSo": CODE, "error_code": 0, "result": result})
}

/// What is stored of dossiers, and that it was done.
const STORED: &str = "SELECT (SELECT count(*) FROM dossiers) + (SELECT count(*) FROM dossier_events)
    + (SELECT count(*) FROM audit_log) + (SELECT count(*) FROM national_payloads)";

#[actix_web::test]
async fn a_dossier_goes_in_and_comes_back_without_what_is_personal() {
    let app = TestApp::start();
    let district = app.district().await;
    assert_eq!(send(&district, &[whole()]).await, json!([done("created")]));
    let dossier = district.get(&format!("/v1/dossiers/{CODE}?include=events")).await.expect(200);
    for (field, value) in [
        ("status", json!("supplement_requested")),
        ("channel", json!("online")),
        ("receiving_agency", json!("H51.29")),
        ("competent_agency", json!("H51.29.05")),
        ("submitted_at", json!("2022-02-14T15:00:00+07:00")),
        ("received_at", json!("2022-02-14T16:00:00+07:00")),
        ("appointed_at", json!("2022-02-18T17:00:00+07:00")),
    ] {
        assert_eq!(dossier[field], value, "{field}");
    }
    assert_eq!(dossier["applicant"]["name"], "Z*** Q***");
    let events = dossier["events"].as_array().unwrap();
    let told: Vec<_> = events.iter().map(|e| (&e["kind"], &e["occurred_at"], &e["origin"])).collect();
    let (received, asked, national) = (json!("received"), json!("supplement_requested"), json!("national"));
    let at = [json!("2022-02-14T16:00:00+07:00"), json!("2022-02-15T09:00:00+07:00")];
    assert_eq!(told, [(&received, &at[0], &national), (&asked, &at[1], &national)]);

    let stored = app.count(STORED).await;
    assert_eq!(send(&district, &[whole()]).await, json!([done("unchanged")]));
    assert_eq!(app.count(STORED).await, stored);

    let shown = district.get(&format!("{DOSSIERS}/{CODE}")).await;
    let text = shown.text();
    for personal in
        ["acharias", "0912", "09408", "zq@", "02993", "ấp Chợ", "Bình", "CD-77", "dvc.example", "TruongRieng"]
    {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
    let shown = shown.expect(200);
    assert_eq!(shown["error_code"], 0);
    let (shown, sent) = (&shown["data"][0], whole());
    assert_eq!(shown["ChuHoSo"], "Z*** Q***");
    assert_eq!(shown["DanhSachHoSoBoSung"][0]["NguoiYeuCauBoSung"], "T*** T*** B***");
    let same = [
        "MaHoSo",
        "MaTTHC",
        "TenTTHC",
        "MaLinhVuc",
        "TenLinhVuc",
        "KenhThucHien",
        "LoaiDoiTuong",
        "NgayNopHoSo",
        "NgayTiepNhan",
        "NgayHenTra",
        "TrangThaiHoSo",
        "NgayTra",
        "HinhThuc",
        "NgayKetThucXuLy",
        "NgayTuChoi",
        "DonViXuLy",
        "NoiNopHoSo",
        "DanhSachLePhi",
        "DuocThanhToanTrucTuyen",
        "DanhSachGiayToKetQua",
        "HoSoCoThanhPhanSoHoa",
        "DSKetNoiCSDL",
    ];
    for key in same {
        assert_eq!(shown[key], sent[key], "{key}");
    }
    for key in
        ["TrichYeuHoSo", "SoGiayToChuHoSo", "DinhDanhCHS", "Email", "SoDienThoai", "GhiChu", "ThongTinKhac"]
    {
        assert_eq!(shown.get(key), Some(&Value::Null), "{key}");
    }
}

#[actix_web::test]
async fn what_was_sent_is_kept_encrypted_and_bound_to_its_dossier() {
    let app = TestApp::start();
    let district = app.district().await;
    let mut other = whole();
    other["MaHoSo"] = json!("H51.29-220215-9002");
    send(&district, &[whole(), other]).await;
    let rows = connect(&app.db.url).await;
    let query = "SELECT key_id, nonce, ciphertext, code FROM national_payloads JOIN dossiers ON id = dossier_id ORDER BY code";
    let rows = rows.query(query, &[]).await.unwrap();
    let keys = DataKeys::of_random(&[9; 32]);
    let of = |code: &str| format!("national_payloads\0{code}\0dossier");
    for row in &rows {
        let sealed = Sealed { key_id: row.get(0), nonce: row.get(1), ciphertext: row.get(2) };
        let code: String = row.get(3);
        assert!(!String::from_utf8_lossy(&sealed.ciphertext).contains("acharias"));
        let opened: Value = serde_json::from_slice(&keys.open(&of(&code), &sealed).unwrap()).unwrap();
        assert_eq!(opened["ChuHoSo"], "Zacharias Quang", "what was sent, as it was sent");
        assert_eq!(opened["TruongRieng"], "Zacharias");
    }
    assert_eq!(rows.len(), 2);
    assert_ne!(rows[0].get::<_, Vec<u8>>(1), rows[1].get::<_, Vec<u8>>(1));
    // Exchanged with that of another dossier, it does not open, and nothing of it is shown.
    app.db.sql(
        "UPDATE national_payloads a SET nonce = b.nonce, ciphertext = b.ciphertext FROM national_payloads b
         WHERE a.dossier_id <> b.dossier_id",
    );
    district.get(&format!("{DOSSIERS}/{CODE}")).await.problem(503, "data_key_missing");
    // What is sent anew takes its place.
    assert_eq!(send(&district, &[whole()]).await, json!([done("updated")]));
    district.get(&format!("{DOSSIERS}/{CODE}")).await.expect(200);
}

#[actix_web::test]
async fn without_a_data_key_nothing_is_taken() {
    let app = TestApp::without_data_key();
    let root = app.root().await;
    let stored = app.count(STORED).await;
    let refused = root.post(DOSSIERS, &json!({"data": [whole()]})).await;
    refused.problem(503, "data_key_missing");
    assert_eq!(refused.header("retry-after"), "3600");
    root.post("/v1/national/progress", &json!({"data": []})).await.problem(503, "data_key_missing");
    assert_eq!(app.count(STORED).await, stored);
}

#[actix_web::test]
async fn a_dossier_that_was_never_sent_is_shown_from_what_is_recorded() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-14T08:00:00+07:00")).await;
    let path = format!("{DOSSIERS}/{code}");
    let shown = root.get(&path).await.expect(200);
    let expected = json!({
        "MaHoSo": code, "MaTTHC": "1.004873", "TenTTHC": "Cấp Giấy xác nhận tình trạng hôn nhân", "TenLinhVuc": "Hộ tịch",
        "KenhThucHien": "1", "ChuHoSo": "N*** V*** A***", "NgayNopHoSo": null, "NgayTiepNhan": "20220214080000",
        "NgayHenTra": "20220217170000", "TrangThaiHoSo": "2", "NgayTra": null, "NgayKetThucXuLy": null, "DonViXuLy": "H51.29",
        "NoiNopHoSo": "H51.29",
    });
    assert_eq!(shown, json!({"error_code": 0, "data": [expected]}));
    let apology = json!({"kind": "apologised", "occurred_at": "2022-02-15T09:00:00+07:00", "reason": "Chờ xác minh", "new_due_on": "2022-02-22"});
    root.record(&code, &apology).await;
    assert_eq!(root.get(&path).await.expect(200)["data"][0]["NgayHenTra"], "20220222170000");
}

#[actix_web::test]
async fn a_bad_object_is_refused_by_itself_and_names_its_keys() {
    let app = TestApp::start();
    let district = app.district().await;
    for (more, status, code, message) in [
        (json!({"NgayTiepNhan": "2022-02-15"}), 422, "invalid_value", "NgayTiepNhan: must be a local time"),
        (
            json!({"NgayTiepNhan": ""}),
            422,
            "missing_field",
            "NgayTiepNhan: is required for this TrangThaiHoSo",
        ),
        (
            json!({"NgayTiepNhan": "20220215103000"}),
            422,
            "in_the_future",
            "NgayTiepNhan: must not be more than 5 minutes",
        ),
        (json!({"NgayNopHoSo": "20220215090000"}), 422, "invalid_value", "NgayNopHoSo: must not be after"),
        (
            json!({"MaTTHC": "9.999999"}),
            422,
            "unknown_procedure",
            "MaTTHC: no procedure has the code 9.999999",
        ),
        (json!({"TrangThaiHoSo": "0"}), 422, "invalid_value", "TrangThaiHoSo: must be one of 1, 2"),
        (
            json!({"DonViXuLy": "H51.29.77"}),
            422,
            "unknown_agency",
            "DonViXuLy: no agency has the code H51.29.77",
        ),
        (
            json!({"DonViXuLy": "Ai đó", "NoiNopHoSo": "1"}),
            422,
            "unknown_agency",
            "DonViXuLy: must be the code",
        ),
        (
            json!({"DonViXuLy": "H51.12"}),
            422,
            "agency_not_competent",
            "DonViXuLy: the agency H51.12 does not decide",
        ),
        (json!({"NoiNopHoSo": "H51.30"}), 403, "agency_out_of_scope", "The agency H51.30 is outside"),
        (
            json!({"TrangThaiHoSo": 9, "NgayKetThucXuLy": "20220216090000"}),
            422,
            "in_the_future",
            "NgayKetThucXuLy: must",
        ),
        (
            json!({"ChuHoSo": null, "KenhThucHien": 7}),
            422,
            "validation_failed",
            "KenhThucHien: must be one of 1, 2, 3; ChuHoSo: is required",
        ),
    ] {
        let bad = with(&more);
        let answer = send(&district, &[bad]).await;
        assert_eq!(
            (&answer[0]["error_code"], &answer[0]["code"]),
            (&json!(status), &json!(code)),
            "{more}: {answer}"
        );
        assert!(answer[0]["message"].as_str().unwrap().starts_with(message), "{more}: {answer}");
        assert_eq!(answer[0]["MaHoSo"], CODE);
    }
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, 0);
    // Others are carried out, in the order of the list.
    let mut nameless = with(&json!({}));
    nameless["MaHoSo"] = json!(null);
    let answer = send(&district, &[json!("x"), nameless, with(&json!({}))]).await;
    assert_eq!((&answer[0]["error_code"], &answer[0]["MaHoSo"]), (&json!(422), &Value::Null), "{answer}");
    assert_eq!((&answer[1]["code"], &answer[1]["MaHoSo"]), (&json!("missing_field"), &Value::Null));
    assert_eq!(answer[2], done("created"));
}

#[actix_web::test]
async fn a_procedure_is_found_by_its_local_code_and_an_agency_by_its_name() {
    let app = TestApp::start();
    let district = app.district().await;
    let by_name = json!({"MaTTHC": "1.004873.000.00.00.H51", "DonViXuLy": "phòng  tư pháp", "NoiNopHoSo": "Bộ phận Một cửa"});
    assert_eq!(send(&district, &[with(&by_name)]).await, json!([done("created")]));
    let dossier = district.get(&format!("/v1/dossiers/{CODE}")).await.expect(200);
    assert_eq!(dossier["procedure"]["code"], "1.004873");
    assert_eq!(
        (&dossier["receiving_agency"], &dossier["competent_agency"]),
        (&json!("H51.29.05"), &json!("H51.29.05"))
    );
    // The same code of another procedure is another dossier's.
    let other = send(&district, &[with(&json!({"MaTTHC": "1.001193"}))]).await;
    assert_eq!((&other[0]["error_code"], &other[0]["code"]), (&json!(409), &json!("duplicate_code")));
}

#[actix_web::test]
async fn only_those_of_the_agency_send_and_see() {
    let app = TestApp::start();
    let reader = app.caller(&[Scope::DossiersRead], &["*"]).await;
    reader.post(DOSSIERS, &json!({"data": []})).await.problem(403, "insufficient_scope");
    let writer = app.caller(&[Scope::DossiersWrite], &["H51.30"]).await;
    writer.get(&format!("{DOSSIERS}/{CODE}")).await.problem(403, "insufficient_scope");
    let foreign = send(&writer, &[with(&json!({}))]).await;
    assert_eq!(foreign[0]["code"], "agency_out_of_scope");
    send(&app.district().await, &[with(&json!({}))]).await;
    let stored = app.count(STORED).await;
    let own = json!({"NoiNopHoSo": "H51.30", "DonViXuLy": "H51.30.18"});
    let taken = send(&writer, &[with(&own)]).await;
    assert_eq!((&taken[0]["error_code"], &taken[0]["code"]), (&json!(409), &json!("duplicate_code")));
    let step = json!({"data": [{"MaHoSo": CODE, "TrangThai": 4, "ThoiDiemXuLy": "20220215090000"}]});
    let unknown = writer.post("/v1/national/progress", &step).await.expect(200);
    assert_eq!(
        (&unknown["data"][0]["error_code"], &unknown["data"][0]["code"]),
        (&json!(404), &json!("not_found"))
    );
    assert_eq!(app.count(STORED).await, stored);
    let stranger = app.caller(&[Scope::DossiersRead], &["H51.30"]).await;
    stranger.get(&format!("{DOSSIERS}/{CODE}")).await.problem(404, "not_found");
    stranger.get(&format!("{DOSSIERS}/x")).await.problem(404, "not_found");
}

#[actix_web::test]
async fn the_envelope_is_judged_before_anything_is_done() {
    let app = TestApp::start();
    let root = app.root().await;
    for (body, status, code) in [
        ("{\"data\": [{}", 400, "malformed_json"),
        ("{\"data\": 1}", 422, "wrong_type"),
        ("{\"isUpdating\": \"True\"}", 422, "missing_field"),
        ("[]", 422, "wrong_type"),
    ] {
        let request =
            root.request(Method::POST, DOSSIERS).insert_header(("Content-Type", "application/json"));
        Answer::of(request.send_body(body).await.unwrap()).await.problem(status, code);
    }
    root.post(&format!("{DOSSIERS}?all=true"), &json!({"data": []})).await.problem(400, "unknown_parameter");
    let many = json!({"data": vec![json!({}); 10_001]});
    root.post(DOSSIERS, &many).await.problem(413, "payload_too_large");
    assert_eq!(root.post(DOSSIERS, &json!({"data": []})).await.expect(200)["data"], json!([]));
    let lines = format!("{}\n\n{}\n", with(&json!({})), with(&json!({"TrangThaiHoSo": 4})));
    let request =
        root.request(Method::POST, DOSSIERS).insert_header(("Content-Type", "application/x-ndjson"));
    let answer = Answer::of(request.send_body(lines).await.unwrap()).await.expect(200);
    assert_eq!(answer["data"], json!([done("created"), done("updated")]));
}

#[actix_web::test]
async fn what_is_only_tried_is_not_stored() {
    let app = TestApp::start();
    let district = app.district().await;
    let stored = app.count(STORED).await;
    let objects = json!({"data": [with(&json!({})), with(&json!({"TrangThaiHoSo": 4})), with(&json!({"TrangThaiHoSo": 1})), {}]});
    let tried = district.post(&format!("{DOSSIERS}?dry_run=true"), &objects).await.expect(200);
    assert_eq!((&tried["data"][0], &tried["data"][1]), (&done("created"), &done("updated")));
    assert_eq!(tried["data"][2]["code"], "event_not_allowed");
    assert_eq!(tried["data"][2]["message"], "TrangThaiHoSo 1 (registered) does not follow on processing.");
    assert_eq!(tried["data"][3]["error_code"], 422);
    assert_eq!(app.count(STORED).await, stored);
}
