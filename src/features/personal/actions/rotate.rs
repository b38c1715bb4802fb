//! Seals with the first key what older keys sealed, and what is in clear from before anything was sealed: a chunk in each transaction, in the
//! order of rows, so that it can be stopped at any time and begun again.

use crate::db::{DbError, Slow, Transaction, Writer};
use crate::domain::local_time::Instant;
use crate::domain::sealing::DataKeys;
use crate::features::audit::{self, Actor, Change};
use crate::features::dossiers::sealed::{self, Note};
use crate::features::national::actions::bound_to;
use crate::features::personal::queries::rotate as queries;
use serde_json::json;
use uuid::Uuid;

/// Rows of a chunk.
const CHUNK: i64 = 500;

/// A table with what is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// `dossier_persons`.
    Persons,
    /// `dossier_event_notes`.
    Notes,
    /// `national_payloads`.
    Payloads,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Persons, Self::Notes, Self::Payloads];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Persons => "dossier_persons",
            Self::Notes => "dossier_event_notes",
            Self::Payloads => "national_payloads",
        }
    }
}

/// How far a table is done.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Rows that were sealed since the beginning.
    pub sealed: u64,
    /// Rows that did not open, and stay as they are.
    pub unopened: u64,
    /// The last row that was looked at, and its kind where a dossier has several.
    after: (Uuid, String),
}

/// Counts the rows of each table that the first key has not sealed, and notes in the audit trail that they will be.
pub async fn begin(
    slow: &Slow,
    writer: &Writer,
    (actor, now): (&Actor, Instant),
    keys: &DataKeys,
) -> Result<[i64; 3], DbError> {
    let left = slow.snapshot(None, async |conn| queries::left(conn, keys.id()).await).await?;
    let [persons, notes, payloads] = left;
    if left != [0; 3] {
        let details =
            json!({"dossier_persons": persons, "dossier_event_notes": notes, "national_payloads": payloads});
        let subject = format!("data_key:{}", keys.id());
        let change = Change { action: "data_key.rotated", subject, details };
        writer.transaction(async |tx| audit::record(tx, actor, now, change).await).await?;
    }
    Ok(left)
}

/// Seals the next rows of a table. `None`: there are no more.
pub async fn step(
    writer: &Writer,
    keys: &DataKeys,
    table: Table,
    done: &Chunk,
) -> Result<Option<Chunk>, DbError> {
    let done = done.clone();
    writer
        .transaction(async |tx| match table {
            Table::Persons => persons(tx, keys, done).await,
            Table::Notes => notes(tx, keys, done).await,
            Table::Payloads => payloads(tx, keys, done).await,
        })
        .await
}

/// Makes sure that nothing is in clear any more, and that it stays so. Fails while something is.
pub async fn end(writer: &Writer) -> Result<(), DbError> {
    writer.transaction(async |tx| Ok(queries::validate(tx).await?)).await
}

impl Chunk {
    /// After a row that was sealed, or did not open.
    fn then(self, after: (Uuid, String), was_sealed: bool) -> Self {
        Self {
            sealed: self.sealed + u64::from(was_sealed),
            unopened: self.unopened + u64::from(!was_sealed),
            after,
        }
    }
}

async fn persons(tx: &mut Transaction, keys: &DataKeys, mut done: Chunk) -> Result<Option<Chunk>, DbError> {
    let rows = queries::persons(tx, keys.id(), done.after.0, CHUNK).await?;
    let is_end = rows.is_empty();
    for row in rows {
        let (dossier, before) = (row.dossier_id, row.nonce.clone());
        let opened = sealed::open_person(Some(keys), row);
        if let Ok(person) = &opened {
            let sealed = sealed::seal_person(keys, dossier, person)?;
            queries::seal_person(tx, (dossier, before.as_deref()), &sealed).await?;
        }
        done = done.then((dossier, String::new()), opened.is_ok());
    }
    Ok((!is_end).then_some(done))
}

async fn notes(tx: &mut Transaction, keys: &DataKeys, mut done: Chunk) -> Result<Option<Chunk>, DbError> {
    let rows = queries::notes(tx, keys.id(), done.after.0, CHUNK).await?;
    let is_end = rows.is_empty();
    for (row, salt) in rows {
        let (event, before) = (row.event_id, row.nonce.clone());
        let opened = sealed::open_note(Some(keys), row);
        if let Ok(note) = &opened {
            // In clear, the salt stands with the event.
            let note = Note { text: note.text.clone(), salt: note.salt.clone().or(salt) };
            let sealed = sealed::seal_note(keys, event, &note)?;
            queries::seal_note(tx, (event, before.as_deref()), &sealed).await?;
        }
        done = done.then((event, String::new()), opened.is_ok());
    }
    Ok((!is_end).then_some(done))
}

async fn payloads(tx: &mut Transaction, keys: &DataKeys, mut done: Chunk) -> Result<Option<Chunk>, DbError> {
    let rows = queries::payloads(tx, keys.id(), (done.after.0, &done.after.1), CHUNK).await?;
    let is_end = rows.is_empty();
    for row in rows {
        let of = bound_to(&row.code, &row.kind);
        let opened = keys.open(&of, &row.sealed);
        if let Ok(text) = &opened {
            let sealed = sealed::seal(keys, &of, text)?;
            queries::seal_payload(tx, &row, &sealed).await?;
        }
        done = done.then((row.dossier_id, row.kind), opened.is_ok());
    }
    Ok((!is_end).then_some(done))
}
