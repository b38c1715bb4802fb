//! Reads and writes what is sealed: here the personal data of one dossier, in `rotate` what is to be sealed anew, in `purge` what is erased.

pub mod purge;
pub mod rotate;

use crate::db::Transaction;
use crate::db::schema::{dossier_event_notes, dossier_events, dossier_persons, purged_dossiers};
use crate::features::dossiers::queries::personal::{NoteRow, PersonRow};
use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// Whether personal data of a dossier is marked to be erased: then it is shown to nobody.
pub async fn is_marked(tx: &mut Transaction, dossier: Uuid) -> QueryResult<bool> {
    select(exists(purged_dossiers::table.find(dossier))).get_result(tx).await
}

/// The personal data of a dossier; `None` when it was erased.
pub async fn person(tx: &mut Transaction, dossier: Uuid) -> QueryResult<Option<PersonRow>> {
    let found = dossier_persons::table.find(dossier);
    found.select(PersonRow::as_select()).first(tx).await.optional()
}

/// The private notes of the events of a dossier.
pub async fn notes(tx: &mut Transaction, dossier: Uuid) -> QueryResult<Vec<NoteRow>> {
    let found = dossier_event_notes::table.inner_join(dossier_events::table);
    let found = found.filter(dossier_events::dossier_id.eq(dossier));
    found.select(NoteRow::as_select()).load(tx).await
}
