//! Replaces and revokes keys.

use super::{may_give, may_know, must_be_ahead, store};
use crate::db::{Answer, DbError, Failure, Given, Terms, Transaction, Writer};
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::KeyState;
use crate::features::audit::{self, Actor, Change};
use crate::features::auth::key::Key;
use crate::features::auth::principal::Principal;
use crate::features::auth::queries::{self, KeyRow, Which};
use serde_json::{Value, json};

/// How a key is to be replaced.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// Hours for which the old one still works.
    pub overlap_hours: u32,
    /// When the new one ends; `None`: it lasts as long as the old one was made for.
    pub expires_at: Option<Instant>,
}

/// Replaces a key by one of the same rights on the given terms, and shows both, the new one first. The old one ends after the overlap.
/// `principal` is `None` for a command; a key that they may not know of is not there.
pub async fn rotate(
    writer: &Writer,
    (actor, principal): (&Actor, Option<&Principal>),
    now: Instant,
    (id, rotation, key): (&str, &Rotation, &Key),
    terms: &Terms,
    mut show: impl FnMut(&KeyRow, &KeyRow) -> Answer,
) -> Result<Given, Failure> {
    must_be_ahead(rotation.expires_at, now)?;
    let work = async |tx: &mut Transaction| {
        let old = queries::lock(tx, id).await?.filter(|row| principal.is_none_or(|it| may_know(it, row)));
        let mut old = old.ok_or(Refusal::NotFound)?;
        if let Some(principal) = principal {
            may_give(principal, &old.scopes(), "")?;
        }
        let (span, before) = (old.span(), told(&old));
        match (span.state(now), old.replaced_by.clone()) {
            (_, Some(by)) => return Err(Refusal::KeyReplaced { by }.into()),
            (KeyState::Active, None) => {}
            (state, None) => return Err(Refusal::KeyEnded { state }.into()),
        }
        let expires_at = rotation.expires_at.or_else(|| span.end_of_successor(now));
        let new = KeyRow {
            id: key.id.clone(),
            secret_hash: key.hash(),
            created_at: now.utc(),
            expires_at: expires_at.map(Instant::utc),
            last_used_at: None,
            replaces: Some(old.id.clone()),
            replaced_by: None,
            ..old.clone()
        };
        old.replaced_by = Some(new.id.clone());
        old.expires_at = Some(span.end_after(now, rotation.overlap_hours).utc());
        store(tx, actor, now, &new).await?;
        queries::end(tx, &old).await?;
        ended(tx, actor, now, ("key.rotated", before, &old)).await?;
        Ok(show(&new, &old))
    };
    writer.on_terms(terms, now, work).await
}

/// Revokes keys at once for a command; says how many.
pub async fn revoke(
    writer: &Writer,
    actor: &Actor,
    now: Instant,
    which: Which<'_>,
) -> Result<usize, Failure> {
    writer
        .transaction(async |tx| {
            let found = match which {
                Which::Id(id) => queries::lock(tx, id).await?.into_iter().collect(),
                Which::Named(name) => queries::lock_named(tx, name).await?,
            };
            let mut revoked = 0;
            for row in found {
                revoked += usize::from(revoke_in(tx, actor, now, row).await?);
            }
            Ok(revoked)
        })
        .await
}

/// Revokes a key at once for a caller, be it their own. One that is revoked stays so. A key that they may not know of is not there.
pub async fn revoke_for(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    id: &str,
    terms: &Terms,
) -> Result<(), Failure> {
    let work = async |tx: &mut Transaction| {
        let row = queries::lock(tx, id).await?.filter(|row| may_know(principal, row));
        revoke_in(tx, &principal.actor(), now, row.ok_or(Refusal::NotFound)?).await?;
        Ok(Answer { status: 204, headers: vec![], body: vec![] })
    };
    writer.on_terms(terms, now, work).await.map(|_| ())
}

/// Revokes a key that is locked; whether it was not revoked before.
async fn revoke_in(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    mut row: KeyRow,
) -> Result<bool, DbError> {
    if row.revoked_at.is_some() {
        return Ok(false);
    }
    let before = told(&row);
    row.revoked_at = Some(now.utc());
    queries::end(tx, &row).await?;
    ended(tx, actor, now, ("key.revoked", before, &row)).await?;
    Ok(true)
}

/// What of a key can change.
fn told(row: &KeyRow) -> Value {
    json!({
        "expires_at": row.expires_at.map(Instant::from), "revoked_at": row.revoked_at.map(Instant::from),
        "replaced_by": row.replaced_by,
    })
}

async fn ended(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    (action, before, row): (&str, Value, &KeyRow),
) -> Result<(), DbError> {
    let details = json!({"name": row.name, "before": before, "after": told(row)});
    let change = Change { action, subject: format!("key:{}", row.id), details };
    audit::record(tx, actor, now, change).await
}
