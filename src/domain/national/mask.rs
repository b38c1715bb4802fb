//! An object of the national format without what is personal: only what is known to name nobody is shown.
//!
//! Names show as first letters. What is personal otherwise is null, and so is what may be in a free text; a key that is not known is left out,
//! and so is anything that is no plain value where one belongs.

use crate::domain::masking;
use serde_json::{Map, Value};

/// What is shown of a key.
#[derive(Clone, Copy)]
enum Shown {
    /// As it is.
    Plain,
    /// The first letters of a name.
    Name,
    /// That it is there.
    Null,
    /// A list of objects.
    List(&'static [(&'static str, Shown)]),
}

use Shown::{List, Name, Null, Plain};

const FEES: &[(&str, Shown)] = &[
    ("TenPhiLePhi", Plain),
    ("MaPhiLePhi", Plain),
    ("HinhThucThu", Plain),
    ("Gia", Plain),
    ("LoaiPhiLePhi", Plain),
];

const SUPPLEMENTS: &[(&str, Shown)] = &[
    ("HoSoBoSungId", Plain),
    ("NguoiYeuCauBoSung", Name),
    ("NoiDungBoSung", Null),
    ("NgayBoSung", Plain),
    ("NguoiTiepNhanBoSung", Name),
    ("ThongTinTiepNhan", Null),
    ("NgayTiepNhanBoSung", Plain),
    ("TrangThaiBoSung", Plain),
    ("DanhSachGiayToBoSung", Null),
    ("DanhSachLePhiBoSung", List(FEES)),
    ("NgayHenTraTruoc", Plain),
    ("NgayHenTraMoi", Plain),
];

const DOSSIER: &[(&str, Shown)] = &[
    ("MaHoSo", Plain),
    ("MaTTHC", Plain),
    ("TenTTHC", Plain),
    ("MaLinhVuc", Plain),
    ("TenLinhVuc", Plain),
    ("KenhThucHien", Plain),
    ("TrichYeuHoSo", Null),
    ("ChuHoSo", Name),
    ("LoaiDoiTuong", Plain),
    ("MaDoiTuong", Null),
    ("SoGiayToChuHoSo", Null),
    ("DinhDanhCHS", Null),
    ("Email", Null),
    ("Fax", Null),
    ("SoDienThoai", Null),
    ("DiaChi", Null),
    ("TaiKhoanDuocXacThucVoiVNeID", Null),
    ("ThongTinKhac", Null),
    ("NgayNopHoSo", Plain),
    ("NgayTiepNhan", Plain),
    ("NgayHenTra", Plain),
    ("TrangThaiHoSo", Plain),
    ("NgayTra", Plain),
    ("ThongTinTra", Null),
    ("HinhThuc", Plain),
    ("NgayKetThucXuLy", Plain),
    ("NgayTuChoi", Plain),
    ("DonViXuLy", Plain),
    ("GhiChu", Null),
    ("NoiNopHoSo", Plain),
    (
        "TaiLieuNop",
        List(&[
            ("TepDinhKemId", Null),
            ("TenTepDinhKem", Null),
            ("IsDeleted", Plain),
            ("MaThanhPhanHoSo", Plain),
            ("DuongDanTaiTepTin", Null),
            ("DuocSoHoa", Plain),
            ("DuocTaiSuDung", Plain),
            ("DuocLayTuKhoDMQG", Plain),
            ("MaKetQuaThayThe", Null),
        ]),
    ),
    ("DanhSachLePhi", List(FEES)),
    ("DuocThanhToanTrucTuyen", Plain),
    ("DanhSachTepDinhKemKhac", List(&[("TenGiayTo", Null), ("SoLuong", Plain), ("LoaiGiayTo", Plain)])),
    (
        "DanhSachGiayToKetQua",
        List(&[
            ("TenGiayTo", Null),
            ("MaThanhPhanHoSo", Plain),
            ("GiayToId", Null),
            ("DuongDanTepTinKetQua", Null),
            ("MaGiayToKetQua", Null),
        ]),
    ),
    ("DanhSachHoSoBoSung", List(SUPPLEMENTS)),
    ("HoSoCoThanhPhanSoHoa", Plain),
    ("DSKetNoiCSDL", List(&[("MaCSDL", Plain)])),
];

/// An object of `DongBoHoSoMC` as it may be shown.
pub fn dossier(sent: &Map<String, Value>) -> Map<String, Value> {
    masked(sent, DOSSIER)
}

/// The same for who may see personal data: the keys that are known, with what was sent.
pub fn unmasked(sent: &Map<String, Value>) -> Map<String, Value> {
    known_of(sent, DOSSIER)
}

fn known_of(sent: &Map<String, Value>, known: &[(&str, Shown)]) -> Map<String, Value> {
    let shown = known.iter().filter_map(|(key, how)| {
        let value = match (how, sent.get(*key)?) {
            (List(of), Value::Array(items)) => {
                let objects = items.iter().filter_map(Value::as_object);
                Value::Array(objects.map(|item| Value::Object(known_of(item, of))).collect())
            }
            (List(_), value) if !value.is_null() => return None,
            (_, value) => value.clone(),
        };
        Some(((*key).to_owned(), value))
    });
    shown.collect()
}

fn masked(sent: &Map<String, Value>, known: &[(&str, Shown)]) -> Map<String, Value> {
    let mut shown = Map::new();
    for (key, value) in sent {
        let Some((_, how)) = known.iter().find(|(name, _)| name == key) else { continue };
        let value = match (how, value) {
            (_, Value::Null) | (Null, _) => Value::Null,
            (Plain, Value::Array(_) | Value::Object(_)) | (Name, _) if !value.is_string() => continue,
            (Name, name) => Value::String(masking::name(name.as_str().unwrap_or_default())),
            (Plain, plain) => plain.clone(),
            (List(of), Value::Array(items)) => {
                let objects = items.iter().filter_map(Value::as_object);
                Value::Array(objects.map(|item| Value::Object(masked(item, of))).collect())
            }
            (List(_), _) => continue,
        };
        shown.insert(key.clone(), value);
    }
    shown
}
