//! The personal data of dossiers as it is stored: sealed, or in clear in rows from before it was (`dossiers/sealed` opens both).

use crate::db::Transaction;
use crate::db::schema::{dossier_event_notes, dossier_persons};
use crate::domain::sealing::Sealed;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// Personal data of a dossier, as it is stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = dossier_persons)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct PersonRow {
    pub dossier_id: Uuid,
    pub name: Option<String>,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub summary: Option<String>,
    pub salt: Option<Vec<u8>>,
    pub key_id: Option<String>,
    pub nonce: Option<Vec<u8>>,
    pub ciphertext: Option<Vec<u8>>,
}

/// The private note of an event, as it is stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = dossier_event_notes)]
#[allow(missing_docs)]
pub struct NoteRow {
    pub event_id: Uuid,
    pub note: Option<String>,
    pub key_id: Option<String>,
    pub nonce: Option<Vec<u8>>,
    pub ciphertext: Option<Vec<u8>>,
}

impl PersonRow {
    /// What was sealed; `None`: it is in clear.
    pub fn sealed(&self) -> Option<Sealed> {
        sealed(self.key_id.as_ref(), self.nonce.as_ref(), self.ciphertext.as_ref())
    }
}

impl NoteRow {
    /// What was sealed; `None`: it is in clear.
    pub fn sealed(&self) -> Option<Sealed> {
        sealed(self.key_id.as_ref(), self.nonce.as_ref(), self.ciphertext.as_ref())
    }
}

fn sealed(key_id: Option<&String>, nonce: Option<&Vec<u8>>, ciphertext: Option<&Vec<u8>>) -> Option<Sealed> {
    let ((key_id, nonce), ciphertext) = key_id.zip(nonce).zip(ciphertext)?;
    Some(Sealed { key_id: key_id.clone(), nonce: nonce.clone(), ciphertext: ciphertext.clone() })
}

/// The values of a row, in the columns of its table. A macro, because their type has no name to return.
macro_rules! values {
    ($table:ident, $id:ident, $of:expr, $sealed:expr) => {{
        let sealed: &Sealed = $sealed;
        (
            $table::$id.eq($of),
            $table::key_id.eq(&sealed.key_id),
            $table::nonce.eq(&sealed.nonce),
            $table::ciphertext.eq(&sealed.ciphertext),
        )
    }};
}

/// Inserts the personal data of a dossier.
pub(super) fn inserting_person(dossier: Uuid, sealed: &Sealed) -> impl QueryFragment<Pg> + Send + use<'_> {
    diesel::insert_into(dossier_persons::table).values(values!(dossier_persons, dossier_id, dossier, sealed))
}

/// Inserts the personal data of several dossiers at once.
pub(super) async fn insert_persons<'a>(
    tx: &mut Transaction,
    persons: impl Iterator<Item = (Uuid, &'a Sealed)>,
) -> QueryResult<usize> {
    let row = |(dossier, sealed)| values!(dossier_persons, dossier_id, dossier, sealed);
    let rows: Vec<_> = persons.map(row).collect();
    diesel::insert_into(dossier_persons::table).values(rows).execute(tx).await
}

/// Inserts the private notes of some events at once.
pub(super) async fn insert_notes<'a>(
    tx: &mut Transaction,
    notes: impl Iterator<Item = (Uuid, &'a Sealed)>,
) -> QueryResult<()> {
    let row = |(event, sealed)| values!(dossier_event_notes, event_id, event, sealed);
    let rows: Vec<_> = notes.map(row).collect();
    if !rows.is_empty() {
        diesel::insert_into(dossier_event_notes::table).values(rows).execute(tx).await?;
    }
    Ok(())
}
