//! Keys: who calls, what they may do, and which part of the agency tree they see.
//!
//! A handler takes [`Authorized`] with the scope it needs as its first argument; without one it does not compile
//! into a keyed operation. `key` makes and reads keys, `principal` is the extractor, `actions` creates and revokes.

pub mod actions;
pub mod key;
mod principal;
pub mod queries;
pub mod scope;

pub use principal::{Authorized, Principal, Visible, token};
