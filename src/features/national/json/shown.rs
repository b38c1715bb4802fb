//! A dossier that was never sent in the national format, as it would be: from what is recorded of it, without what is personal.

use crate::domain::agency_tree::AgencyTree;
use crate::domain::local_time::Instant;
use crate::domain::national::written;
use crate::features::dossiers::queries::DossierRow;
use crate::features::dossiers::sealed::Person;
use crate::features::procedures::queries::ProcedureName;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value, json};

/// The dossier in the keys of `DongBoHoSoMC` that the service knows.
pub fn shown(row: &DossierRow, procedure: &ProcedureName, tree: &AgencyTree) -> Map<String, Value> {
    let at = |at: Option<DateTime<Utc>>| at.map(|at| json!(written(at.into()))).unwrap_or_default();
    let pairs = [
        ("MaHoSo", json!(row.code)),
        ("MaTTHC", json!(procedure.procedure_code)),
        ("TenTTHC", json!(procedure.name)),
        ("TenLinhVuc", json!(procedure.field_name)),
        ("KenhThucHien", json!(row.channel.national_code().to_string())),
        ("ChuHoSo", json!(row.applicant_name_masked)),
        ("NgayNopHoSo", at(row.submitted_at)),
        ("NgayTiepNhan", at(row.received_at)),
        ("NgayHenTra", appointed(row)),
        ("TrangThaiHoSo", json!(row.status.national_code().to_string())),
        ("NgayTra", at(row.returned_at)),
        ("NgayKetThucXuLy", at(row.ended_at)),
        ("DonViXuLy", json!(tree.code(row.holder_agency_id))),
        ("NoiNopHoSo", json!(tree.code(row.receiving_agency_id))),
    ];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The personal data of its applicant in the keys of the format, for who may see it.
pub fn personal(person: Person) -> Map<String, Value> {
    let Person { name, id_number, phone, email, address, summary, .. } = person;
    let pairs = [
        ("ChuHoSo", json!(name)),
        ("SoGiayToChuHoSo", json!(id_number)),
        ("SoDienThoai", json!(phone)),
        ("Email", json!(email)),
        ("DiaChi", json!(address)),
        ("TrichYeuHoSo", json!(summary)),
    ];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// When the result is to be had: on the day that an apology gave, else when it is due (contract: national `NgayHenTra`).
fn appointed(row: &DossierRow) -> Value {
    // The format has no days: an office that says nothing else closes at 17:00.
    let closes = NaiveTime::from_hms_opt(17, 0, 0).unwrap_or_default();
    let end_of = |day: NaiveDate| json!(written(Instant::at(day, closes)));
    match (row.reappointed_on, row.due_at) {
        (Some(day), _) => end_of(day),
        (None, Some(at)) => json!(written(at.into())),
        (None, None) => row.due_on.map(end_of).unwrap_or_default(),
    }
}
