//! Keys: who calls, what they may do, and which part of the agency tree they see.
//!
//! A handler takes [`Authorized`] with the scope it needs as its first argument; without one it does not compile
//! into a keyed operation. `key` makes and reads keys, `principal` is the extractor, `actions` creates, replaces and revokes, `uses`
//! remembers when keys were used; `http` and `json` are the operations on keys.

pub mod actions;
pub mod http;
pub mod json;
pub mod key;
mod principal;
pub mod queries;
pub mod scope;
pub mod uses;
mod visible;

pub use principal::{Authorized, Principal, token};
pub use visible::Visible;
