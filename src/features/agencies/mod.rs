//! Agencies (cơ quan, đơn vị): the tree, their codes old and new, validity, successors, and who watches whom.
//!
//! The tree is small and read with every request, so each process keeps it in memory (`cache`); reads are answered
//! from there. Agencies are never deleted.

pub mod actions;
pub mod cache;
pub mod http;
pub mod json;
pub mod queries;
