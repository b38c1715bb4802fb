//! What an agency records of a procedure that it discloses.

use crate::domain::ids::{AgencyCode, ProcedureCode};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::whole::optional_whole;
use crate::features::disclosure::actions::DisclosureInput;
use crate::features::disclosure::queries::DisclosureRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an agency discloses of a procedure, as it is written.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutDisclosure {
    /// Whether the agency is to disclose it; null: as its level and the agencies that the procedure lists say.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub assigned: Option<bool>,
    /// Number of the version that it discloses; the one in force at `disclosed_at` when not given.
    #[serde(default, deserialize_with = "optional_whole")]
    #[schema(minimum = 1, example = 1)]
    pub disclosed_version: Option<i32>,
    /// When it disclosed that version, not in the future; null: it discloses none.
    #[serde(default)]
    pub disclosed_at: Option<Instant>,
    /// When it last verified that what it discloses is right, not before `disclosed_at`.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub verified_at: Option<Instant>,
}

/// What an agency discloses of a procedure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Disclosure)]
pub struct DisclosureBody {
    /// Main code of the agency.
    #[schema(example = "H51.29.05")]
    pub agency: String,
    /// Code of the procedure.
    #[schema(example = "1.004873")]
    pub procedure: String,
    /// Whether the agency is to disclose it; null: as its level and the agencies that the procedure lists say.
    pub assigned: Option<bool>,
    /// Number of the version that it discloses; null: none.
    #[schema(example = 1)]
    pub disclosed_version: Option<i32>,
    /// When it disclosed that version.
    pub disclosed_at: Option<Instant>,
    /// When it last verified that what it discloses is right.
    pub verified_at: Option<Instant>,
    /// Raised by every change.
    pub version: i32,
}

impl DisclosureBody {
    /// Shows what was recorded.
    pub fn new(row: &DisclosureRow, agency: &str) -> Self {
        Self {
            agency: agency.to_owned(),
            procedure: row.procedure_code.clone(),
            assigned: row.assigned,
            disclosed_version: row.disclosed_version,
            disclosed_at: row.disclosed_at.map(Instant::from),
            verified_at: row.verified_at.map(Instant::from),
            version: row.version,
        }
    }
}

impl PutDisclosure {
    /// Checks what can be checked without the database. Codes of no grammar are paths that are not there.
    pub fn check(self, agency: &str, procedure: &str) -> Result<DisclosureInput, Refusal> {
        if AgencyCode::parse(agency).is_err() || ProcedureCode::parse(procedure).is_err() {
            return Err(Refusal::NotFound);
        }
        let mut wrong = Violations::default();
        let mut needs_disclosure = |field: &str, is_given: bool| {
            if is_given && self.disclosed_at.is_none() {
                wrong.add("/disclosed_at", Rule::MissingField, format!("is required with {field}"));
            }
        };
        needs_disclosure("disclosed_version", self.disclosed_version.is_some());
        needs_disclosure("verified_at", self.verified_at.is_some() && self.disclosed_version.is_none());
        if self.disclosed_version.is_some_and(|number| number < 1) {
            wrong.add("/disclosed_version", Rule::InvalidValue, "must be at least 1");
        }
        if self.verified_at.zip(self.disclosed_at).is_some_and(|(verified, disclosed)| verified < disclosed) {
            wrong.add("/verified_at", Rule::InvalidValue, "must not be before disclosed_at");
        }
        wrong.check()?;
        Ok(DisclosureInput {
            agency: agency.to_owned(),
            procedure: procedure.to_owned(),
            assigned: self.assigned,
            disclosed_version: self.disclosed_version,
            disclosed_at: self.disclosed_at,
            verified_at: self.verified_at,
        })
    }
}
