//! Reads personal data for somebody who said why, and stores in the same transaction who read what of which dossier and for what reason.
//! Without that row there is no answer. What is marked to be erased is shown to nobody.

use crate::db::{DbError, Transaction, Writer};
use crate::domain::local_time::Instant;
use crate::domain::sealing::{DataKeys, NotOpened, Sealed};
use crate::features::audit::{self, Actor, Change};
use crate::features::dossiers::queries::DossierRow;
use crate::features::dossiers::queries::personal::{NoteRow, PersonRow};
use crate::features::dossiers::sealed::{self, Person};
use crate::features::national::queries::{self as national, Kind};
use crate::features::personal::queries;
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// Personal data of a dossier, opened.
#[derive(Debug)]
pub struct Unmasked {
    /// The applicant; `None` when it was erased, or is marked to be.
    pub person: Option<Person>,
    /// The private notes by their events, when they were asked for.
    pub notes: HashMap<Uuid, String>,
}

/// The personal data of a dossier, and its private notes if they are wanted. What does not open was read all the same, for the audit trail.
pub async fn dossier(
    writer: &Writer,
    keys: &DataKeys,
    by: (&Actor, Instant),
    (row, with_notes): (&DossierRow, bool),
) -> Result<Result<Unmasked, NotOpened>, DbError> {
    let read = async |tx: &mut Transaction| {
        if queries::is_marked(tx, row.id).await? {
            return Ok((None, vec![]));
        }
        let person = queries::person(tx, row.id).await?;
        let notes = if with_notes { queries::notes(tx, row.id).await? } else { vec![] };
        Ok::<_, DbError>((person, notes))
    };
    let what: &[&str] =
        if with_notes { &["applicant", "summary", "notes"] } else { &["applicant", "summary"] };
    let (person, notes) = noted(writer, by, (row, what), read).await?;
    Ok(opened(keys, person, notes))
}

fn opened(keys: &DataKeys, person: Option<PersonRow>, rows: Vec<NoteRow>) -> Result<Unmasked, NotOpened> {
    let person = person.map(|row| sealed::open_person(Some(keys), row)).transpose()?;
    let mut notes = HashMap::with_capacity(rows.len());
    for row in rows {
        notes.insert(row.event_id, sealed::open_note(Some(keys), row)?.text);
    }
    Ok(Unmasked { person, notes })
}

/// What was last sent of a dossier in the national format, still sealed; the applicant of one that was never sent so.
pub async fn national(
    writer: &Writer,
    keys: &DataKeys,
    by: (&Actor, Instant),
    row: &DossierRow,
) -> Result<Result<(Option<Sealed>, Option<Person>), NotOpened>, DbError> {
    let read = async |tx: &mut Transaction| {
        if queries::is_marked(tx, row.id).await? {
            return Ok((None, None));
        }
        let person = queries::person(tx, row.id).await?;
        Ok::<_, DbError>((national::last(tx, row.id, Kind::Dossier).await?, person))
    };
    let (sent, person) = noted(writer, by, (row, &["national"]), read).await?;
    let person = person.filter(|_| sent.is_none()).map(|row| sealed::open_person(Some(keys), row));
    Ok(person.transpose().map(|person| (sent, person)))
}

/// Reads, and notes it in the audit trail.
async fn noted<T>(
    writer: &Writer,
    (actor, now): (&Actor, Instant),
    (row, what): (&DossierRow, &[&str]),
    read: impl AsyncFn(&mut Transaction) -> Result<T, DbError>,
) -> Result<T, DbError> {
    let noting = async |tx: &mut Transaction| {
        let found = read(tx).await?;
        let subject = format!("dossier:{}", row.code);
        let change = Change { action: "dossier.unmasked", subject, details: json!({"shown": what}) };
        audit::record(tx, actor, now, change).await?;
        Ok::<_, DbError>(found)
    };
    writer.transaction(noting).await
}
