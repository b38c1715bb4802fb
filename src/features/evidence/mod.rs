//! Tamper evidence: the daily log of event hashes under signed roots, proofs of dossiers, and the check of a whole database.
//!
//! The hashes themselves are made where events are recorded (`dossiers/actions/chain`); what they cover is in `dossiers/canonical`, the
//! formats in `domain` (`hash_chain`, `merkle`, `daily_log`, `proof`) and in docs/tamper-evidence.md. `actions` closes and signs days;
//! `check` finds what was changed behind the back of the service.

pub mod actions;
pub mod check;
pub mod http;
pub mod json;
pub mod queries;
