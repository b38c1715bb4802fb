//! Writes an agency, in one transaction, one change of the tree at a time.

use super::queries;
use crate::db::{Answer, Constraint, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree, FocalOfficer, Validity, Watch};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::vocabulary::Level;
use crate::features::audit::{self, Actor, Change};
use crate::features::auth::Principal;
use crate::features::calendar;
use serde_json::{Value, json};

/// An agency as it is to be.
#[derive(Clone, Debug)]
pub struct AgencyInput {
    /// Any of its codes; the main code of a new one.
    pub code: String,
    /// Further codes.
    pub codes: Vec<String>,
    /// Name.
    pub name: String,
    /// Level.
    pub level: Level,
    /// Code of its parent.
    pub parent: Option<String>,
    /// When it is in force.
    pub validity: Validity,
    /// Codes of its successors.
    pub successors: Vec<String>,
    /// Codes of the agencies that watch it, and when.
    pub watches: Vec<(String, Validity)>,
    /// Its officer for reminders.
    pub focal_officer: Option<FocalOfficer>,
}

/// Writes an agency on the given terms and shows it in the tree as it then is. `expects` checks the version that is there.
pub async fn put(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    input: AgencyInput,
    terms: &Terms,
    expects: impl Fn(Option<i32>) -> Result<(), Refusal>,
    show: impl Fn(&Agency, &AgencyTree) -> Answer,
) -> Result<Given, Failure> {
    let code = input.code.clone();
    let work = async |tx: &mut Transaction| {
        let tree = put_in(tx, &principal.actor(), Some(principal), now, input, &expects).await?;
        Ok(show(tree.find(&code).ok_or(Refusal::NotFound)?, &tree))
    };
    let put = writer.on_terms(terms, now, work).await;
    put.map_err(|failure| {
        failure.when(Constraint::AgencyCode, || Refusal::AgencyCodeTaken { code: code.clone() })
    })
}

/// The same inside a transaction that does more; returns the tree. `principal` is absent for a command.
pub async fn put_in(
    tx: &mut Transaction,
    actor: &Actor,
    principal: Option<&Principal>,
    now: Instant,
    input: AgencyInput,
    expects: &impl Fn(Option<i32>) -> Result<(), Refusal>,
) -> Result<AgencyTree, Failure> {
    queries::lock(tx, now).await?;
    let tree = queries::tree(tx).await?;
    let present = tree.find(&input.code);
    let asked = input.codes.clone();
    let agency = resolve(input, present, &tree)?;
    if let Some(principal) = principal {
        may_write(principal, &agency)?;
        may_take_codes(principal, &agency, present, &asked)?;
    }
    expects(present.map(|a| a.version))?;
    if let Some(taken) = agency.codes.iter().find(|c| tree.find(c).is_some_and(|a| a.id != agency.id)) {
        return Err(Refusal::AgencyCodeTaken { code: taken.clone() }.into());
    }
    queries::write(tx, &agency).await?;
    let before = present.map(|agency| told(agency, &tree));
    let details = json!({"before": before, "after": told(&agency, &tree)});
    let change = Change { action: "agency.put", subject: format!("agency:{}", agency.code), details };
    audit::record(tx, actor, now, change).await?;
    // Another place in the tree may mean another calendar.
    match present {
        None => {
            calendar::queries::raise(tx).await?;
        }
        Some(before) if before.parent != agency.parent => {
            calendar::actions::placed_anew(tx, actor, now, agency.id).await?;
        }
        Some(_) => {}
    }
    Ok(queries::tree(tx).await?)
}

