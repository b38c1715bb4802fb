//! A dossier as it is sent to be received, and the checks that need no database.

use crate::domain::ids::{AgencyCode, DossierCode, ProcedureCode, Slug};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::{BadText, clean};
use crate::domain::vocabulary::{ApplicantKind, Channel, Origin};
use crate::features::dossiers::actions::{ApplicantInput, OfficerInput, ReceiveInput};
use crate::http::input::{object, optional_object};
use serde::Deserialize;
use utoipa::ToSchema;

/// A dossier to receive.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostDossier {
    /// Code; null: generated from the receiving agency, the day and a running number.
    #[serde(default)]
    #[schema(value_type = Option<DossierCode>, example = json!(null))]
    pub code: Option<String>,
    /// Code of the procedure.
    #[schema(value_type = ProcedureCode, example = "1.004873")]
    pub procedure: String,
    /// Case of the procedure; null: the default case.
    #[serde(default)]
    #[schema(value_type = Option<Slug>, example = json!(null))]
    pub case: Option<String>,
    /// How it was filed.
    pub channel: Channel,
    /// Code of the agency that received it.
    #[schema(value_type = AgencyCode, example = "H51.29")]
    pub receiving_agency: String,
    /// Code of the agency that decides it.
    #[schema(value_type = AgencyCode, example = "H51.29.18")]
    pub competent_agency: String,
    /// When it was submitted online.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub submitted_at: Option<Instant>,
    /// When it was received; at most 5 minutes ahead of now. Null with `submitted_at`: it is registered and waits to be
    /// received (`received`) or refused (`refused`).
    #[serde(default)]
    #[schema(value_type = Option<Instant>, example = "2022-02-15T08:00:00+07:00")]
    pub received_at: Option<Instant>,
    /// Return date that the portal's slip promises.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub appointed_at: Option<Instant>,
    /// Summary (trích yếu), at most 1,000 characters; kept as personal data.
    #[serde(default)]
    #[schema(max_length = 1_000)]
    pub summary: Option<String>,
    /// Who received it.
    #[serde(default, deserialize_with = "optional_object")]
    pub officer: Option<OfficerBody>,
    /// Who filed it.
    #[serde(deserialize_with = "object")]
    pub applicant: ApplicantSent,
    /// `import` for a dossier replayed from other software; `live` when absent.
    #[serde(default)]
    #[schema(example = "live")]
    pub origin: Option<Origin>,
    /// When the other software recorded its receipt; only when replayed.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub source_recorded_at: Option<Instant>,
}

/// An officer.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Officer)]
pub struct OfficerBody {
    /// Name.
    #[schema(min_length = 1, max_length = 200, example = "Trần Thị Bình")]
    pub name: String,
    /// Title.
    #[serde(default)]
    #[schema(max_length = 200, example = "Công chức một cửa")]
    pub title: Option<String>,
    /// Unit.
    #[serde(default)]
    #[schema(max_length = 200, example = "Bộ phận Một cửa")]
    pub unit: Option<String>,
}

/// An applicant. Kept as personal data and masked in every answer.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicantSent {
    /// Kind.
    pub kind: ApplicantKind,
    /// Name.
    #[schema(min_length = 1, max_length = 300, example = "Nguyễn Văn An")]
    pub name: String,
    /// Number of the identity paper.
    #[serde(default)]
    #[schema(max_length = 50)]
    pub id_number: Option<String>,
    /// Telephone number.
    #[serde(default)]
    #[schema(max_length = 50)]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default)]
    #[schema(max_length = 254)]
    pub email: Option<String>,
    /// Address.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub address: Option<String>,
}

/// Reads an optional text: an empty one is absent.
pub(super) fn text(
    wrong: &mut Violations,
    pointer: &str,
    value: Option<&str>,
    most: usize,
) -> Option<String> {
    match clean(value?, most) {
        Ok(text) => Some(text),
        Err(BadText::Empty) => None,
        Err(why) => {
            wrong.add(pointer, Rule::InvalidValue, why);
            None
        }
    }
}

/// What is sent here is not in the national format.
pub(super) fn not_national(origin: Option<Origin>, wrong: &mut Violations) {
    if origin == Some(Origin::National) {
        let message = "must be live or import; national comes with the national format";
        wrong.add("/origin", Rule::InvalidValue, message);
    }
}

impl OfficerBody {
    pub(super) fn check(self, at: &str, wrong: &mut Violations) -> OfficerInput {
        OfficerInput {
            name: wrong.take(format!("{at}/name"), clean(&self.name, 200)).unwrap_or_default(),
            title: text(wrong, &format!("{at}/title"), self.title.as_deref(), 200),
            unit: text(wrong, &format!("{at}/unit"), self.unit.as_deref(), 200),
        }
    }
}

impl ApplicantSent {
    fn check(self, wrong: &mut Violations) -> ApplicantInput {
        ApplicantInput {
            kind: self.kind,
            name: wrong.take("/applicant/name", clean(&self.name, 300)).unwrap_or_default(),
            id_number: text(wrong, "/applicant/id_number", self.id_number.as_deref(), 50),
            phone: text(wrong, "/applicant/phone", self.phone.as_deref(), 50),
            email: text(wrong, "/applicant/email", self.email.as_deref(), 254),
            address: text(wrong, "/applicant/address", self.address.as_deref(), 500),
        }
    }
}

impl PostDossier {
    /// Checks what can be checked without the database.
    pub fn check(self) -> Result<ReceiveInput, Refusal> {
        let mut wrong = Violations::default();
        if let Some(code) = &self.code {
            wrong.take("/code", DossierCode::parse(code));
        }
        wrong.take("/procedure", ProcedureCode::parse(&self.procedure));
        if let Some(case) = &self.case {
            wrong.take("/case", Slug::parse(case));
        }
        wrong.take("/receiving_agency", AgencyCode::parse(&self.receiving_agency));
        wrong.take("/competent_agency", AgencyCode::parse(&self.competent_agency));
        let summary = text(&mut wrong, "/summary", self.summary.as_deref(), 1_000);
        let officer = self.officer.map(|officer| officer.check("/officer", &mut wrong));
        let applicant = self.applicant.check(&mut wrong);
        not_national(self.origin, &mut wrong);
        let Some(filed_at) = self.received_at.or(self.submitted_at) else {
            wrong.add("/received_at", Rule::MissingField, "is required unless submitted_at is given");
            return Err(Refusal::Invalid(wrong));
        };
        wrong.check()?;
        Ok(ReceiveInput {
            code: self.code,
            procedure: self.procedure,
            case: self.case,
            channel: self.channel,
            receiving_agency: self.receiving_agency,
            competent_agency: self.competent_agency,
            submitted_at: self.submitted_at,
            received_at: self.received_at,
            filed_at,
            origin: self.origin.unwrap_or(Origin::Live),
            source_recorded_at: self.source_recorded_at,
            appointed_at: self.appointed_at,
            summary,
            officer,
            applicant,
        })
    }
}
