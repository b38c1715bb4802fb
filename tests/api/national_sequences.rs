//! Snapshots and steps of one dossier in the national format: what is recorded of each, and nothing twice.

use crate::harness::personal::notes;
use crate::harness::{Client, TestApp};
use futures_util::future::join_all;
use serde_json::{Value, json};

const CODE: &str = "H51.29-220215-9001";

/// What a snapshot needs, and more.
fn with(more: &Value) -> Value {
    let mut object = json!({
        "MaHoSo": CODE, "MaTTHC": "1.004873", "KenhThucHien": "2", "ChuHoSo": "Zacharias Quang", "NgayNopHoSo": "20220214150000",
        "NgayTiepNhan": "20220215080000", "NoiNopHoSo": "H51.29", "DonViXuLy": "H51.29.05", "NgayHenTra": "20220218170000",
    });
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

async fn send(client: &Client, more: &Value) -> Value {
    let answer =
        client.post("/v1/national/dossiers", &json!({"isUpdating": "True", "data": [with(more)]})).await;
    answer.expect(200)["data"][0].clone()
}

async fn step(client: &Client, more: &Value) -> Value {
    let mut object = json!({"MaHoSo": CODE, "NguoiXuLy": "Trần Thị Bình", "ChucDanh": "Chuyên viên", "PhongBanXuLy": "Tổ Hộ tịch"});
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/v1/national/progress", &json!({"data": [object]})).await.expect(200)["data"][0].clone()
}

/// `kind@moment` of each event, as it was recorded.
async fn events(client: &Client) -> Vec<String> {
    let events = client.get(&format!("/v1/dossiers/{CODE}/events")).await.expect(200);
    let tell = |event: &Value| {
        assert_eq!(event["origin"], "national");
        format!("{}@{}", event["kind"].as_str().unwrap(), &event["occurred_at"].as_str().unwrap()[8..16])
    };
    events["items"].as_array().unwrap().iter().map(tell).collect()
}

async fn dossier(client: &Client) -> Value {
    client.get(&format!("/v1/dossiers/{CODE}")).await.expect(200)
}

#[actix_web::test]
async fn a_dossier_that_is_sent_at_each_of_its_steps() {
    let app = TestApp::start();
    let district = app.district().await;
    let supplement = |more: Value| {
        let mut one =
            json!({"HoSoBoSungId": 7, "NgayBoSung": "20220216090000", "NgayHenTraTruoc": "20220218170000"});
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([one])
    };
    let came = supplement(json!({"NgayTiepNhanBoSung": "20220217100000", "NgayHenTraMoi": "20220222170000"}));
    let ended = json!({"NgayKetThucXuLy": "20220221083000"});
    let sequence = [
        (
            "2022-02-14T15:01",
            json!({"TrangThaiHoSo": 1, "NgayTiepNhan": "", "NgayHenTra": ""}),
            "created",
            "registered",
        ),
        ("2022-02-15T08:05", json!({"TrangThaiHoSo": 2}), "updated", "received"),
        ("2022-02-15T09:00", json!({"TrangThaiHoSo": 4}), "updated", "processing"),
        (
            "2022-02-16T09:10",
            json!({"TrangThaiHoSo": 5, "DanhSachHoSoBoSung": supplement(json!({}))}),
            "updated",
            "supplement_requested",
        ),
        (
            "2022-02-17T10:10",
            json!({"TrangThaiHoSo": 4, "DanhSachHoSoBoSung": came, "NgayHenTra": "20220222170000"}),
            "updated",
            "processing",
        ),
        (
            "2022-02-21T09:00",
            json!({"TrangThaiHoSo": 9, "DanhSachHoSoBoSung": came, "NgayHenTra": "20220222170000", "NgayKetThucXuLy": ended["NgayKetThucXuLy"]}),
            "updated",
            "completed",
        ),
        (
            "2022-02-22T09:00",
            json!({"TrangThaiHoSo": 10, "DanhSachHoSoBoSung": came, "NgayHenTra": "20220222170000",
                "NgayKetThucXuLy": ended["NgayKetThucXuLy"], "NgayTra": "20220222081500"}),
            "updated",
            "returned",
        ),
    ];
    for (when, more, result, status) in &sequence {
        app.now(&format!("{when}:00+07:00"));
        assert_eq!(
            send(&district, more).await,
            json!({"MaHoSo": CODE, "error_code": 0, "result": result}),
            "{more}"
        );
        assert_eq!(dossier(&district).await["status"], *status, "{more}");
        assert_eq!(send(&district, more).await["result"], "unchanged", "{more}");
        let promised = match *status {
            "registered" => Value::Null,
            "received" | "supplement_requested" => json!("2022-02-18T17:00:00+07:00"),
            _ if when.ends_with("15T09:00") => json!("2022-02-18T17:00:00+07:00"),
            _ => json!("2022-02-22T17:00:00+07:00"),
        };
        assert_eq!(dossier(&district).await["appointed_at"], promised, "{more}");
    }
    let expected = [
        "registered@14T15:00",
        "received@15T08:00",
        "forwarded@15T08:00",
        "supplement_requested@16T09:00",
        "supplement_received@17T10:00",
        "completed@21T08:30",
        "returned@22T08:15",
    ];
    assert_eq!(events(&district).await, expected);
    // The promise of the slip never moves the date: three working days, counted again from the supplement on.
    let dossier = dossier(&district).await;
    assert_eq!(dossier["deadline"]["due_on"], "2022-02-22");
    assert_eq!(
        (&dossier["ended_at"], &dossier["timing"]["state"]),
        (&json!("2022-02-21T08:30:00+07:00"), &json!("early"))
    );
    assert_eq!(dossier["national_status"], 10);
    // An earlier one again: the status does not go backwards.
    for (_, more, _, _) in &sequence[..6] {
        let refused = send(&district, more).await;
        assert_eq!(
            (&refused["error_code"], &refused["code"]),
            (&json!(409), &json!("event_not_allowed")),
            "{refused}"
        );
    }
    assert_eq!(events(&district).await, expected);
}

#[actix_web::test]
async fn a_dossier_that_is_sent_once_has_its_whole_life() {
    let app = TestApp::start();
    app.now("2022-02-25T09:00:00+07:00");
    let district = app.district().await;
    let more = json!({
        "TrangThaiHoSo": "10", "NgayKetThucXuLy": "20220222083000", "NgayTra": "20220222161500", "NgayHenTra": "20220222170000",
        "DanhSachHoSoBoSung": [{"NgayBoSung": "20220216090000", "NgayTiepNhanBoSung": "20220217100000",
            "NgayHenTraTruoc": "20220218170000", "NgayHenTraMoi": "20220222170000"}],
    });
    assert_eq!(send(&district, &more).await["result"], "created");
    assert_eq!(send(&district, &more).await["result"], "unchanged");
    let expected = [
        "received@15T08:00",
        "supplement_requested@16T09:00",
        "supplement_received@17T10:00",
        "completed@22T08:30",
        "returned@22T16:15",
    ];
    assert_eq!(events(&district).await, expected);
    let first = district.get(&format!("/v1/dossiers/{CODE}/events")).await.expect(200)["items"][0].clone();
    assert_eq!(first["appointed_at"], "2022-02-18T17:00:00+07:00", "what was promised at first");
    assert_eq!(dossier(&district).await["appointed_at"], "2022-02-22T17:00:00+07:00");
    // A note that is new is kept, and is no event.
    let mut noted = more.clone();
    noted["GhiChu"] = json!("Đã gọi điện");
    assert_eq!(send(&district, &noted).await["result"], "updated");
    assert_eq!(events(&district).await, expected);
}

#[actix_web::test]
async fn stops_without_a_time_begin_and_end_when_they_are_sent() {
    let app = TestApp::start();
    let district = app.district().await;
    for (when, status, known) in [
        ("2022-02-15T10:00", 4, "processing"),
        ("2022-02-16T10:00", 6, "payment_requested"),
        ("2022-02-17T10:00", 8, "suspended"),
        ("2022-02-18T10:00", 4, "processing"),
    ] {
        app.now(&format!("{when}:00+07:00"));
        assert_eq!(send(&district, &json!({"TrangThaiHoSo": status})).await["error_code"], 0);
        assert_eq!(send(&district, &json!({"TrangThaiHoSo": status})).await["result"], "unchanged");
        assert_eq!(dossier(&district).await["status"], known);
    }
    app.now("2022-02-21T10:00:00+07:00");
    let ended = json!({"TrangThaiHoSo": 8, "NgayKetThucXuLy": "20220221090000"});
    assert_eq!(send(&district, &ended).await["result"], "updated");
    assert_eq!(dossier(&district).await["status"], "terminated");
    let expected = [
        "received@15T08:00",
        "forwarded@15T08:00",
        "payment_requested@16T10:00",
        "payment_received@17T10:00",
        "suspended@17T10:00",
        "resumed@18T10:00",
        "terminated@21T09:00",
    ];
    assert_eq!(events(&district).await, expected);
}

#[actix_web::test]
async fn steps_are_recorded_once_and_in_their_place() {
    let app = TestApp::start();
    app.now("2022-02-18T09:00:00+07:00");
    let district = app.district().await;
    assert_eq!(send(&district, &json!({"TrangThaiHoSo": 2})).await["result"], "created");
    let due = json!({"TrangThai": 4, "ThoiDiemXuLy": "20220215090000", "NoiDungXuLy": "Chuyển cho Zacharias",
        "NgayBatDau": "20220215090000", "NgayKetThucTheoQuyDinh": "20220217170000"});
    assert_eq!(step(&district, &due).await, json!({"MaHoSo": CODE, "error_code": 0, "result": "updated"}));
    assert_eq!(step(&district, &due).await["result"], "unchanged");
    let holder = dossier(&district).await["holder"].clone();
    assert_eq!((&holder["unit"], &holder["officer"]), (&json!("Tổ Hộ tịch"), &json!("Trần Thị Bình")));
    assert_eq!(
        (&holder["agency"], &holder["step_due_at"]),
        (&json!("H51.29"), &json!("2022-02-17T17:00:00+07:00"))
    );
    let ended = json!({"TrangThai": "9", "ThoiDiemXuLy": "20220217150000"});
    assert_eq!(step(&district, &ended).await["result"], "updated");
    // Sent after the end, of a time before it.
    let late = json!({"TrangThai": 4, "ThoiDiemXuLy": "20220216100000", "PhongBanXuLy": "H51.29.05"});
    assert_eq!(step(&district, &late).await["result"], "updated");
    let snapshot = json!({"TrangThaiHoSo": 9, "NgayKetThucXuLy": "20220217150000"});
    assert_eq!(
        send(&district, &snapshot).await["result"],
        "updated",
        "the object is new, its events are known"
    );
    assert_eq!(
        events(&district).await,
        ["received@15T08:00", "forwarded@15T09:00", "completed@17T15:00", "forwarded@16T10:00"]
    );
    assert_eq!(dossier(&district).await["holder"]["agency"], "H51.29.05");
    let backwards = step(&district, &json!({"TrangThai": 4, "ThoiDiemXuLy": "20220218080000"})).await;
    assert_eq!((&backwards["error_code"], &backwards["code"]), (&json!(409), &json!("event_not_allowed")));
    let before = step(&district, &json!({"TrangThai": 4, "ThoiDiemXuLy": "20220214080000"})).await;
    assert_eq!((&before["error_code"], &before["code"]), (&json!(409), &json!("event_out_of_order")));
    for (more, message) in [
        (
            json!({"TrangThai": 9, "ThoiDiemXuLy": "20220218100000"}),
            "ThoiDiemXuLy: must not be more than 5 minutes",
        ),
        (json!({"TrangThai": 4}), "ThoiDiemXuLy: is required"),
        (json!({"TrangThai": "x", "ThoiDiemXuLy": "20220218080000"}), "TrangThai: must be one of"),
        (
            json!({"TrangThai": 9, "ThoiDiemXuLy": "20220218080000", "NgayBatDau": "18/02/2022"}),
            "NgayBatDau: must be",
        ),
    ] {
        let refused = step(&district, &more).await;
        assert_eq!(refused["error_code"], 422, "{refused}");
        assert!(refused["message"].as_str().unwrap().starts_with(message), "{refused}");
    }
    // What was done may name people: it is a private note.
    let text = district.get(&format!("/v1/dossiers/{CODE}?include=events")).await.text();
    assert!(!text.contains("Zacharias"), "{text}");
    assert_eq!(notes(&app).await[0].1.text, "Chuyển cho Zacharias");
}

#[actix_web::test]
async fn an_end_that_was_reopened_ends_again() {
    let app = TestApp::start();
    let root = app.root().await;
    let ended = json!({"TrangThaiHoSo": 9, "NgayKetThucXuLy": "20220215093000"});
    assert_eq!(send(&root, &ended).await["result"], "created");
    let reopened = json!({"kind": "reopened", "occurred_at": "2022-02-15T09:45:00+07:00", "ground": "Nhầm"});
    root.record(CODE, &reopened).await;
    assert_eq!(send(&root, &json!({"TrangThaiHoSo": 4})).await["result"], "updated");
    let again = json!({"TrangThaiHoSo": 9, "NgayKetThucXuLy": "20220215095500"});
    assert_eq!(send(&root, &again).await["result"], "updated");
    assert_eq!(dossier(&root).await["ended_at"], "2022-02-15T09:55:00+07:00");
}

#[actix_web::test]
async fn twins_sent_at_once_are_recorded_once() {
    let app = TestApp::start();
    let district = app.district().await;
    let more = json!({"TrangThaiHoSo": 9, "NgayKetThucXuLy": "20220215093000"});
    let sent = join_all((0..4).map(|_| send(&district, &more))).await;
    let mut results: Vec<&str> = sent.iter().map(|it| it["result"].as_str().unwrap_or("refused")).collect();
    results.sort_unstable();
    assert_eq!(results, ["created", "unchanged", "unchanged", "unchanged"], "{sent:?}");
    assert_eq!(events(&district).await, ["received@15T08:00", "completed@15T09:30"]);
}
