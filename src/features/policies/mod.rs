//! Policies (`/v1/policies`): the choices where law, practice and the national index differ, as data per procedure or
//! agency, with validity and the text that sets them.
//!
//! What the choices mean and which policy holds is in `domain/policy`; a dossier keeps what held when it was received.

pub mod actions;
pub mod cache;
pub mod http;
mod json;
pub mod queries;
