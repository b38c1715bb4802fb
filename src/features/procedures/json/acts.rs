//! What is done to a procedure by a decision.

use super::PutProcedure;
use super::content::check_decision;
use crate::domain::catalogue::decision::Decision;
use crate::domain::ids::ProcedureCode;
use crate::domain::local_time::Day;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::features::procedures::actions::{End, ProcedureInput, Publication};
use crate::http::input::{object, optional_object};
use serde::Deserialize;
use utoipa::ToSchema;

/// A publication: a decision makes a version of the draft.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostPublication {
    /// The decision that announces it: `new` or `replaced` for the first version, else `amended` or `replaced`.
    #[serde(deserialize_with = "object")]
    pub decision: Decision,
    /// Day of its disclosure (công khai) here, from which the public sees it; today when not given. Not before the decision was signed.
    #[serde(default)]
    pub published_on: Option<Day>,
    /// Of the first version here: true when there were others before, such as in the catalogue that it is taken over from. Its decision may
    /// then be one that `amended`.
    #[serde(default)]
    pub began_elsewhere: bool,
    /// What to publish, in one request with its decision; the stored draft when not given. It may be of a procedure that is not there yet.
    #[serde(default, deserialize_with = "optional_object")]
    pub draft: Option<PutProcedure>,
}

/// An abolition.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostAbolition {
    /// The decision, `abolished`. Its `effective_on` is required: the first day no longer in force.
    #[serde(deserialize_with = "object")]
    pub decision: Decision,
}

/// A replacement by another procedure.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostReplacement {
    /// The decision, `replaced`. Its `effective_on` is required: the first day no longer in force.
    #[serde(deserialize_with = "object")]
    pub decision: Decision,
    /// Code of the procedure that replaces it, in force on that day.
    #[schema(value_type = ProcedureCode)]
    pub replaced_by: String,
}

impl PostPublication {
    /// Checks what can be checked without the database.
    pub fn check(mut self, code: &str) -> Result<(Publication, Option<ProcedureInput>), Refusal> {
        let mut wrong = Violations::default();
        check_decision(&mut self.decision, &mut wrong);
        wrong.check()?;
        let draft =
            self.draft.map(|draft| draft.check(code).map_err(|why| why.below("/draft"))).transpose()?;
        let publication = Publication {
            decision: self.decision,
            published_on: self.published_on.map(Day::date),
            began_elsewhere: self.began_elsewhere,
        };
        Ok((publication, draft.map(|(input, _)| input)))
    }
}

impl PostAbolition {
    /// Checks what can be checked without the database.
    pub fn check(self) -> Result<End, Refusal> {
        end(self.decision, None)
    }
}

impl PostReplacement {
    /// Checks what can be checked without the database.
    pub fn check(self) -> Result<End, Refusal> {
        end(self.decision, Some(self.replaced_by))
    }
}

fn end(mut decision: Decision, replaced_by: Option<String>) -> Result<End, Refusal> {
    let mut wrong = Violations::default();
    check_decision(&mut decision, &mut wrong);
    if let Some(code) = &replaced_by {
        wrong.take("/replaced_by", ProcedureCode::parse(code));
    }
    if decision.effective_on.is_none() {
        wrong.add("/decision/effective_on", Rule::MissingField, "is required");
    }
    wrong.check()?;
    let on = decision.effective_on.unwrap_or(decision.signed_on).date();
    Ok(End { decision, on, replaced_by })
}
