//! Personal data of dossiers, sealed as it is stored and opened again (ADR 103).
//!
//! An object is bound to its row: to the dossier, or to the event of a private note. The salt of the digests in the hash chain is sealed
//! with the data, so that nobody who has the database alone can try names against a digest.

use super::queries::Seal;
use super::queries::personal::{NoteRow, PersonRow};
use crate::db::DbError;
use crate::domain::sealing::{DataKeys, NONCE_BYTES, NotOpened, Sealed};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Personal data of a dossier.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // As the contract names them.
pub struct Person {
    pub name: String,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub summary: Option<String>,
    /// Before it in its digest; `None`: from before there were hashes.
    #[serde(skip)]
    pub salt: Option<Vec<u8>>,
}

/// A private note.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// The note.
    pub text: String,
    /// Before it in the digests of its event; `None`: from before there were hashes.
    pub salt: Option<Vec<u8>>,
}

impl std::fmt::Debug for Person {
    /// Never shows what it holds: it might be logged.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Note").finish_non_exhaustive()
    }
}

/// Seals a text that is of something, with a random nonce.
pub fn seal(keys: &DataKeys, of: &str, text: &[u8]) -> Result<Sealed, DbError> {
    keys.seal(&random::<NONCE_BYTES>()?, of, text)
        .ok_or_else(|| DbError::Away("too much to encrypt at once".into()))
}

/// Random bytes.
pub fn random<const BYTES: usize>() -> Result<[u8; BYTES], DbError> {
    let mut bytes = [0; BYTES];
    let filled = getrandom::fill(&mut bytes);
    filled.map_err(|why| DbError::Away(format!("the system gives no random bytes: {why}")))?;
    Ok(bytes)
}

/// Seals the personal data of a dossier.
pub fn seal_person(keys: &DataKeys, dossier: Uuid, person: &Person) -> Result<Sealed, DbError> {
    // Texts and nulls only: it cannot fail to be written.
    let text = serde_json::to_vec(person).unwrap_or_default();
    seal(keys, &of_person(dossier), &salted(person.salt.as_deref(), &text))
}

/// Opens the personal data of a dossier. Without keys nothing opens but what is in clear.
pub fn open_person(keys: Option<&DataKeys>, row: PersonRow) -> Result<Person, NotOpened> {
    if let Some(sealed) = row.sealed() {
        let (salt, text) = opened(keys, &of_person(row.dossier_id), &sealed)?;
        let person: Person = serde_json::from_slice(&text).map_err(|_| NotOpened::Changed)?;
        return Ok(Person { salt, ..person });
    }
    let PersonRow { name, id_number, phone, email, address, summary, salt, .. } = row;
    Ok(Person { name: name.unwrap_or_default(), id_number, phone, email, address, summary, salt })
}

/// Seals the private note of an event with the salt of that event.
pub fn seal_note(keys: &DataKeys, event: Uuid, note: &Note) -> Result<Sealed, DbError> {
    seal(keys, &of_note(event), &salted(note.salt.as_deref(), note.text.as_bytes()))
}

/// Seals the private note that comes with an event, if one does; then the salt goes with it, and is not stored beside it.
pub fn with_note(
    keys: &DataKeys,
    event: Uuid,
    (seal, note): (Seal, Option<&str>),
) -> Result<(Seal, Option<Sealed>), DbError> {
    let Some(text) = note else { return Ok((seal, None)) };
    let note = Note { text: text.to_owned(), salt: seal.salt.map(Vec::from) };
    let sealed = seal_note(keys, event, &note)?;
    Ok((Seal { salt: None, ..seal }, Some(sealed)))
}

/// Opens a private note. Without keys nothing opens but what is in clear.
pub fn open_note(keys: Option<&DataKeys>, row: NoteRow) -> Result<Note, NotOpened> {
    let Some(sealed) = row.sealed() else {
        return Ok(Note { text: row.note.unwrap_or_default(), salt: None });
    };
    let (salt, text) = opened(keys, &of_note(row.event_id), &sealed)?;
    Ok(Note { text: String::from_utf8(text).map_err(|_| NotOpened::Changed)?, salt })
}

