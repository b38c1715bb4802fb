//! What the hash chain adds to the rows of a dossier: `actions/chain` makes it, `write` and `dating` store it.

use crate::db::Transaction;
use crate::db::schema::dossiers;
use crate::domain::hash_chain::{Hash, SALT_BYTES};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::collections::HashMap;
use uuid::Uuid;

/// What the next event of a dossier follows.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Hash of its latest event; `None` when that was recorded before there were hashes.
    pub hash: Option<Hash>,
    /// Digest of the personal data of the applicant.
    pub person: Option<Hash>,
}

/// The columns of [`Head`].
pub(super) type HeadColumns = (Option<Vec<u8>>, Option<Vec<u8>>);

impl Head {
    /// Of a dossier that is not stored yet.
    pub const fn of_new(person: Option<Hash>) -> Self {
        Self { hash: None, person }
    }

    /// Of a dossier whose latest event has a seal.
    pub const fn after(seal: &Seal) -> Self {
        Self { hash: Some(seal.hash), person: seal.person }
    }

    pub(super) fn read((hash, person): HeadColumns) -> Self {
        let read = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| Hash::read(&bytes));
        Self { hash: read(hash), person: read(person) }
    }
}

/// What is stored with an event.
#[derive(Clone, Debug)]
pub struct Seal {
    /// Hash of the event.
    pub hash: Hash,
    /// Digest of the state it leaves behind.
    pub state: Hash,
    /// Random bytes before the personal data in the digests; `None` without any.
    pub salt: Option<[u8; SALT_BYTES]>,
    /// Digest of the personal data of the event.
    pub personal: Option<Hash>,
    /// Of the dossier: digest of the personal data of the applicant.
    pub person: Option<Hash>,
    /// Of the dossier: digest of the name of the officer who holds it.
    pub holder: Option<Hash>,
}

/// The bytes of a hash, to be stored.
pub(super) fn bytes(hash: Option<&Hash>) -> Option<&[u8]> {
    hash.map(|hash| hash.0.as_slice())
}

/// What the next events of dossiers follow. They must be locked.
pub async fn heads(tx: &mut Transaction, ids: &[Uuid]) -> QueryResult<HashMap<Uuid, Head>> {
    let columns = (dossiers::id, (dossiers::head_hash, dossiers::person_digest));
    let rows: Vec<(Uuid, HeadColumns)> =
        dossiers::table.filter(dossiers::id.eq_any(ids)).select(columns).load(tx).await?;
    Ok(rows.into_iter().map(|(id, head)| (id, Head::read(head))).collect())
}
