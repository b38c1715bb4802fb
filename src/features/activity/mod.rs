//! Who records, how much and how soon: the activity of agencies, those among them that fall silent.
//!
//! What is counted, expected and in time is defined in `domain/activity`. It belongs to agencies in the API and is a
//! feature of its own because it reads events and not the tree.

pub mod http;
pub mod json;
pub mod queries;
