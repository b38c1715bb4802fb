//! The words of the contract with their labels: what a portal shows for a status, an event, a level, a channel, a timing state, a quality check.
//!
//! The words are in `domain/vocabulary`. Nothing here is read from the database.

pub mod http;
mod json;
