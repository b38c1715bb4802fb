//! Invented applicants and officers. Any likeness is chance; the numbers are random digits.

use super::random::Random;
use crate::domain::vocabulary::ApplicantKind;
use crate::features::dossiers::actions::{ApplicantInput, OfficerInput};

const FAMILY: &[&str] = &["Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Lâm", "Thạch", "Sơn"];
const MIDDLE: &[&str] = &["Văn", "Thị", "Hữu", "Ngọc", "Minh", "Thanh", "Kim", "Quốc"];
const GIVEN: &[&str] =
    &["An", "Bình", "Châu", "Dung", "Đức", "Giang", "Hạnh", "Khánh", "Lan", "Nghĩa", "Phúc", "Tú"];
const HAMLETS: &[&str] = &["ấp An Trung", "ấp Chợ", "ấp Phước Hòa", "ấp Vàm Hồ", "ấp Bình Du"];
const TITLES: &[&str] = &["Công chức một cửa", "Chuyên viên", "Công chức Tư pháp - Hộ tịch"];

/// Private notes of events.
pub(super) const NOTES: &[&str] =
    &["Đã kiểm tra hồ sơ gốc", "Chờ xác minh tại địa phương", "Đã liên hệ người nộp"];

fn name(random: &mut Random) -> Option<String> {
    Some(format!("{} {} {}", random.pick(FAMILY)?, random.pick(MIDDLE)?, random.pick(GIVEN)?))
}

fn digits(random: &mut Random, prefix: &str, count: usize) -> String {
    (0..count).fold(prefix.to_owned(), |text, _| text + &random.below(10).to_string())
}

/// An applicant.
pub(super) fn applicant(random: &mut Random) -> Option<ApplicantInput> {
    let kind = if random.chance(90) { ApplicantKind::Individual } else { ApplicantKind::Business };
    Some(ApplicantInput {
        kind,
        name: name(random)?,
        id_number: Some(digits(random, "094", 9)),
        phone: Some(digits(random, "09", 8)),
        email: None,
        address: Some(format!("{}, huyện Cù Lao Dung, tỉnh Sóc Trăng", random.pick(HAMLETS)?)),
    })
}

/// An officer.
pub(super) fn officer(random: &mut Random) -> Option<OfficerInput> {
    Some(OfficerInput {
        name: name(random)?,
        title: random.pick(TITLES).map(|t| (*t).to_owned()),
        unit: None,
    })
}
