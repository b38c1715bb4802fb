//! The first floor: three doors to PostgreSQL, and nothing of HTTP.
//!
//! [`Reader`] for point reads and the overdue feed, [`Slow`] for lists, counts and exports of any shape, [`Writer`] for
//! transactions. A feature chooses a door; it never opens a connection of its own. Read `error` next, for what
//! may go wrong, then the doors; `together` is how `Reader` asks for many at once, `export` how `Slow` gives whole lists. `replica` says whether one is fresh enough for the public, `leader` chooses one among
//! processes, `service_role` says what a role may do that does not own the tables, `rollback` goes back to an earlier migration, `expiry` deletes what is old, `embedded` is the private cluster that runs when no `DATABASE_URL` is set.

mod connect;
pub mod embedded;
mod error;
pub mod expiry;
mod export;
mod failure;
pub mod fingerprint;
pub mod later;
pub mod leader;
pub mod like;
pub mod migrate;
mod once;
pub mod page;
mod prepared;
mod reader;
mod replica;
pub mod rollback;
#[rustfmt::skip]
pub mod schema;
pub mod service_role;
mod slow;
mod together;
mod words;
mod writer;

pub use connect::{BadDatabaseUrl, Database};
pub use error::{Constraint, DbError};
pub use export::{Export, RowSender, Rows, WholeList};
pub use failure::Failure;
pub use fingerprint::Fingerprint;
pub use once::{Answer, Given, KEPT, Once, Terms};
pub use prepared::Prepared;
pub use reader::Reader;
pub use replica::{NotUsed, Replica};
pub use slow::{Slow, look_back};
pub use together::Question;
pub use writer::{End, Transaction, Writer, step};

/// How many connections the pools may hold. Readers have one per worker on top.
#[derive(Clone, Copy, Debug)]
pub struct PoolSizes {
    /// Of [`Slow`].
    pub slow: usize,
    /// Of [`Writer`].
    pub writer: usize,
}

/// How a pool stands.
#[derive(Clone, Copy, Debug)]
pub struct PoolState {
    /// Most connections it may hold.
    pub limit: usize,
    /// Connections it holds.
    pub size: usize,
    /// Of these, how many are free.
    pub available: usize,
    /// Requests that wait for one.
    pub waiting: usize,
}
