//! The audit trail: one row for each change, in the transaction that makes it. Holds no personal data.
//!
//! Actions call [`record`]; nothing else writes it, and a trigger refuses to change it. `http` shows it, `canonical` is what the daily
//! log covers of a row (`evidence`).

pub mod canonical;
pub mod http;
mod json;
pub mod queries;

use crate::db::{DbError, Transaction};
use crate::domain::local_time::Instant;
use serde_json::Value;
use uuid::Uuid;

/// Who changes something, and with which request.
#[derive(Clone, Debug)]
pub struct Actor {
    /// `key:<id>` or `command:<name>`.
    pub name: String,
    /// The key, unless it is a command.
    pub key_id: Option<String>,
    /// The request; for a command, an id of its run.
    pub request_id: String,
    /// Where the request came from, seen through trusted proxies; `None` for a command.
    pub address: Option<String>,
    /// Why, as they said.
    pub reason: Option<String>,
}

impl Actor {
    /// A command of the binary.
    pub fn command(name: &str) -> Self {
        let (name, request_id) = (format!("command:{name}"), Uuid::now_v7().to_string());
        Self { name, key_id: None, request_id, address: None, reason: None }
    }

    /// The same, who says why.
    #[must_use]
    pub fn because(self, reason: Option<String>) -> Self {
        Self { reason, ..self }
    }
}

/// A change.
pub struct Change<'a, Subject = String> {
    /// What was done, such as `dossier.received`.
    pub action: &'a str,
    /// On what, such as `dossier:H51.29-220215-0001`.
    pub subject: Subject,
    /// What changed, without personal data.
    pub details: Value,
}

/// The row of a change, to be written by a statement that does more.
pub use queries::inserting;

/// A change that is written with others: what was done, on what, and the details.
pub type Made = (String, String, Value);

/// Writes the rows of changes by one statement.
pub async fn record_all(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    changes: Vec<Made>,
) -> Result<(), DbError> {
    queries::insert_all(tx, actor, now, changes).await?;
    Ok(())
}

/// Writes the row of a change.
pub async fn record(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    change: Change<'_>,
) -> Result<(), DbError> {
    queries::insert(tx, actor, now, change).await?;
    Ok(())
}
