//! Reads and writes the daily log; reads chains. `log` is for signing and for the list of roots, `proof` for proofs, `chain` for the check,
//! `audit` for the tree over the audit trail of a day.

pub mod audit;
pub mod chain;
pub mod log;
pub mod proof;

use crate::db::schema::{dossier_events, log_days};
use crate::domain::hash_chain::Hash;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

/// A day that is signed.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = log_days)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct SignedDay {
    pub day: NaiveDate,
    pub until: DateTime<Utc>,
    #[diesel(select_expression = log_days::events.assume_not_null())]
    pub events: i64,
    #[diesel(select_expression = log_days::blocks.assume_not_null())]
    pub blocks: Vec<u8>,
    #[diesel(select_expression = log_days::root.assume_not_null())]
    pub root: Vec<u8>,
    #[diesel(select_expression = log_days::statement.assume_not_null())]
    pub statement: String,
    #[diesel(select_expression = log_days::signature.assume_not_null())]
    pub signature: Vec<u8>,
    #[diesel(select_expression = log_days::public_key.assume_not_null())]
    pub public_key: Vec<u8>,
    #[diesel(select_expression = log_days::signed_at.assume_not_null())]
    pub signed_at: DateTime<Utc>,
    pub audit_rows: Option<i64>,
    pub audit_blocks: Option<Vec<u8>>,
    pub audit_root: Option<Vec<u8>>,
}

impl SignedDay {
    /// The roots of its blocks; `None` when the bytes are no whole hashes.
    pub fn block_roots(&self) -> Option<Vec<Hash>> {
        whole_hashes(&self.blocks)
    }

    /// The roots of the blocks of its audit trail; `None` when that is not covered, or the bytes are no whole hashes.
    pub fn audit_block_roots(&self) -> Option<Vec<Hash>> {
        whole_hashes(self.audit_blocks.as_ref()?)
    }
}

fn whole_hashes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| hashes.iter().map(|bytes| Hash(*bytes)).collect())
}

/// What the chain stores with an event.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = dossier_events)]
#[allow(missing_docs)]
pub struct SealColumns {
    pub hash: Option<Vec<u8>>,
    pub state_digest: Option<Vec<u8>>,
    pub personal_digest: Option<Vec<u8>>,
    pub salt: Option<Vec<u8>>,
}

/// Stored bytes as a hash.
pub fn hash(bytes: Option<&Vec<u8>>) -> Option<Hash> {
    bytes.and_then(|bytes| Hash::read(bytes))
}
