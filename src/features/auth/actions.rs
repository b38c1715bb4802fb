//! Creates and revokes keys.

use super::key::Key;
use super::queries::{self, KeyRow, Which};
use crate::db::{Failure, Writer};
use crate::domain::local_time::Instant;
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

/// Stores a new key and returns it. Its secret cannot be shown again.
pub async fn create(
    writer: &Writer,
    actor: &Actor,
    now: Instant,
    new: NewKey,
    key: Key,
) -> Result<Key, Failure> {
    let row = KeyRow {
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
    };
    writer
        .transaction(async |tx| {
            queries::insert(tx, &row).await?;
            let details = json!({
                "name": row.name, "scopes": row.scopes, "all_agencies": row.all_agencies,
                "root_agency_ids": row.root_agency_ids, "plan": row.plan
            });
            let change = Change { action: "key.created", subject: format!("key:{}", row.id), details };
            audit::record(tx, actor, now, change).await?;
            Ok(key)
        })
        .await
}

/// Revokes keys at once; says how many.
pub async fn revoke(
    writer: &Writer,
    actor: &Actor,
    now: Instant,
    which: Which<'_>,
) -> Result<usize, Failure> {
    let (subject, details) = match which {
        Which::Id(id) => (format!("key:{id}"), json!({})),
        Which::Named(name) => ("key:*".to_owned(), json!({ "name": name })),
    };
    writer
        .transaction(async |tx| {
            let revoked = queries::revoke(tx, which, now).await?;
            if revoked > 0 {
                audit::record(tx, actor, now, Change { action: "key.revoked", subject, details }).await?;
            }
            Ok(revoked)
        })
        .await
}
