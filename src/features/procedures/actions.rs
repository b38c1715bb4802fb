//! Writes the next version of a procedure, in one transaction.

use super::queries::{self, Procedure, VersionRow, write};
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::text::fold;
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::Level;
use crate::features::audit::{self, Actor, Change};
use crate::features::auth::Principal;
use chrono::NaiveDate;
use serde_json::json;

/// The next version of a procedure.
#[derive(Clone, Debug)]
pub struct ProcedureInput {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Field.
    pub field: String,
    /// Name of the field.
    pub field_name: String,
    /// Levels, sorted, at least one.
    pub levels: Vec<Level>,
    /// Codes of the competent agencies.
    pub agencies: Vec<String>,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// Whether it is sample data.
    pub sample: bool,
    /// Limits.
    pub limits: Vec<CaseLimit>,
}

/// Writes the next version on the given terms and shows it; the one before ends where it begins. `expects` checks the number of the present one.
pub async fn put(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    input: ProcedureInput,
    terms: &Terms,
    expects: impl Fn(Option<i32>) -> Result<(), Refusal>,
    show: impl Fn(&Procedure) -> Answer,
) -> Result<Given, Failure> {
    let (actor, tree) = (principal.actor(), &principal.tree);
    let may = |agencies: &[AgencyId], place| may_write(principal, agencies, place);
    let work =
        async |tx: &mut Transaction| Ok(show(&put_in(tx, &actor, tree, now, input, &expects, &may).await?));
    writer.on_terms(terms, now, work).await
}

/// The same inside a transaction that does more. `may` judges the agencies that a version lists; none means
/// every agency of its levels.
pub async fn put_in(
    tx: &mut Transaction,
    actor: &Actor,
    tree: &AgencyTree,
    now: Instant,
    input: ProcedureInput,
    expects: &impl Fn(Option<i32>) -> Result<(), Refusal>,
    may: &impl Fn(&[AgencyId], Place) -> Result<(), Refusal>,
) -> Result<Procedure, Failure> {
    let agencies = input.agencies.iter().enumerate().map(|(i, code)| {
        let pointer = format!("/competent_agencies/{i}");
        let found = tree.find(code).map(|agency| agency.id);
        let unknown = || {
            Refusal::invalid(pointer.clone(), Rule::UnknownAgency, format!("no agency has the code {code}"))
        };
        found.ok_or_else(unknown)
    });
    let mut agencies = agencies.collect::<Result<Vec<_>, Refusal>>()?;
    agencies.sort_unstable();
    agencies.dedup();
    may(&agencies, Place::Pointer("/competent_agencies".into()))?;
    let present = write::lock(tx, &input.code).await?;
    if let Some(before) = queries::newest(tx, &input.code).await? {
        // Whoever changes a procedure changes it for those it already binds.
        may(&before.agencies, Place::Pointer(String::new()))?;
        if input.effective_from < before.row.effective_from {
            let message =
                format!("must not be before {}, when the present version begins", before.row.effective_from);
            return Err(Refusal::invalid("/effective_from", Rule::ValidityOverlap, message).into());
        }
    }
    expects(present)?;
    let name_folded = fold(&input.name);
    let new = Procedure { row: row(&input, present, now), limits: input.limits, agencies };
    write::write(tx, &new, &name_folded).await?;
    let details =
        json!({"version": new.row.version, "name": new.row.name, "effective_from": new.row.effective_from});
    let change = Change { action: "procedure.put", subject: format!("procedure:{}", input.code), details };
    audit::record(tx, actor, now, change).await?;
    Ok(new)
}

/// A key may write a procedure of agencies that it governs. One that lists none is everybody's, and needs a key
/// without roots.
fn may_write(principal: &Principal, agencies: &[AgencyId], place: Place) -> Result<(), Refusal> {
    if principal.governs_all() {
        return Ok(());
    }
    match agencies.iter().find(|id| !principal.governs(**id)) {
        Some(id) => Err(Refusal::AgencyOutOfScope { place, code: principal.tree.code(*id).to_owned() }),
        None if agencies.is_empty() => Err(Refusal::Everybodys { place }),
        None => Ok(()),
    }
}

fn row(input: &ProcedureInput, present: Option<i32>, now: Instant) -> VersionRow {
    VersionRow {
        id: 0,
        procedure_code: input.code.clone(),
        version: present.unwrap_or(0) + 1,
        name: input.name.clone(),
        field: input.field.clone(),
        field_name: input.field_name.clone(),
        levels: input.levels.clone(),
        sample: input.sample,
        effective_from: input.effective_from,
        effective_to: None,
        recorded_at: now.utc(),
    }
}
