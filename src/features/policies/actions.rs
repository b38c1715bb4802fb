//! Writes a policy, in one transaction.

use super::queries::{self, PolicyRow};
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::local_time::Instant;
use crate::domain::policy::Choices;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::features::audit::{self, Change};
use crate::features::auth::Principal;
use chrono::NaiveDate;
use serde_json::{Value, json};

/// A policy as it is to be.
#[derive(Clone, Debug)]
pub struct PolicyInput {
    /// Name.
    pub name: String,
    /// Code of the procedure it is for.
    pub procedure: Option<String>,
    /// Code of the agency it is for.
    pub agency: Option<String>,
    /// First day of receipt.
    pub valid_from: NaiveDate,
    /// First day of receipt no longer.
    pub valid_to: Option<NaiveDate>,
    /// The choices.
    pub choices: Choices,
    /// The text that sets it.
    pub law: String,
}

/// Writes a policy on the given terms and shows it. `expects` checks the version that is there.
pub async fn put(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    input: &PolicyInput,
    terms: &Terms,
    expects: impl Fn(Option<i32>) -> Result<(), Refusal>,
    show: impl Fn(&PolicyRow) -> Answer,
) -> Result<Given, Failure> {
    let agency = agency_of(principal, input)?;
    let work = async |tx: &mut Transaction| {
        let present = queries::lock(tx, &input.name).await?;
        if let Some(present) = &present {
            // One of another agency is not to be taken over.
            governs(principal, present.agency_id, Place::whole())?;
        }
        expects(present.as_ref().map(|row| row.version))?;
        let row = row(input, agency, present.as_ref().map_or(1, |row| row.version + 1));
        if let Some(code) = &row.procedure_code
            && !queries::has_procedure(tx, code).await?
        {
            let message = format!("no procedure has the code {code}");
            return Err(Refusal::invalid("/procedure", Rule::UnknownProcedure, message).into());
        }
        if queries::overlaps(tx, &row).await? {
            let message = "must not lie within another policy of the same procedure and agency";
            return Err(Refusal::invalid("/valid_from", Rule::ValidityOverlap, message).into());
        }
        queries::write(tx, &row).await?;
        let told = |row: &PolicyRow| told(row, &principal.tree);
        let details = json!({"before": present.as_ref().map(told), "after": told(&row)});
        let change = Change { action: "policy.put", subject: format!("policy:{}", row.name), details };
        audit::record(tx, &principal.actor(), now, change).await?;
        Ok(show(&row))
    };
    writer.on_terms(terms, now, work).await
}

fn agency_of(principal: &Principal, input: &PolicyInput) -> Result<Option<i32>, Refusal> {
    let unknown = |code: &str| {
        Refusal::invalid("/agency", Rule::UnknownAgency, format!("no agency has the code {code}"))
    };
    let find = |code: &str| principal.tree.find(code).map(|agency| agency.id).ok_or_else(|| unknown(code));
    let agency = input.agency.as_deref().map(find).transpose()?;
    governs(principal, agency, Place::Pointer("/agency".into()))?;
    Ok(agency)
}

/// A policy of every agency is everybody's, and needs a key without roots.
fn governs(principal: &Principal, agency: Option<i32>, place: Place) -> Result<(), Refusal> {
    match agency {
        Some(id) => principal.require_governed(id, place),
        None if !principal.governs_all() => Err(Refusal::Everybodys { place }),
        None => Ok(()),
    }
}

fn row(input: &PolicyInput, agency_id: Option<i32>, version: i32) -> PolicyRow {
    let Choices { supplement, other_stop, second_supplement, granularity, judge_by, backdating_days } =
        input.choices;
    PolicyRow {
        name: input.name.clone(),
        procedure_code: input.procedure.clone(),
        agency_id,
        valid_from: input.valid_from,
        valid_to: input.valid_to,
        supplement,
        other_stop,
        second_supplement,
        granularity,
        judge_by,
        backdating_days,
        law: input.law.clone(),
        version,
    }
}

/// A policy as the audit trail tells of it.
fn told(row: &PolicyRow, tree: &AgencyTree) -> Value {
    json!({
        "procedure": row.procedure_code, "agency": row.agency_id.map(|id| tree.code(id)), "valid_from": row.valid_from,
        "valid_to": row.valid_to, "supplement": row.supplement, "other_stop": row.other_stop,
        "second_supplement": row.second_supplement, "granularity": row.granularity, "judge_by": row.judge_by,
        "backdating_days": row.backdating_days, "law": row.law, "version": row.version,
    })
}
