//! Creates keys, and notes when they were used; `ends` replaces and revokes them.
//!
//! A key gives nothing that it has not: the scopes of a key that it makes or replaces are among its own, and the roots lie within its own.
//! Else whoever holds `admin` of a commune would hold everything. A command of the binary is bound by nothing.

mod ends;

pub use ends::{Rotation, revoke, revoke_for, rotate};

use super::key::Key;
use super::principal::Principal;
use super::queries::{self, KeyRow};
use super::uses::Uses;
use crate::db::{Answer, DbError, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::AgencyId;
use crate::domain::key::may_plan;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::vocabulary::{Plan, Scope};
use crate::features::audit::{self, Actor, Change};
use serde_json::json;

/// What a new key may do and see.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The roots of what it sees; `None`: everything.
    pub roots: Option<Vec<i32>>,
    /// When it ends; `None`: never.
    pub expires_at: Option<Instant>,
    /// How fast it may call.
    pub plan: Plan,
}

/// A key that is asked for.
#[derive(Clone, Debug)]
pub struct KeyInput {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Codes of the agencies whose subtrees it sees; `None`: everything.
    pub agencies: Option<Vec<String>>,
    /// When it ends; `None`: never.
    pub expires_at: Option<Instant>,
    /// How fast it may call.
    pub plan: Plan,
}

/// Stores a new key for a command and returns it. Its secret cannot be shown again.
pub async fn create(
    writer: &Writer,
    actor: &Actor,
    now: Instant,
    new: NewKey,
    key: Key,
) -> Result<Key, Failure> {
    let row = row(&key, new, now);
    writer
        .transaction(async |tx| {
            store(tx, actor, now, &row).await?;
            Ok(key)
        })
        .await
}

/// Creates a key that the caller asks for on the given terms and shows it.
pub async fn create_for(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    (input, key): (KeyInput, &Key),
    terms: &Terms,
    mut show: impl FnMut(&KeyRow) -> Answer,
) -> Result<Given, Failure> {
    let roots = roots(principal, input.agencies.as_deref())?;
    may_give(principal, &input.scopes, "/scopes")?;
    if !may_plan(principal.plan, principal.governs_all(), input.plan) {
        let message = format!("must not be faster than that of the key, which is {}", principal.plan);
        return Err(Refusal::invalid("/plan", Rule::InvalidValue, message).into());
    }
    must_be_ahead(input.expires_at, now)?;
    let KeyInput { name, scopes, expires_at, plan, .. } = input;
    let row = row(key, NewKey { name, scopes, roots, expires_at, plan }, now);
    let work = async |tx: &mut Transaction| {
        store(tx, &principal.actor(), now, &row).await?;
        Ok(show(&row))
    };
    writer.on_terms(terms, now, work).await
}

/// Notes the uses that were remembered; says of how many keys. What cannot be noted is remembered on.
pub async fn note_uses(writer: &Writer, uses: &Uses) -> Result<usize, DbError> {
    let taken = uses.take();
    if taken.is_empty() {
        return Ok(0);
    }
    let columns: (Vec<_>, Vec<_>) = taken.iter().map(|(id, at)| (id.clone(), *at)).unzip();
    let noted =
        writer.transaction(async |tx| Ok::<_, DbError>(queries::uses::note(tx, columns).await?)).await;
    if noted.is_err() {
        uses.put_back(taken);
    }
    noted
}

/// Whether the caller may know of a key: its roots lie within what they govern, or they govern everything.
pub fn may_know(principal: &Principal, row: &KeyRow) -> bool {
    principal.governs_all()
        || (!row.all_agencies && row.root_agency_ids.iter().all(|root| principal.governs(*root)))
}

/// Fails unless the caller has every scope that they would give to a key; names the first they have not, below a pointer.
fn may_give(principal: &Principal, scopes: &[Scope], pointer: &str) -> Result<(), Refusal> {
    let Some((at, scope)) = principal.scopes.lacks(scopes) else { return Ok(()) };
    let pointer = if pointer.is_empty() { String::new() } else { format!("{pointer}/{at}") };
    Err(Refusal::ScopeNotHeld { place: Place::Pointer(pointer), scope })
}

/// The roots that the caller asks for, all within their own.
fn roots(principal: &Principal, codes: Option<&[String]>) -> Result<Option<Vec<AgencyId>>, Refusal> {
    let Some(codes) = codes else {
        let place = Place::Pointer("/all_agencies".into());
        return if principal.governs_all() { Ok(None) } else { Err(Refusal::Everybodys { place }) };
    };
    let root = |(i, code): (usize, &String)| {
        let pointer = format!("/agencies/{i}");
        let unknown =
            || Refusal::invalid(&pointer, Rule::UnknownAgency, format!("no agency has the code {code}"));
        let agency = principal.tree.find(code).ok_or_else(unknown)?.id;
        principal.require_governed(agency, Place::Pointer(pointer.clone())).map(|()| agency)
    };
    let mut roots: Vec<AgencyId> = codes.iter().enumerate().map(root).collect::<Result<_, _>>()?;
    roots.sort_unstable();
    roots.dedup();
    Ok(Some(roots))
}

fn must_be_ahead(expires_at: Option<Instant>, now: Instant) -> Result<(), Refusal> {
    if expires_at.is_some_and(|end| end <= now) {
        return Err(Refusal::invalid("/expires_at", Rule::InvalidValue, "must be after now"));
    }
    Ok(())
}

fn row(key: &Key, new: NewKey, now: Instant) -> KeyRow {
    KeyRow {
        id: key.id.clone(),
        name: new.name,
        secret_hash: key.hash(),
        scopes: new.scopes.iter().map(ToString::to_string).collect(),
        all_agencies: new.roots.is_none(),
        root_agency_ids: new.roots.unwrap_or_default(),
        created_at: now.utc(),
        expires_at: new.expires_at.map(Instant::utc),
        revoked_at: None,
        plan: new.plan.to_string(),
        last_used_at: None,
        replaces: None,
        replaced_by: None,
    }
}

async fn store(tx: &mut Transaction, actor: &Actor, now: Instant, row: &KeyRow) -> Result<(), DbError> {
    queries::insert(tx, row).await?;
    let details = json!({
        "name": row.name, "scopes": row.scopes, "all_agencies": row.all_agencies, "root_agency_ids": row.root_agency_ids,
        "plan": row.plan, "expires_at": row.expires_at.map(Instant::from), "replaces": row.replaces,
    });
    let change = Change { action: "key.created", subject: format!("key:{}", row.id), details };
    audit::record(tx, actor, now, change).await
}
