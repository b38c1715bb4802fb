//! `DongBoHoSoMC`: a dossier as it stands in the software of an agency.

use super::read::Reader;
use crate::domain::ids::{DossierCode, ProcedureCode};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::vocabulary::{ApplicantKind, Channel, Status};
use serde_json::{Map, Value};

/// Most requests for supplements of a dossier: the law allows one (NĐ 61/2018 Art. 11(2)(c)), practice a few.
const MOST_SUPPLEMENTS: usize = 50;

/// A dossier as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// `MaHoSo`.
    pub code: String,
    /// `MaTTHC`.
    pub procedure: String,
    /// `KenhThucHien`.
    pub channel: Channel,
    /// `TrichYeuHoSo`; personal data.
    pub summary: Option<String>,
    /// The applicant; personal data.
    pub applicant: Applicant,
    /// `NgayNopHoSo`.
    pub submitted_at: Option<Instant>,
    /// `NgayTiepNhan`.
    pub received_at: Option<Instant>,
    /// `NgayHenTra`: what the slip promises.
    pub appointed_at: Option<Instant>,
    /// `NgayKetThucXuLy`.
    pub ended_at: Option<Instant>,
    /// `NgayTra`.
    pub returned_at: Option<Instant>,
    /// `NgayTuChoi`.
    pub refused_at: Option<Instant>,
    /// `TrangThaiHoSo`; 8 is terminated when `NgayKetThucXuLy` is there, else suspended.
    pub status: Status,
    /// `DonViXuLy`: who handles it, by code or name.
    pub handled_by: Option<String>,
    /// `NoiNopHoSo`: where it was filed, by code or name.
    pub filed_with: Option<String>,
    /// `GhiChu`; personal data.
    pub note: Option<String>,
    /// `DanhSachHoSoBoSung`, in the order in which they were asked for.
    pub supplements: Vec<Supplement>,
}

/// Who filed a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applicant {
    /// `LoaiDoiTuong`; an individual when absent.
    pub kind: ApplicantKind,
    /// `ChuHoSo`.
    pub name: String,
    /// `SoGiayToChuHoSo`, or the first of `DinhDanhCHS`.
    pub id_number: Option<String>,
    /// `SoDienThoai`.
    pub phone: Option<String>,
    /// `Email`.
    pub email: Option<String>,
    /// `DiaChi`.
    pub address: Option<String>,
}

/// A request for supplements (yêu cầu bổ sung).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supplement {
    /// `HoSoBoSungId`.
    pub id: Option<String>,
    /// `NgayBoSung`: when they were asked for.
    pub requested_at: Instant,
    /// `NguoiYeuCauBoSung`.
    pub requested_by: Option<String>,
    /// `NoiDungBoSung`; may name people.
    pub what: Option<String>,
    /// `NgayTiepNhanBoSung`: when they came.
    pub received_at: Option<Instant>,
    /// `NguoiTiepNhanBoSung`.
    pub received_by: Option<String>,
    /// `NgayHenTraTruoc`: the promised return before.
    pub appointed_before: Option<Instant>,
    /// `NgayHenTraMoi`: the promised return after.
    pub appointed_anew: Option<Instant>,
}

impl Snapshot {
    /// Reads an object. Fails with all that is wrong with its known keys.
    pub fn read(object: &Map<String, Value>) -> Result<Self, Refusal> {
        let mut it = Reader::new(object, String::new());
        let code = required(&mut it, "MaHoSo", DossierCode::parse);
        let procedure = required(&mut it, "MaTTHC", ProcedureCode::parse);
        let before = it.wrong.0.len();
        let channel = it.one_of("KenhThucHien", &CHANNELS);
        if channel.is_none() && it.wrong.0.len() == before {
            it.missing("KenhThucHien");
        }
        let ended_at = it.time("NgayKetThucXuLy");
        // The contract: inbound 8 is suspended, or terminated when the end of the handling is there.
        let stopped = if ended_at.is_some() { Status::Terminated } else { Status::Suspended };
        let status = it.status("TrangThaiHoSo", stopped);
        let applicant = applicant(&mut it);
        let mut supplements = vec![];
        let sent = it.list("DanhSachHoSoBoSung");
        if sent.len() > MOST_SUPPLEMENTS {
            let message = format!("must have at most {MOST_SUPPLEMENTS} items");
            it.refuse("DanhSachHoSoBoSung", Rule::InvalidValue, message);
        }
        for (members, at) in sent.into_iter().take(MOST_SUPPLEMENTS) {
            let mut of = Reader::new(members, at);
            supplements.extend(supplement(&mut of));
            it.wrong.0.append(&mut of.wrong.0);
        }
        supplements.sort_by_key(|supplement| supplement.requested_at);
        let (submitted_at, received_at) = (it.time("NgayNopHoSo"), it.time("NgayTiepNhan"));
        let (appointed_at, returned_at) = (it.time("NgayHenTra"), it.time("NgayTra"));
        let refused_at = it.time("NgayTuChoi");
        let (handled_by, filed_with) = (it.text("DonViXuLy", 200), it.text("NoiNopHoSo", 200));
        let (summary, note) = (it.text("TrichYeuHoSo", 1_000), it.text("GhiChu", 2_000));
        let (Some(channel), Some(status), Some(applicant)) = (channel, status, applicant) else {
            return Err(Refusal::Invalid(it.wrong));
        };
        it.wrong.check()?;
        Ok(Self {
            code,
            procedure,
            channel,
            summary,
            applicant,
            submitted_at,
            received_at,
            appointed_at,
            ended_at,
            returned_at,
            refused_at,
            status,
            handled_by,
            filed_with,
            note,
            supplements,
        })
    }