/// Finds every agency that the input names.
fn resolve(input: AgencyInput, present: Option<&Agency>, tree: &AgencyTree) -> Result<Agency, Refusal> {
    let find = |pointer: String, code: &str| {
        let found = tree.find(code).map(|agency| agency.id);
        found.ok_or_else(|| {
            Refusal::invalid(pointer, Rule::UnknownAgency, format!("no agency has the code {code}"))
        })
    };
    let parent = input.parent.as_deref().map(|code| find("/parent".into(), code)).transpose()?;
    let id = present.map_or(0, |agency| agency.id);
    if let Some(parent) = parent
        && id != 0
        && tree.subtree(id).contains(&parent)
    {
        return Err(Refusal::invalid(
            "/parent",
            Rule::AgencyCycle,
            "must not be the agency itself or below it",
        ));
    }
    let not_self = |pointer: &str, other: AgencyId| {
        let message = "must not be the agency itself";
        if other == id { Err(Refusal::invalid(pointer, Rule::InvalidValue, message)) } else { Ok(other) }
    };
    let successors = input.successors.iter().enumerate().map(|(i, code)| {
        let pointer = format!("/succeeded_by/{i}");
        find(pointer.clone(), code).and_then(|other| not_self(&pointer, other))
    });
    let watches = input.watches.iter().enumerate().map(|(i, (code, validity))| {
        let pointer = format!("/monitored_by/{i}/agency");
        let monitor = find(pointer.clone(), code).and_then(|other| not_self(&pointer, other))?;
        Ok(Watch { monitor, validity: *validity })
    });
    let mut successors = successors.collect::<Result<Vec<_>, Refusal>>()?;
    successors.sort_unstable();
    successors.dedup();
    let mut watches = watches.collect::<Result<Vec<_>, Refusal>>()?;
    watches.sort_by_key(|w| (w.monitor, w.validity.from));
    if watches.windows(2).any(|w| (w[0].monitor, w[0].validity.from) == (w[1].monitor, w[1].validity.from)) {
        let message = "must name each agency and valid_from once";
        return Err(Refusal::invalid("/monitored_by", Rule::InvalidValue, message));
    }
    // The main code stays: dossier codes begin with it.
    let code = present.map_or(input.code, |agency| agency.code.clone());
    let mut codes = input.codes;
    codes.retain(|further| *further != code);
    codes.sort();
    codes.dedup();
    let version = present.map_or(1, |agency| agency.version + 1);
    let (name, level, validity, focal_officer) =
        (input.name, input.level, input.validity, input.focal_officer);
    Ok(Agency { id, code, codes, name, level, parent, validity, successors, watches, focal_officer, version })
}

/// A key may write agencies below its roots: the agency itself when it exists, and its parent.
fn may_write(principal: &Principal, agency: &Agency) -> Result<(), Refusal> {
    let parent_place = || Place::Pointer("/parent".into());
    let out = |place, code: &str| Err(Refusal::AgencyOutOfScope { place, code: code.to_owned() });
    // One that was made since the key was proved is governed with its parent.
    let is_newer = principal.tree.get(agency.id).is_none();
    let governs =
        principal.governs(agency.id) || is_newer && agency.parent.is_some_and(|id| principal.governs(id));
    if agency.id != 0 && !governs {
        return out(Place::whole(), &agency.code);
    }
    match agency.parent {
        None if principal.governs_all() => Ok(()),
        // A root of the tree that is a root of the key stays one.
        None if principal.tree.get(agency.id).is_some_and(|a| a.parent.is_none()) => Ok(()),
        None => out(parent_place(), &agency.code),
        Some(parent) if principal.governs(parent) => Ok(()),
        // A root of the key keeps the parent it has, which is above the key.
        Some(parent) if principal.tree.get(agency.id).is_some_and(|a| a.parent == Some(parent)) => Ok(()),
        Some(parent) => out(parent_place(), principal.tree.code(parent)),
    }
}

/// A key with roots takes codes only below that of the parent, so that nobody takes the codes of others before them:
/// in the new order codes that begin with it, in the old order (smallest unit first) those of the same province.
fn may_take_codes(
    principal: &Principal,
    agency: &Agency,
    present: Option<&Agency>,
    asked: &[String],
) -> Result<(), Refusal> {
    let Some(parent) = agency.parent.filter(|_| !principal.governs_all()) else { return Ok(()) };
    let above = principal.tree.code(parent);
    let province = above.split('.').next().unwrap_or(above);
    let had = |code: &str| present.is_some_and(|a| a.code == code || a.codes.iter().any(|c| c == code));
    let below = |code: &str| {
        let old_order = code.starts_with(|c: char| c.is_ascii_digit());
        if old_order {
            code.ends_with(&format!(".{province}"))
        } else {
            code.starts_with(&format!("{above}."))
        }
    };
    let wrong = |pointer: String, code: &String| {
        let place = Place::Pointer(pointer);
        Err(Refusal::AgencyOutOfScope { place, code: code.clone() })
    };
    if !had(&agency.code) && !below(&agency.code) {
        return wrong(String::new(), &agency.code);
    }
    match asked.iter().enumerate().find(|(_, code)| !had(code) && !below(code)) {
        Some((i, code)) => wrong(format!("/codes/{i}"), code),
        None => Ok(()),
    }
}

/// An agency as the audit trail tells of it: without the name of its focal officer.
fn told(agency: &Agency, tree: &AgencyTree) -> Value {
    json!({
        "name": agency.name, "level": agency.level, "parent": agency.parent.map(|id| tree.code(id)),
        "codes": agency.codes, "valid_from": agency.validity.from, "valid_to": agency.validity.to,
        "has_focal_officer": agency.focal_officer.is_some(), "version": agency.version,
    })
}
