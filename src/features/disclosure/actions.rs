//! Records what an agency discloses of a procedure, in one transaction.

use super::queries::{self, DisclosureRow};
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::AgencyId;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::features::audit::{self, Actor, Change};
use crate::features::auth::Principal;
use crate::features::procedures::queries as procedures;
use serde_json::json;

/// What an agency discloses, as it is to be.
#[derive(Clone, Debug)]
pub struct DisclosureInput {
    /// Code of the agency.
    pub agency: String,
    /// Code of the procedure.
    pub procedure: String,
    /// Whether it is to disclose it; `None`: as its level and its remit say.
    pub assigned: Option<bool>,
    /// The version that it discloses; `None` with an instant: the one in force at that.
    pub disclosed_version: Option<i32>,
    /// When it disclosed that.
    pub disclosed_at: Option<Instant>,
    /// When it last verified it.
    pub verified_at: Option<Instant>,
}

/// Records what an agency discloses on the given terms and shows it. `expects` checks the version that is there.
pub async fn put(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    input: &DisclosureInput,
    terms: &Terms,
    expects: impl Fn(Option<i32>) -> Result<(), Refusal>,
    show: impl Fn(&DisclosureRow) -> Answer,
) -> Result<Given, Failure> {
    let agency = governed(principal, &input.agency)?;
    for (pointer, at) in [("/disclosed_at", input.disclosed_at), ("/verified_at", input.verified_at)] {
        if at.is_some_and(|at| at > now) {
            return Err(Refusal::invalid(pointer, Rule::InTheFuture, "must not be after now").into());
        }
    }
    let work = async |tx: &mut Transaction| {
        if !queries::hold_procedure(tx, &input.procedure).await? {
            return Err(Refusal::NotFound.into());
        }
        let present = queries::present(tx, agency, &input.procedure).await?;
        let present = present.map(|row| row.version);
        expects(present)?;
        Ok(show(&put_in(tx, &principal.actor(), now, (agency, input), present).await?))
    };
    writer.on_terms(terms, now, work).await
}

/// The same inside a transaction that does more, and holds the procedure. `present` is the version that is there.
pub async fn put_in(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    (agency, input): (AgencyId, &DisclosureInput),
    present: Option<i32>,
) -> Result<DisclosureRow, Failure> {
    let row = DisclosureRow {
        agency_id: agency,
        procedure_code: input.procedure.clone(),
        version: present.unwrap_or(0) + 1,
        assigned: input.assigned,
        disclosed_version: version_of(tx, input).await?,
        disclosed_at: input.disclosed_at.map(Instant::utc),
        verified_at: input.verified_at.map(Instant::utc),
        recorded_at: now.utc(),
    };
    queries::insert(tx, &row).await?;
    let details = json!({
        "assigned": row.assigned, "disclosed_version": row.disclosed_version, "disclosed_at": input.disclosed_at,
        "verified_at": input.verified_at, "version": row.version,
    });
    let subject = format!("disclosure:{}:{}", input.agency, row.procedure_code);
    audit::record(tx, actor, now, Change { action: "disclosure.put", subject, details }).await?;
    Ok(row)
}

fn governed(principal: &Principal, code: &str) -> Result<AgencyId, Refusal> {
    let agency = principal.tree.find(code).ok_or(Refusal::NotFound)?.id;
    principal.require_governed(agency, Place::whole())?;
    Ok(agency)
}

/// The version that is disclosed, which was decided by then.
async fn version_of(tx: &mut Transaction, input: &DisclosureInput) -> Result<Option<i32>, Failure> {
    let Some(at) = input.disclosed_at else { return Ok(None) };
    let (_, versions) = procedures::versions_at(tx, &input.procedure).await?;
    let day = at.local_date();
    let found = match input.disclosed_version {
        Some(number) => versions.iter().find(|it| it.row.version == number).ok_or_else(|| {
            let message = format!("must be a version of {}", input.procedure);
            Refusal::invalid("/disclosed_version", Rule::InvalidValue, message)
        })?,
        None => procedures::in_force_on(&versions, day).ok_or_else(|| {
            let message = format!("is required: no version of {} was in force on {day}", input.procedure);
            Refusal::invalid("/disclosed_version", Rule::MissingField, message)
        })?,
    };
    let (number, decision) = (found.row.version, found.row.decision.as_ref());
    if let Some(signed_on) = decision.map(|it| it.signed_on.date()).filter(|signed_on| day < *signed_on) {
        let message =
            format!("must not be before {signed_on}, when the decision of version {number} was signed");
        return Err(Refusal::invalid("/disclosed_at", Rule::InvalidValue, message).into());
    }
    Ok(Some(number))
}
