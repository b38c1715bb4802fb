//! What the API document says of the objects of the national format. Every key that is known is there; others are ignored.
//!
//! Connectors write a value as text or as a number, so no key has one type.

use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// Dossiers as they stand (`DongBoHoSoMC`).
#[derive(Deserialize, ToSchema)]
#[allow(dead_code)]
pub struct PostNationalDossiers {
    /// Whether the sender takes them for known, `True` or `False`. Not needed: the service knows.
    #[serde(rename = "isUpdating")]
    #[serde(default)]
    #[schema(required = false, example = "True")]
    is_updating: Value,
    /// The dossiers; those with the same code in their order.
    #[schema(max_items = 10_000, value_type = Vec<NationalDossier>)]
    data: Vec<Value>,
}

/// Steps of the handling of dossiers (`CapNhatTienDoHoSoMC`).
#[derive(Deserialize, ToSchema)]
#[allow(dead_code)]
pub struct PostNationalProgress {
    /// The steps; those of a dossier in their order.
    #[schema(max_items = 10_000, value_type = Vec<NationalStep>)]
    data: Vec<Value>,
}

/// A dossier as it stands.
pub struct NationalDossier;

/// A step of the handling of a dossier.
pub struct NationalStep;

/// A key, and what it says; a list when it has keys of its own.
struct Key(&'static str, &'static str, &'static [Key]);

const fn key(name: &'static str, says: &'static str) -> Key {
    Key(name, says, &[])
}

const FEES: &[Key] = &[
    key("TenPhiLePhi", "Name of the fee."),
    key("MaPhiLePhi", "Code of the fee."),
    key("HinhThucThu", "How it is paid."),
    key("Gia", "Amount."),
    key("LoaiPhiLePhi", "Kind of the fee."),
];

const SUPPLEMENTS: &[Key] = &[
    key(
        "HoSoBoSungId",
        "Number of the request; by that it is known when it is sent again, else by its time.",
    ),
    key("NguoiYeuCauBoSung", "Who asked; shown masked."),
    key("NoiDungBoSung", "What is to be supplemented; shown as null."),
    key("NgayBoSung", "When it was asked for, `yyyyMMddHHmmss`."),
    key("NguoiTiepNhanBoSung", "Who received it; shown masked."),
    key("ThongTinTiepNhan", "About the receipt; shown as null."),
    key("NgayTiepNhanBoSung", "When it was received, `yyyyMMddHHmmss`."),
    key("TrangThaiBoSung", "Status of the request."),
    key("DanhSachGiayToBoSung", "Papers; shown as null."),
    Key("DanhSachLePhiBoSung", "Fees.", FEES),
    key("NgayHenTraTruoc", "Promised return before, `yyyyMMddHHmmss`."),
    key("NgayHenTraMoi", "Promised return since, `yyyyMMddHHmmss`."),
];

const DOSSIER: &[Key] = &[
    key("MaHoSo", "Code of the dossier."),
    key("MaTTHC", "Code of the procedure, in its national or its local form."),
    key("TenTTHC", "Name of the procedure."),
    key("MaLinhVuc", "Code of the field."),
    key("TenLinhVuc", "Name of the field."),
    key("KenhThucHien", "Channel: 1 in person, 2 online, 3 by post."),
    key("TrichYeuHoSo", "Summary, at most 1,000 characters; shown as null."),
    key("ChuHoSo", "Name of the applicant; shown masked."),
    key("LoaiDoiTuong", "Kind of the applicant: 1 individual, 2 business, 3 state agency, 4 organization."),
    key("MaDoiTuong", "Code of the applicant; shown as null."),
    key("SoGiayToChuHoSo", "Number of the identity paper; shown as null."),
    key("DinhDanhCHS", "Identity papers: `LoaiDinhDanh`, `SoDinhDanh`; shown as null."),
    key("Email", "E-mail address; shown as null."),
    key("Fax", "Fax number; shown as null."),
    key("SoDienThoai", "Telephone number; shown as null."),
    key("DiaChi", "Address; shown as null."),
    key("TaiKhoanDuocXacThucVoiVNeID", "Whether the account is verified; shown as null."),
    key("ThongTinKhac", "Other information; shown as null."),
    key("NgayNopHoSo", "When it was submitted, `yyyyMMddHHmmss`."),
    key("NgayTiepNhan", "When it was received, `yyyyMMddHHmmss`."),
    key("NgayHenTra", "Promised return, `yyyyMMddHHmmss`; kept as `appointed_at`."),
    key("TrangThaiHoSo", "Status, 1 to 10; 8 with `NgayKetThucXuLy` is terminated, else suspended."),
    key("NgayTra", "When the result was handed over, `yyyyMMddHHmmss`."),
    key("ThongTinTra", "About the return; shown as null."),
    key("HinhThuc", "How the result is returned: 0 in person, 1 by post."),
    key("NgayKetThucXuLy", "When its handling ended, `yyyyMMddHHmmss`."),
    key("NgayTuChoi", "When it was refused, `yyyyMMddHHmmss`."),
    key("DonViXuLy", "Who handles it: code or name of an agency, or another text."),
    key("GhiChu", "Note; kept as a private note, shown as null."),
    key("NoiNopHoSo", "Where it was filed: code or name of an agency, or another text."),
    Key(
        "TaiLieuNop",
        "Documents.",
        &[
            key("TepDinhKemId", "Id of the file; shown as null."),
            key("TenTepDinhKem", "Name of the file; shown as null."),
            key("IsDeleted", "Whether it was deleted."),
            key("MaThanhPhanHoSo", "Code of the document in the procedure."),
            key("DuongDanTaiTepTin", "Address of the file; shown as null."),
            key("DuocSoHoa", "Whether it was digitised."),
            key("DuocTaiSuDung", "Whether it was used again."),
            key("DuocLayTuKhoDMQG", "Whether it came from the national store."),
            key("MaKetQuaThayThe", "Code of the result in its place; shown as null."),
        ],
    ),
    Key("DanhSachLePhi", "Fees.", FEES),
    key("DuocThanhToanTrucTuyen", "Paid online: 1 on the national portal, 2 on the own one, 3 not."),
    Key(
        "DanhSachTepDinhKemKhac",
        "Other papers.",
        &[
            key("TenGiayTo", "Name; shown as null."),
            key("SoLuong", "How many."),
            key("LoaiGiayTo", "Original or copy."),
        ],
    ),
    Key(
        "DanhSachGiayToKetQua",
        "Results.",
        &[
            key("TenGiayTo", "Name; shown as null."),
            key("MaThanhPhanHoSo", "Code of the document in the procedure."),
            key("GiayToId", "Id; shown as null."),
            key("DuongDanTepTinKetQua", "Address; shown as null."),
            key("MaGiayToKetQua", "Code of the result; shown as null."),
        ],
    ),
    Key("DanhSachHoSoBoSung", "Requests for supplements, at most 50.", SUPPLEMENTS),
    key("HoSoCoThanhPhanSoHoa", "Whether documents were digitised."),
    Key("DSKetNoiCSDL", "Databases that were asked.", &[key("MaCSDL", "Code of the database.")]),
];

const STEP: &[Key] = &[
    key("MaHoSo", "Code of the dossier, which must be known."),
    key("NguoiXuLy", "Who did it."),
    key("ChucDanh", "Their title."),
    key("ThoiDiemXuLy", "When it was done, `yyyyMMddHHmmss`."),
    key("PhongBanXuLy", "Their unit: code or name of an agency, or another text."),
    key("NoiDungXuLy", "What was done; kept as a private note."),
    key("TrangThai", "Status that it led to, 1 to 10; 8 is suspended."),
    key("NgayBatDau", "When the step began, `yyyyMMddHHmmss`."),
    key("NgayKetThucTheoQuyDinh", "When the step is due, `yyyyMMddHHmmss`."),
];

/// The schema of an object with some keys, of which some are required.
fn object(keys: &[Key], required: &[&str], says: &str) -> Schema {
    let mut object = ObjectBuilder::new().schema_type(Type::Object).description(Some(says));
    for Key(name, says, of) in keys {
        let schema: RefOr<Schema> = if of.is_empty() {
            ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some(*says)).build().into()
        } else {
            let item: RefOr<Schema> = self::object(of, &[], says).into();
            ArrayBuilder::new().items(item).description(Some(*says)).build().into()
        };
        object = object.property(*name, schema);
    }
    for name in required {
        object = object.required(*name);
    }
    Schema::Object(object.build())
}

impl PartialSchema for NationalDossier {
    fn schema() -> RefOr<Schema> {
        let says = "A dossier as `DongBoHoSoMC` has it. Null and an empty text leave a key out; keys that are not known are ignored.";
        object(DOSSIER, &["MaHoSo"], says).into()
    }
}

impl ToSchema for NationalDossier {
    fn name() -> Cow<'static, str> {
        "NationalDossier".into()
    }
}

impl PartialSchema for NationalStep {
    fn schema() -> RefOr<Schema> {
        let says = "A step as `CapNhatTienDoHoSoMC` has it. Null and an empty text leave a key out; keys that are not known are ignored.";
        object(STEP, &["MaHoSo"], says).into()
    }
}

impl ToSchema for NationalStep {
    fn name() -> Cow<'static, str> {
        "NationalStep".into()
    }
}
