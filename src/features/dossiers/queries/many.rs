//! Writes what happened to several dossiers, by one statement for each table, and not by one or more for each item.
//!
//! A statement that fails names no dossier: the caller then writes each by itself.

use super::seal::HeadColumns;
use super::{DossierRow, EventRow, Head, Seal, personal, write};
use crate::db::Transaction;
use crate::db::schema::dossiers;
use crate::domain::sealing::Sealed;
use crate::features::calendar::queries as calendar;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::future::{try_join_all, try_join3};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A new dossier: its rows, under the code in the first.
pub struct New {
    /// The dossier.
    pub dossier: DossierRow,
    /// Its first event.
    pub event: EventRow,
    /// What the hash chain stores with that.
    pub seal: Seal,
    /// Its personal data.
    pub person: Sealed,
}

/// An event, and the dossier as it leaves it.
pub struct Next {
    /// The event.
    pub event: EventRow,
    /// The dossier.
    pub dossier: DossierRow,
    /// What the hash chain stores with the event.
    pub seal: Seal,
    /// The private note.
    pub note: Option<Sealed>,
}

/// The version of the calendars and the dossiers with some codes, by code, with what the next event of each follows; all held until the
/// transaction ends: the version first, for who changes a calendar waits for those who hold it, then the dossiers in the order of their
/// codes, so that nobody waits in a circle. Three statements that travel together.
pub async fn lock(
    tx: &mut Transaction,
    codes: &[&str],
) -> QueryResult<(i64, HashMap<String, (DossierRow, Head)>)> {
    let (mut first, mut second, mut third) = (&*tx, &*tx, &*tx);
    let with_codes = || dossiers::table.filter(dossiers::code.eq_any(codes));
    let locking =
        with_codes().select(dossiers::id).order(dossiers::code).for_update().load::<Uuid>(&mut second);
    // Read apart from the lock: what it waited for is seen only by a statement that begins later.
    let columns = (DossierRow::as_select(), (dossiers::head_hash, dossiers::person_digest));
    let reading = with_codes().select(columns).load::<(DossierRow, HeadColumns)>(&mut third);
    let (version, _, found) = try_join3(calendar::hold(&mut first), locking, reading).await?;
    let found = found.into_iter().map(|(row, head)| (row.code.clone(), (row, Head::read(head))));
    Ok((version, found.collect()))
}

/// Stores new dossiers, and events with what follows from them, in the order in which they were made. A dossier is written once, as the last
/// of its events leaves it: the states between were recorded at the same instant, and nobody is to see them.
pub async fn store(tx: &mut Transaction, new: &[New], next: &[Next]) -> QueryResult<()> {
    let last: HashMap<Uuid, &Next> = next.iter().map(|next| (next.dossier.id, next)).collect();
    if !new.is_empty() {
        let left = |new| {
            let New { dossier, seal, .. }: &New = new;
            last.get(&dossier.id).map_or((dossier, seal), |next| (&next.dossier, &next.seal))
        };
        write::insert_dossiers(tx, new.iter().map(left)).await?;
        personal::insert_persons(tx, new.iter().map(|new| (new.dossier.id, &new.person))).await?;
    }
    let first = new.iter().map(|new| (&new.event, &new.seal));
    write::insert_events(tx, first.chain(next.iter().map(|next| (&next.event, &next.seal)))).await?;
    let with_note = next.iter().filter_map(|next| Some((next.event.id, next.note.as_ref()?)));
    personal::insert_notes(tx, with_note).await?;
    // One for each, which travel together.
    let (tx, are_new) = (&*tx, new.iter().map(|new| new.dossier.id).collect::<HashSet<_>>());
    let changed = last.into_iter().filter(|(id, _)| !are_new.contains(id)).map(|(_, next)| next);
    try_join_all(changed.map(async |next| write::update(&mut &*tx, &next.dossier, &next.seal).await)).await?;
    Ok(())
}
