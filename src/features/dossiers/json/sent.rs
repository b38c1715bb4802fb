//! Dossiers and events as they are sent, and the checks that need no database.

use super::ResultBody;
use crate::domain::ids::{AgencyCode, DossierCode, ProcedureCode, Slug};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::{BadText, clean};
use crate::domain::vocabulary::{ApplicantKind, Channel, EventKind, Origin};
use crate::features::dossiers::actions::{
    ApplicantInput, EventDetails, EventInput, OfficerInput, ReceiveInput,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A dossier to receive.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostDossier {
    /// Code; null: generated from the receiving agency, the day and a running number.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub code: Option<String>,
    /// Code of the procedure.
    #[schema(example = "1.004873")]
    pub procedure: String,
    /// Case of the procedure; null: the default case.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub case: Option<String>,
    /// How it was filed.
    pub channel: Channel,
    /// Code of the agency that received it.
    #[schema(example = "H51.29")]
    pub receiving_agency: String,
    /// Code of the agency that decides it.
    #[schema(example = "H51.29.18")]
    pub competent_agency: String,
    /// When it was submitted online.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub submitted_at: Option<Instant>,
    /// When it was received; at most 5 minutes ahead of now.
    pub received_at: Instant,
    /// Return date that the portal's slip promises.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub appointed_at: Option<Instant>,
    /// Summary (trích yếu), at most 1,000 characters; kept as personal data.
    #[serde(default)]
    pub summary: Option<String>,
    /// Who received it.
    #[serde(default)]
    pub officer: Option<OfficerBody>,
    /// Who filed it.
    pub applicant: ApplicantSent,
}

/// An officer.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Officer)]
pub struct OfficerBody {
    /// Name.
    #[schema(example = "Trần Thị Bình")]
    pub name: String,
    /// Title.
    #[serde(default)]
    #[schema(example = "Công chức một cửa")]
    pub title: Option<String>,
    /// Unit.
    #[serde(default)]
    #[schema(example = "Bộ phận Một cửa")]
    pub unit: Option<String>,
}

/// An applicant. Kept as personal data and masked in every answer.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicantSent {
    /// Kind.
    pub kind: ApplicantKind,
    /// Name.
    #[schema(example = "Nguyễn Văn An")]
    pub name: String,
    /// Number of the identity paper.
    #[serde(default)]
    pub id_number: Option<String>,
    /// Telephone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Address.
    #[serde(default)]
    pub address: Option<String>,
}

/// An event to record. Fields of another kind must be absent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostEvent {
    /// What happened; `received` comes with the dossier and cannot be sent here.
    #[schema(example = "forwarded")]
    pub kind: EventKind,
    /// When it happened; at most 5 minutes ahead of now.
    pub occurred_at: Instant,
    /// Code of the agency that acted; the holder when absent.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub agency: Option<String>,
    /// Who acted.
    #[serde(default)]
    pub officer: Option<OfficerBody>,
    /// Private note, at most 2,000 characters; kept as personal data and never shown.
    #[serde(default)]
    pub note: Option<String>,
    /// Note for the public timeline, at most 500 characters; must hold no personal data.
    #[serde(default)]
    pub public_note: Option<String>,
    /// `import` for events replayed from other software; `live` when absent.
    #[serde(default)]
    #[schema(example = "live")]
    pub origin: Option<Origin>,
    /// When the other software recorded it; only when replayed.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub source_recorded_at: Option<Instant>,
    /// `forwarded`: code of the agency it goes to; the present holder's when absent.
    #[serde(default)]
    #[schema(example = "H51.29.18")]
    pub to_agency: Option<String>,
    /// `forwarded`: unit it goes to.
    #[serde(default)]
    pub to_unit: Option<String>,
    /// `forwarded`: officer it goes to.
    #[serde(default)]
    pub to_officer: Option<String>,
    /// `forwarded`: when the step is due.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub step_due_at: Option<Instant>,
    /// `completed`: how it was decided.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub result: Option<ResultBody>,
}

/// Reads an optional text: an empty one is absent.
fn text(wrong: &mut Violations, pointer: &str, value: Option<&str>, most: usize) -> Option<String> {
    match clean(value?, most) {
        Ok(text) => Some(text),
        Err(BadText::Empty) => None,
        Err(why) => {
            wrong.add(pointer, Rule::InvalidValue, why);
            None
        }
    }
}

fn blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

