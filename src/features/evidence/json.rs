//! Bodies of the evidence operations. A proof is that of `domain/proof`: what is sent is what can be checked.

use super::queries::proof::Logged;
use super::queries::{SealColumns, SignedDay, hash, log};
use crate::domain::daily_log;
use crate::domain::hash_chain::{Hash, to_hex};
use crate::domain::local_time::{Day, Instant};
use crate::domain::merkle;
use crate::domain::proof::{Proof, ProofEvent, ProofRoot};
use crate::features::dossiers::canonical;
use crate::features::dossiers::queries::EventRow;
use crate::http::export::ListRow;
use crate::http::list::paged;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// The signed root of a day of the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Root)]
pub struct RootBody {
    /// The local day.
    pub day: NaiveDate,
    /// Its end. It covers the events that were recorded before, and not before the end of the day before.
    pub until: Instant,
    /// Number of these events.
    pub events: i64,
    /// Root of the Merkle tree over them (RFC 6962), as hexadecimal digits.
    #[schema(example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    pub root: String,
    /// Number of the rows of the audit trail that were recorded in the same span; null: signed before these were covered.
    pub audit_rows: Option<i64>,
    /// Root of the Merkle tree over them, as hexadecimal digits.
    #[schema(example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    pub audit_root: Option<String>,
    /// What was signed: canonical JSON (RFC 8785) with day, end, numbers, roots, hash of the statement before, public key. To be
    /// verified byte by byte.
    pub statement: String,
    /// Ed25519 signature of the bytes of the statement, as hexadecimal digits.
    pub signature: String,
    /// Public key of the signature, its 32 bytes as hexadecimal digits. Trust the one that you were given, not this one.
    #[schema(example = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")]
    pub public_key: String,
    /// When it was signed.
    pub signed_at: Instant,
}

paged! {
    /// Filters of the list of roots.
    RootFilter {
        /// Of this day or later.
        pub from: Option<Day>,
        /// Of this day or earlier.
        pub to: Option<Day>,
    }
}

impl RootFilter {
    /// The days that are wanted.
    pub fn bounds(&self) -> log::Bounds {
        (self.from.map(Day::date), self.to.map(Day::date))
    }
}

impl ListRow for RootBody {}

impl RootBody {
    /// Shows a signed day.
    pub fn new(day: SignedDay) -> Self {
        Self {
            day: day.day,
            until: day.until.into(),
            events: day.events,
            root: to_hex(&day.root),
            audit_rows: day.audit_rows,
            audit_root: day.audit_root.as_deref().map(to_hex),
            statement: day.statement,
            signature: to_hex(&day.signature),
            public_key: to_hex(&day.public_key),
            signed_at: day.signed_at.into(),
        }
    }
}

/// The proof of a dossier.
pub fn proof(code: &str, events: &[(EventRow, SealColumns)], logged: Option<Logged>) -> Proof {
    let (mut before, mut shown) = (Hash::ZERO, vec![]);
    for (row, seal) in events {
        let own = hash(seal.hash.as_ref()).unwrap_or(Hash::ZERO);
        let state = hash(seal.state_digest.as_ref()).unwrap_or(Hash::ZERO);
        let canonical = canonical::event(row, state, hash(seal.personal_digest.as_ref()));
        let (previous, hash) = (before.to_string(), own.to_string());
        shown.push(ProofEvent { seq: row.seq, previous, canonical, hash });
        before = own;
    }
    let head = shown.last().map(|event| event.hash.clone());
    Proof { code: code.to_owned(), events: shown, head, root: logged.and_then(root) }
}

/// The way from an event to the root of its day; `None` when the day was changed by hand.
fn root(logged: Logged) -> Option<ProofRoot> {
    let Logged { day, seq, position, block } = logged;
    let leaves: Option<Vec<Hash>> =
        block.iter().map(|(code, seq, hash)| Some(daily_log::leaf(code, *seq, Hash::read(hash)?))).collect();
    let path = merkle::path_of_blocks(&day.block_roots()?, &leaves?, usize::try_from(position).ok()?)?;
    Some(ProofRoot {
        seq,
        leaf_index: u64::try_from(position).ok()?,
        tree_size: u64::try_from(day.events).ok()?,
        path: path.iter().map(ToString::to_string).collect(),
        signature: to_hex(&day.signature),
        statement: day.statement,
    })
}
