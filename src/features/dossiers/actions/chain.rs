//! Seals an event: what the hash chain stores with it. Called right before an event is inserted.

use crate::db::DbError;
use crate::domain::canonical::Canonical;
use crate::domain::hash_chain::{self, Hash, SALT_BYTES};
use crate::features::dossiers::canonical;
use crate::features::dossiers::queries::{DossierRow, EventRow, Head, Seal};
use crate::features::dossiers::sealed::{Person, random};

/// Seals an event of a dossier, `dossier` being the state that it leaves behind, and `head` what it follows. `note` is the private note
/// that is stored with it.
pub(super) fn seal(
    head: Head,
    dossier: &DossierRow,
    (event, note): (&EventRow, Option<&str>),
) -> Result<Seal, DbError> {
    let (personal, holder) = (canonical::personal(event, note), canonical::holder(dossier));
    let salt = if personal.is_empty() && holder.is_empty() { None } else { Some(random::<SALT_BYTES>()?) };
    let digest = |data: &Canonical| {
        let salt = salt.filter(|_| !data.is_empty())?;
        Some(hash_chain::personal_digest(&salt, &data.text()))
    };
    let (personal, holder) = (digest(&personal), digest(&holder));
    let state = canonical::state(dossier, head.person, holder);
    let text = canonical::event(event, state, personal);
    let hash = hash_chain::event_hash(head.hash.unwrap_or(Hash::ZERO), &text);
    Ok(Seal { hash, state, salt, personal, person: head.person, holder })
}

/// Seals the first event of a dossier, and salts its personal data.
pub(super) fn seal_first(
    dossier: &DossierRow,
    event: &EventRow,
    mut person: Person,
) -> Result<(Seal, Person), DbError> {
    person.salt = Some(random::<SALT_BYTES>()?.to_vec());
    let head = Head::of_new(canonical::person(&person, &dossier.applicant_name_masked));
    Ok((seal(head, dossier, (event, None))?, person))
}
