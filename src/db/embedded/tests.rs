//! Tests of the private cluster with a real PostgreSQL. They pass as root and as an ordinary user.
//!
//! They must not share directories, must not wait a fixed time for something to happen, and must leave nothing in
//! `/tmp`. Read next: `support`, `owner`.

mod durable;
mod killed;
mod messages;
mod owner;
mod refusals;
mod rules;
mod support;
mod throwaway;
