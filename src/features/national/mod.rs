//! The national format: dossiers and steps as connectors of one-stop software send them to the national portal.
//!
//! What is sent becomes receipts and events of `dossiers`; which ones, `domain/national` says. What was last sent is kept encrypted, and shown
//! again without what is personal.

pub mod actions;
pub mod http;
pub mod json;
pub mod queries;
