use super::history::{Happened, History};
use super::mask;
use super::progress::Step;
use super::read::written;
use super::snapshot::Snapshot;
use super::wanted::{Wanted, beginning, events, of_step};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal};
use crate::domain::vocabulary::{EventKind, Outcome, Status};
use serde_json::{Map, Value, json};

mod sequences;

/// An object with the keys that every snapshot needs, and more.
fn object(more: &Value) -> Map<String, Value> {
    let mut object = json!({
        "MaHoSo": "H51.29-220215-9001", "MaTTHC": "1.004873", "KenhThucHien": "1", "ChuHoSo": "Nguyễn Văn An",
        "NgayNopHoSo": "20220214150000", "NgayTiepNhan": "20220215080000", "TrangThaiHoSo": "2",
    });
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object.as_object().unwrap().clone()
}

fn snapshot(more: &Value) -> Snapshot {
    Snapshot::read(&object(more)).unwrap()
}

fn at(text: &str) -> Instant {
    format!("2022-02-{text}:00+07:00").parse().unwrap()
}

/// What is wrong, by pointer.
fn wrong(refused: Refusal) -> Vec<String> {
    let Refusal::Invalid(violations) = refused else { panic!("{refused:?}") };
    let place = |place| match place {
        Place::Pointer(pointer) => pointer,
        other => panic!("{other:?}"),
    };
    violations.0.into_iter().map(|violation| place(violation.place)).collect()
}

#[test]
fn an_object_is_read_with_what_it_says_and_no_more() {
    let read = snapshot(&json!({
        "KenhThucHien": 2, "TrangThaiHoSo": 5, "NgayHenTra": "20220218170000", "SoGiayToChuHoSo": "", "LoaiDoiTuong": "2",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "079200000001"}], "DonViXuLy": "H51.29.18", "Khac": {"a": [1]},
        "NgayTra": "", "NgayKetThucXuLy": null, "SoDienThoai": 901_234_567,
        "DanhSachHoSoBoSung": [
            {"HoSoBoSungId": "b", "NgayBoSung": "20220217090000"},
            {"HoSoBoSungId": "0", "NgayBoSung": "20220216090000", "NgayTiepNhanBoSung": "20220216100000"},
        ],
    }));
    assert_eq!((read.status, read.channel.national_code()), (Status::SupplementRequested, 2));
    assert_eq!(read.applicant.id_number.as_deref(), Some("079200000001"));
    assert_eq!(read.applicant.phone.as_deref(), Some("901234567"));
    assert_eq!(read.received_at, Some(at("15T08:00")));
    assert_eq!((read.returned_at, read.ended_at), (None, None));
    let ids: Vec<_> = read.supplements.iter().map(|it| it.id.as_deref()).collect();
    assert_eq!(ids, [None, Some("b")], "in the order of their times; 0 is no number");
    assert_eq!(written(at("15T08:00")), "20220215080000");
}

#[test]
fn a_known_key_of_a_wrong_form_is_named() {
    for (more, pointers) in [
        (json!({"NgayTiepNhan": "2022-02-15T08:00:00"}), vec!["/NgayTiepNhan"]),
        (json!({"NgayTiepNhan": "20220230080000"}), vec!["/NgayTiepNhan"]),
        (json!({"NgayTiepNhan": "20220215240000"}), vec!["/NgayTiepNhan"]),
        (json!({"NgayTiepNhan": "20220215080060"}), vec!["/NgayTiepNhan"]),
        (json!({"NgayTiepNhan": "00010101000000"}), vec!["/NgayTiepNhan"]),
        (json!({"NgayTiepNhan": ["20220215080000"]}), vec!["/NgayTiepNhan"]),
        (json!({"TrangThaiHoSo": "11"}), vec!["/TrangThaiHoSo"]),
        (json!({"TrangThaiHoSo": null}), vec!["/TrangThaiHoSo"]),
        (json!({"TrangThaiHoSo": true}), vec!["/TrangThaiHoSo"]),
        (json!({"KenhThucHien": "4"}), vec!["/KenhThucHien"]),
        (json!({"KenhThucHien": ""}), vec!["/KenhThucHien"]),
        (json!({"MaHoSo": "HS-1"}), vec!["/MaHoSo"]),
        (json!({"MaHoSo": 5, "MaTTHC": ""}), vec!["/MaHoSo", "/MaTTHC"]),
        (json!({"ChuHoSo": " "}), vec!["/ChuHoSo"]),
        (json!({"LoaiDoiTuong": "9"}), vec!["/LoaiDoiTuong"]),
        (json!({"DanhSachHoSoBoSung": "x"}), vec!["/DanhSachHoSoBoSung"]),
        (json!({"DanhSachHoSoBoSung": [1]}), vec!["/DanhSachHoSoBoSung/0"]),
        (json!({"DanhSachHoSoBoSung": [{}]}), vec!["/DanhSachHoSoBoSung/0/NgayBoSung"]),
        (
            json!({"DanhSachHoSoBoSung": [{"NgayBoSung": "20220216090000", "NgayTiepNhanBoSung": "20220216080000"}]}),
            vec!["/DanhSachHoSoBoSung/0/NgayTiepNhanBoSung"],
        ),
        (json!({"TrichYeuHoSo": "a".repeat(1_001)}), vec!["/TrichYeuHoSo"]),
    ] {
        let found = wrong(Snapshot::read(&object(&more)).unwrap_err());
        assert_eq!(found, pointers, "{more}");
    }
    let found =
        wrong(Step::read(json!({"TrangThai": "x", "NgayBatDau": "y"}).as_object().unwrap()).unwrap_err());
    assert_eq!(found, ["/MaHoSo", "/ThoiDiemXuLy", "/TrangThai", "/NgayBatDau"]);
}

#[test]
fn eight_is_an_end_when_the_end_is_there() {
    assert_eq!(snapshot(&json!({"TrangThaiHoSo": 8})).status, Status::Suspended);
    let ended = snapshot(&json!({"TrangThaiHoSo": 8, "NgayKetThucXuLy": "20220216080000"}));
    assert_eq!(ended.status, Status::Terminated);
}

#[test]
fn only_what_names_nobody_is_shown() {
    let sent = object(&json!({
        "SoGiayToChuHoSo": "079200000001", "Email": "an@example.vn", "La": "0901234567", "DonViXuLy": {"ten": "An"}, "NgayTra": null,
        "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "Gia": 8000, "NguoiNop": "An"}, "An"],
        "DanhSachHoSoBoSung": [{"NguoiYeuCauBoSung": "Trần Thị Bình", "NoiDungBoSung": "Giấy của An", "NgayBoSung": "20220216090000"}],
        "TaiLieuNop": "An",
    }));
    let mut shown = Value::Object(mask::dossier(&sent));
    let expected = json!({
        "MaHoSo": "H51.29-220215-9001", "MaTTHC": "1.004873", "KenhThucHien": "1", "ChuHoSo": "N*** V*** A***",
        "NgayNopHoSo": "20220214150000", "NgayTiepNhan": "20220215080000", "TrangThaiHoSo": "2",
        "SoGiayToChuHoSo": null, "Email": null, "NgayTra": null,
        "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "Gia": 8000}],
        "DanhSachHoSoBoSung": [{"NguoiYeuCauBoSung": "T*** T*** B***", "NoiDungBoSung": null, "NgayBoSung": "20220216090000"}],
    });
    assert_eq!(shown, expected);
    shown.as_object_mut().unwrap().clear();
    assert_eq!(Value::Object(mask::dossier(&Map::new())), shown);
}