    /// What the slip promised at the receipt: what was promised before the first supplement, if there was one that moved it.
    pub fn appointed_first(&self) -> Option<Instant> {
        let before = self.supplements.iter().find_map(|supplement| supplement.appointed_before);
        before.or(self.appointed_at)
    }
}

/// The numbers of the channels.
const CHANNELS: [(&str, Channel); 3] =
    [("1", Channel::InPerson), ("2", Channel::Online), ("3", Channel::Postal)];

/// A code that must be there, of a grammar.
pub(super) fn required<T, E: std::fmt::Display>(
    it: &mut Reader<'_>,
    key: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> String {
    let before = it.wrong.0.len();
    let Some(code) = it.code(key) else {
        if it.wrong.0.len() == before {
            it.missing(key);
        }
        return String::new();
    };
    if let Err(why) = parse(&code) {
        it.refuse(key, Rule::InvalidValue, why);
    }
    code
}

fn applicant(it: &mut Reader<'_>) -> Option<Applicant> {
    use ApplicantKind as K;
    let kinds = [("1", K::Individual), ("2", K::Business), ("3", K::StateAgency), ("4", K::Organization)];
    let before = it.wrong.0.len();
    let name = it.text("ChuHoSo", 300);
    if name.is_none() && it.wrong.0.len() == before {
        it.missing("ChuHoSo");
    }
    let mut id_number = it.text("SoGiayToChuHoSo", 50);
    for (members, at) in it.list("DinhDanhCHS") {
        let mut of = Reader::new(members, at);
        id_number = id_number.or(of.text("SoDinhDanh", 50));
        it.wrong.0.append(&mut of.wrong.0);
    }
    let kind = it.one_of("LoaiDoiTuong", &kinds).unwrap_or(K::Individual);
    let (phone, email) = (it.text("SoDienThoai", 50), it.text("Email", 254));
    let address = it.text("DiaChi", 500);
    Some(Applicant { kind, name: name?, id_number, phone, email, address })
}

fn supplement(it: &mut Reader<'_>) -> Option<Supplement> {
    let before = it.wrong.0.len();
    let requested_at = it.time("NgayBoSung");
    if requested_at.is_none() && it.wrong.0.len() == before {
        it.missing("NgayBoSung");
    }
    let (received_at, id) = (it.time("NgayTiepNhanBoSung"), it.code("HoSoBoSungId"));
    let (appointed_before, appointed_anew) = (it.time("NgayHenTraTruoc"), it.time("NgayHenTraMoi"));
    let requested_by = it.text("NguoiYeuCauBoSung", 200);
    let received_by = it.text("NguoiTiepNhanBoSung", 200);
    let what = it.text("NoiDungBoSung", 2_000);
    if let Some((asked, came)) = requested_at.zip(received_at)
        && came < asked
    {
        it.refuse("NgayTiepNhanBoSung", Rule::InvalidValue, "must not be before NgayBoSung");
    }
    Some(Supplement {
        // What is not numbered is often numbered 0.
        id: id.filter(|id| id != "0"),
        requested_at: requested_at?,
        requested_by,
        what,
        received_at,
        received_by,
        appointed_before,
        appointed_anew,
    })
}
