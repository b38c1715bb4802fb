//! What citizens see through the portal: procedures in force, and a dossier by its code. No key, no personal data.
//!
//! It shows what other features hold, in bodies that have no place for a person. Codes can be guessed, so nothing
//! here may say more than that a dossier exists and how it stands.

pub mod cache;
pub mod http;
pub mod json;
pub mod source;
