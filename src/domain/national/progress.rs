//! `CapNhatTienDoHoSoMC`: a step in the handling of a dossier.

use super::read::{Reader, written};
use super::snapshot::required;
use crate::domain::hash_chain::to_hex;
use crate::domain::ids::DossierCode;
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::Status;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// A step as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// `MaHoSo`.
    pub code: String,
    /// `TrangThai`: where the dossier stood after it.
    pub status: Status,
    /// `ThoiDiemXuLy`.
    pub at: Instant,
    /// `NguoiXuLy`.
    pub officer: Option<String>,
    /// `ChucDanh`.
    pub title: Option<String>,
    /// `PhongBanXuLy`: by name or code.
    pub unit: Option<String>,
    /// `NoiDungXuLy`; may name people.
    pub what: Option<String>,
    /// `NgayKetThucTheoQuyDinh`: when the step is due.
    pub due_at: Option<Instant>,
}

impl Step {
    /// Reads an object. Fails with all that is wrong with its known keys.
    pub fn read(object: &Map<String, Value>) -> Result<Self, Refusal> {
        let mut it = Reader::new(object, String::new());
        let code = required(&mut it, "MaHoSo", DossierCode::parse);
        let before = it.wrong.0.len();
        let at = it.time("ThoiDiemXuLy");
        if at.is_none() && it.wrong.0.len() == before {
            it.missing("ThoiDiemXuLy");
        }
        let status = it.status("TrangThai", Status::Suspended);
        let (officer, title) = (it.text("NguoiXuLy", 200), it.text("ChucDanh", 200));
        let (unit, what) = (it.text("PhongBanXuLy", 200), it.text("NoiDungXuLy", 2_000));
        // When the step began is kept as it was sent.
        it.time("NgayBatDau");
        let due_at = it.time("NgayKetThucTheoQuyDinh");
        let (Some(at), Some(status)) = (at, status) else { return Err(Refusal::Invalid(it.wrong)) };
        it.wrong.check()?;
        Ok(Self { code, status, at, officer, title, unit, what, due_at })
    }

    /// What its event is called: the format numbers no steps, so that is when it was, what it led to and whose it was. What was done is not
    /// in it, for it may be personal.
    pub(super) fn reference(&self) -> String {
        let whose = [&self.officer, &self.title, &self.unit].map(|text| text.as_deref().unwrap_or_default());
        let digest = Sha256::digest(whose.join("\0").as_bytes());
        let (at, status) = (written(self.at), self.status.national_code());
        format!("national:step:{at}:{status}:{}", to_hex(&digest[..8]))
    }
}