impl OfficerBody {
    fn check(self, at: &str, wrong: &mut Violations) -> OfficerInput {
        OfficerInput {
            name: wrong
                .take(format!("{at}/name"), clean(&self.name, 200))
                .unwrap_or_default(),
            title: text(wrong, &format!("{at}/title"), self.title.as_deref(), 200),
            unit: text(wrong, &format!("{at}/unit"), self.unit.as_deref(), 200),
        }
    }
}

impl ApplicantSent {
    fn check(self, wrong: &mut Violations) -> ApplicantInput {
        ApplicantInput {
            kind: self.kind,
            name: wrong
                .take("/applicant/name", clean(&self.name, 300))
                .unwrap_or_default(),
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
            appointed_at: self.appointed_at,
            summary,
            officer,
            applicant,
        })
    }
}

impl PostEvent {
    /// Checks what can be checked without the database.
    pub fn check(self) -> Result<EventInput, Refusal> {
        let mut wrong = Violations::default();
        self.only_own_fields(&mut wrong);
        if let Some(agency) = &self.agency {
            wrong.take("/agency", AgencyCode::parse(agency));
        }
        if let Some(agency) = &self.to_agency {
            wrong.take("/to_agency", AgencyCode::parse(agency));
        }
        if self.origin == Some(Origin::National) {
            wrong.add(
                "/origin",
                Rule::InvalidValue,
                "must be live or import; national comes with the national format",
            );
        }
        let note = text(&mut wrong, "/note", self.note.as_deref(), 2_000);
        let public_note = text(&mut wrong, "/public_note", self.public_note.as_deref(), 500);
        let to_unit = text(&mut wrong, "/to_unit", self.to_unit.as_deref(), 200);
        let to_officer = text(&mut wrong, "/to_officer", self.to_officer.as_deref(), 200);
        let officer = self.officer.map(|officer| officer.check("/officer", &mut wrong));
        let details = match (self.kind, self.result) {
            (EventKind::Received, _) => {
                wrong.add(
                    "/kind",
                    Rule::InvalidValue,
                    "must not be received, which comes with the dossier",
                );
                None
            }
            (EventKind::Forwarded, _) => {
                if self.to_agency.is_none() && to_unit.is_none() && to_officer.is_none() {
                    wrong.add(
                        "/to_agency",
                        Rule::MissingField,
                        "is required unless to_unit or to_officer is given",
                    );
                }
                let (to_agency, step_due_at) = (self.to_agency, self.step_due_at);
                Some(EventDetails::Forwarded {
                    to_agency,
                    to_unit,
                    to_officer,
                    step_due_at,
                })
            }
            (EventKind::Noted, _) => Some(EventDetails::Noted),
            (EventKind::Returned, _) => Some(EventDetails::Returned),
            (EventKind::Completed, Some(result)) => Some(EventDetails::Completed {
                outcome: result.outcome,
            }),
            (EventKind::Completed, None) => {
                wrong.add("/result", Rule::MissingField, "is required for completed");
                None
            }
        };
        if self.kind == EventKind::Noted && blank(self.note.as_deref()) && blank(self.public_note.as_deref())
        {
            wrong.add(
                "/note",
                Rule::MissingField,
                "is required for noted unless public_note is given",
            );
        }
        let Some(details) = details else {
            return Err(Refusal::Invalid(wrong));
        };
        wrong.check()?;
        Ok(EventInput {
            occurred_at: self.occurred_at,
            agency: self.agency,
            officer,
            note,
            public_note,
            origin: self.origin.unwrap_or(Origin::Live),
            source_recorded_at: self.source_recorded_at,
            details,
        })
    }

    /// A field of another kind is as unknown as one that no kind has.
    fn only_own_fields(&self, wrong: &mut Violations) {
        let fields = [
            ("/to_agency", self.to_agency.is_some(), EventKind::Forwarded),
            ("/to_unit", self.to_unit.is_some(), EventKind::Forwarded),
            ("/to_officer", self.to_officer.is_some(), EventKind::Forwarded),
            ("/step_due_at", self.step_due_at.is_some(), EventKind::Forwarded),
            ("/result", self.result.is_some(), EventKind::Completed),
        ];
        for (pointer, given, kind) in fields {
            if given && kind != self.kind {
                wrong.add(
                    pointer,
                    Rule::UnknownField,
                    format!("belongs to {kind}, not to {}", self.kind),
                );
            }
        }
    }
}