/// Whether personal data that is stored is what is sent now.
pub fn is_same_person(keys: &DataKeys, stored: PersonRow, sent: &Person) -> bool {
    let found = compared(stored.dossier_id, open_person(Some(keys), stored));
    found.is_some_and(|found| found == Person { salt: found.salt.clone(), ..sent.clone() })
}

/// Whether the private note that is stored, if one is, is what is sent now.
pub fn is_same_note(keys: &DataKeys, stored: Option<NoteRow>, sent: Option<&str>) -> bool {
    let Some(stored) = stored else { return sent.is_none() };
    let found = compared(stored.event_id, open_note(Some(keys), stored));
    found.is_some_and(|found| sent == Some(&found.text))
}

/// What was opened to be compared. What does not open counts as something else, and the log says why.
fn compared<T>(row: Uuid, opened: Result<T, NotOpened>) -> Option<T> {
    opened.inspect_err(|why| log::error!("the personal data of {row} cannot be compared: {why}")).ok()
}

fn of_person(dossier: Uuid) -> String {
    format!("dossier_persons\0{dossier}")
}

fn of_note(event: Uuid) -> String {
    format!("dossier_event_notes\0{event}")
}

/// The bytes of a salt, how many of them standing first, and then the text.
fn salted(salt: Option<&[u8]>, text: &[u8]) -> Vec<u8> {
    let salt = salt.unwrap_or_default();
    // A salt has 16 bytes: a constraint of the tables from before holds it to that.
    let length = u8::try_from(salt.len()).unwrap_or_default();
    [&[length], &salt[..length.into()], text].concat()
}

/// The salt and the text that were sealed.
fn opened(
    keys: Option<&DataKeys>,
    of: &str,
    sealed: &Sealed,
) -> Result<(Option<Vec<u8>>, Vec<u8>), NotOpened> {
    let bytes = keys.ok_or(NotOpened::UnknownKey)?.open(of, sealed)?;
    let (length, rest) = bytes.split_first().ok_or(NotOpened::Changed)?;
    let (salt, text) = rest.split_at_checked((*length).into()).ok_or(NotOpened::Changed)?;
    Ok(((!salt.is_empty()).then(|| salt.to_vec()), text.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(sealed: Sealed, dossier: Uuid) -> PersonRow {
        let (key_id, nonce, ciphertext) = (Some(sealed.key_id), Some(sealed.nonce), Some(sealed.ciphertext));
        let (name, id_number, phone, email, address, summary, salt) = Default::default();
        let dossier_id = dossier;
        PersonRow {
            dossier_id,
            name,
            id_number,
            phone,
            email,
            address,
            summary,
            salt,
            key_id,
            nonce,
            ciphertext,
        }
    }

    #[test]
    fn a_person_opens_on_its_own_row_only() {
        let keys = DataKeys::of_random(&[9; 32]);
        let phone = Some("0912345678".to_owned());
        let (id_number, email, address, summary) = Default::default();
        let (name, salt) = ("Nguyễn Văn An".to_owned(), Some(vec![7; 16]));
        let person = Person { name, id_number, phone, email, address, summary, salt };
        let (own, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = seal_person(&keys, own, &person).unwrap();
        assert_eq!(open_person(Some(&keys), row(sealed.clone(), own)), Ok(person.clone()));
        assert_eq!(open_person(Some(&keys), row(sealed.clone(), other)), Err(NotOpened::Changed));
        assert_eq!(open_person(None, row(sealed, own)), Err(NotOpened::UnknownKey));
        assert!(!format!("{person:?}").contains("An"));
        let unsalted = Person { salt: None, ..person };
        let sealed = seal_person(&keys, own, &unsalted).unwrap();
        assert_eq!(open_person(Some(&keys), row(sealed, own)), Ok(unsalted));
    }
}
