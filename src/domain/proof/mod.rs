//! The proof of a dossier: its chain of events and, from the day after, the way from it to a signed root. Checked with nothing but
//! the public key.

use super::daily_log::{self, Statement};
use super::hash_chain::{FORMAT, Hash, event_hash, from_hex};
use super::merkle;
use super::signing::PublicKey;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Proof that nobody changed a dossier.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Proof {
    /// Code of the dossier.
    #[schema(example = "H51.29-220215-0001")]
    pub code: String,
    /// Its events in order of recording, from the first that has a hash: those recorded by releases before there were hashes
    /// have none.
    pub events: Vec<ProofEvent>,
    /// Hash of the latest event; null when it has none.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub head: Option<String>,
    /// The signed root that covers the chain; null for a fresh dossier, whose day is not over or not signed yet.
    pub root: Option<ProofRoot>,
}

/// An event of a proof.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ProofEvent {
    /// Its number within the dossier.
    #[schema(example = 1)]
    pub seq: i32,
    /// Hash of the event before; 64 zeros for the first.
    #[schema(example = "0000000000000000000000000000000000000000000000000000000000000000")]
    pub previous: String,
    /// What the hash covers: the event as canonical JSON (RFC 8785), to be hashed byte by byte. Personal data stands in it as salted
    /// digests; agencies and versions of procedures as their numbers in the database.
    pub canonical: String,
    /// Its hash: SHA-256 of the 32 bytes of `previous` and the bytes of `canonical`, as hexadecimal digits.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub hash: String,
}

/// The signed root of a proof, and the way to it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ProofRoot {
    /// Number of the latest event that it covers; by the chain it covers those before.
    #[schema(example = 1)]
    pub seq: i32,
    /// Place of that event in the tree of its day, from 0.
    #[schema(example = 0)]
    pub leaf_index: u64,
    /// Number of events in that tree.
    #[schema(example = 1)]
    pub tree_size: u64,
    /// Hashes that lead from the event to the root, nearest first (RFC 6962 section 2.1.1), as hexadecimal digits.
    pub path: Vec<String>,
    /// What was signed: canonical JSON with day, end of the day, number of events, root, hash of the statement before, public key.
    pub statement: String,
    /// Ed25519 signature of the bytes of the statement, as hexadecimal digits.
    pub signature: String,
}

/// What a proof proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Events of the chain.
    pub events: usize,
    /// Number of the latest of them.
    pub last: i32,
    /// Number of the latest one that a signed root covers, and the day of that root; `None`: no root covers any.
    pub covered: Option<(i32, NaiveDate)>,
}

/// What is wrong with a proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    /// It has no events.
    #[error("it has no events: the dossier was recorded before there were hashes")]
    Empty,
    /// An event does not follow the one before.
    #[error("event {0} does not follow the event before it: one was removed, inserted or changed")]
    Broken(i32),
    /// A hash is not that of its event.
    #[error("event {0} is not what its hash covers: it was changed")]
    Changed(i32),
    /// The canonical text is not of this event.
    #[error("the canonical text of event {0} is of another event, dossier or format")]
    Other(i32),
    /// The head is not the last hash.
    #[error("head is not the hash of the last event")]
    Head,
    /// The root covers no event of the chain.
    #[error("the root covers event {0}, which the proof does not have")]
    Uncovered(i32),
    /// The path leads elsewhere.
    #[error("the path does not lead from event {0} of {1} to the root of the statement")]
    Path(i32, String),
    /// The statement cannot be read.
    #[error("the statement is none: it is not canonical JSON of this format")]
    Statement,
    /// The signature is wrong.
    #[error("the statement of {0} is not signed with the given public key")]
    Signature(NaiveDate),
}

/// What a canonical text must say of its event.
#[derive(Deserialize)]
struct Said {
    v: i32,
    seq: i32,
    dossier_id: String,
}

impl Proof {
    /// Checks it with the public keys that are trusted.
    pub fn check(&self, keys: &[PublicKey]) -> Result<Proved, BadProof> {
        let last = self.events.last().ok_or(BadProof::Empty)?;
        self.chain()?;
        if self.head.as_ref() != Some(&last.hash) {
            return Err(BadProof::Head);
        }
        let covered = self.root.as_ref().map(|root| self.root_covers(root, keys)).transpose()?;
        Ok(Proved { events: self.events.len(), last: last.seq, covered })
    }

    /// Checks that each event is what its hash covers, and follows the one before.
    fn chain(&self) -> Result<(), BadProof> {
        let (mut before, mut next, mut dossier) = (Hash::ZERO, None, None);
        for event in &self.events {
            let seq = event.seq;
            if event.previous.parse() != Ok(before) || next.is_some_and(|next| next != seq) {
                return Err(BadProof::Broken(seq));
            }
            let hash = event_hash(before, &event.canonical);
            if event.hash.parse() != Ok(hash) {
                return Err(BadProof::Changed(seq));
            }
            let said: Option<Said> = serde_json::from_str(&event.canonical).ok();
            let said = said.filter(|said| said.v == FORMAT && said.seq == seq).ok_or(BadProof::Other(seq))?;
            if dossier.get_or_insert_with(|| said.dossier_id.clone()) != &said.dossier_id {
                return Err(BadProof::Other(seq));
            }
            (before, next) = (hash, Some(seq + 1));
        }
        Ok(())
    }

    /// Checks the way to the root and its signature; what it covers.
    fn root_covers(&self, root: &ProofRoot, keys: &[PublicKey]) -> Result<(i32, NaiveDate), BadProof> {
        let statement = Statement::parse(&root.statement).ok_or(BadProof::Statement)?;
        let event = self.events.iter().find(|event| event.seq == root.seq);
        let hash = event.and_then(|event| event.hash.parse().ok()).ok_or(BadProof::Uncovered(root.seq))?;
        let leaf = daily_log::leaf(&self.code, root.seq, hash);
        let path: Result<Vec<Hash>, _> = root.path.iter().map(|step| step.parse()).collect();
        let found =
            path.ok().and_then(|path| merkle::root_by_path(leaf, root.leaf_index, root.tree_size, &path));
        if found != Some(statement.root) || u64::try_from(statement.events) != Ok(root.tree_size) {
            return Err(BadProof::Path(root.seq, self.code.clone()));
        }
        let signature = from_hex(&root.signature).unwrap_or_default();
        let signed = daily_log::signed_by(keys, &statement, &root.statement, &signature);
        signed.map(|_| (root.seq, statement.day)).ok_or(BadProof::Signature(statement.day))
    }
}

#[cfg(test)]
mod tests;
