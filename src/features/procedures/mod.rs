//! Administrative procedures (thủ tục hành chính): what is needed to receive a dossier.
//!
//! A procedure is a row of versions whose validity never overlaps. A change writes a new version; a dossier stays
//! bound to the version in force on its day of receipt.

pub mod actions;
pub mod cache;
pub mod http;
pub mod json;
pub mod listing;
pub mod names;
pub mod queries;
