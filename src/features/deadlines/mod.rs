//! The calculator: when would it be due? `POST /v1/public/deadlines`, without a dossier and without a key.
//!
//! It runs the engine that dates dossiers (`domain/deadline`) and stores nothing. `json` has the bodies and the checks,
//! `calculate` runs the items.

mod calculate;
pub mod http;
mod json;
