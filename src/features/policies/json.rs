//! Bodies of the policy operations.

use super::actions::PolicyInput;
use super::queries::PolicyRow;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::ids::{AgencyCode, ProcedureCode, Slug};
use crate::domain::local_time::Day;
use crate::domain::policy::Choices;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::clean;
use crate::domain::vocabulary::{Granularity, JudgeBy, SecondSupplement, StopEffect};
use crate::domain::whole::optional_whole;
use crate::http::export::ListRow;
use crate::http::list::paged;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A policy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Policy)]
pub struct PolicyBody {
    /// Name.
    #[schema(example = "supplement-shift")]
    pub name: String,
    /// For this procedure; null: for every one.
    #[schema(example = "1.004873")]
    pub procedure: Option<String>,
    /// For this agency and those below it; null: for every one.
    #[schema(example = "H51.29")]
    pub agency: Option<String>,
    /// First day of receipt of the dossiers it holds for.
    pub valid_from: NaiveDate,
    /// First day of receipt no longer; null while it is valid.
    pub valid_to: Option<NaiveDate>,
    /// What a supplement does to the due date; null: left open.
    pub supplement: Option<StopEffect>,
    /// What a payment or a suspension does to it; null: left open.
    pub other_stop: Option<StopEffect>,
    /// What a second request for supplements does; null: left open.
    pub second_supplement: Option<SecondSupplement>,
    /// From when a limit in days is late; null: left open.
    pub granularity: Option<Granularity>,
    /// Which date judges; null: left open.
    pub judge_by: Option<JudgeBy>,
    /// For how many calendar days a step may be recorded after steps that happened later; null: left open.
    #[schema(example = json!(null))]
    pub backdating_days: Option<i16>,
    /// The text that sets it.
    #[schema(example = "QĐ 766/QĐ-TTg")]
    pub law: String,
    /// Number of its changes.
    pub version: i32,
}

/// A policy as it is written. At least one choice is made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPolicy {
    /// For this procedure; null: for every one.
    #[serde(default)]
    #[schema(value_type = Option<ProcedureCode>, example = "1.004873")]
    pub procedure: Option<String>,
    /// For this agency and those below it; null: for every one, which needs a key without roots.
    #[serde(default)]
    #[schema(value_type = Option<AgencyCode>, example = "H51.29")]
    pub agency: Option<String>,
    /// First day of receipt of the dossiers it holds for. Those received before it is written keep what they have.
    pub valid_from: Day,
    /// First day of receipt no longer.
    #[serde(default)]
    pub valid_to: Option<Day>,
    /// What a supplement does to the due date.
    #[serde(default)]
    pub supplement: Option<StopEffect>,
    /// What a payment or a suspension does to it.
    #[serde(default)]
    pub other_stop: Option<StopEffect>,
    /// What a second request for supplements does.
    #[serde(default)]
    pub second_supplement: Option<SecondSupplement>,
    /// From when a limit in days is late.
    #[serde(default)]
    pub granularity: Option<Granularity>,
    /// Which date judges.
    #[serde(default)]
    pub judge_by: Option<JudgeBy>,
    /// For how many calendar days a step may be recorded after steps that happened later; 0: never.
    #[serde(default, deserialize_with = "optional_whole")]
    #[schema(minimum = 0, maximum = 3660, example = json!(null))]
    pub backdating_days: Option<i16>,
    /// The text that sets it, at most 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "QĐ 766/QĐ-TTg")]
    pub law: String,
}

paged! {
    /// Filters of the list of policies.
    PolicyFilter {
        /// Valid for dossiers received on this day.
        pub valid_on: Option<Day>,
    }
}

impl ListRow for PolicyBody {}

impl PolicyFilter {
    /// Whether a policy fits.
    pub fn fits(&self, row: &PolicyRow) -> bool {
        let day = self.valid_on.map(Day::date);
        day.is_none_or(|day| row.valid_from <= day && row.valid_to.is_none_or(|end| day < end))
    }
}

impl PolicyBody {
    /// Shows a policy.
    pub fn new(row: &PolicyRow, tree: &AgencyTree) -> Self {
        Self {
            name: row.name.clone(),
            procedure: row.procedure_code.clone(),
            agency: row.agency_id.map(|id| tree.code(id).to_owned()),
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            supplement: row.supplement,
            other_stop: row.other_stop,
            second_supplement: row.second_supplement,
            granularity: row.granularity,
            judge_by: row.judge_by,
            backdating_days: row.backdating_days,
            law: row.law.clone(),
            version: row.version,
        }
    }
}

impl PutPolicy {
    /// Checks what can be checked without the database.
    pub fn check(self, name: &str) -> Result<PolicyInput, Refusal> {
        // The name stands in the path, so a bad one is a path that is not there.
        let name = Slug::parse(name).map_err(|_| Refusal::NotFound)?.to_string();
        let mut wrong = Violations::default();
        if let Some(code) = &self.procedure {
            wrong.take("/procedure", ProcedureCode::parse(code));
        }
        if let Some(code) = &self.agency {
            wrong.take("/agency", AgencyCode::parse(code));
        }
        let (valid_from, valid_to) = (self.valid_from.date(), self.valid_to.map(Day::date));
        if valid_to.is_some_and(|end| end <= valid_from) {
            wrong.add("/valid_to", Rule::InvalidValue, "must be after valid_from");
        }
        let law = wrong.take("/law", clean(&self.law, 200)).unwrap_or_default();
        let choices = Choices {
            supplement: self.supplement,
            other_stop: self.other_stop,
            second_supplement: self.second_supplement,
            granularity: self.granularity,
            judge_by: self.judge_by,
            backdating_days: self.backdating_days,
        };
        if choices.backdating_days.is_some_and(|days| !(0..=3_660).contains(&days)) {
            wrong.add("/backdating_days", Rule::InvalidValue, "must be a whole number, 0 to 3660");
        }
        if choices == Choices::default() {
            let message = "is required unless another choice is made";
            wrong.add("/supplement", Rule::MissingField, message);
        }
        wrong.check()?;
        let (procedure, agency) = (self.procedure, self.agency);
        Ok(PolicyInput { name, procedure, agency, valid_from, valid_to, choices, law })
    }
}
