//! A private PostgreSQL cluster, run as a child process: what the service uses when no server is given to it.
//!
//! It runs the PostgreSQL that is installed on the machine and listens on a unix socket only, in a directory that
//! nobody else can enter; hence there is no password. A [`Mode::Durable`] cluster is a full database: what it has
//! committed survives `kill -9` of this process, of PostgreSQL, or of both. A [`Mode::Throwaway`] cluster is for
//! tests: quick, not durable, and it removes itself however the process ends.
//!
//! It must not download anything, open a TCP port, turn durability off for a durable cluster, or know about
//! tables, migrations and pools. What follows the start is the same code as for a given `DATABASE_URL`.
//!
//! On disk, `root` holds `lock`, `data/`, `s/` (the socket) and `postgres.log`.
//!
//! Read next: `cluster` (the public type), `server` (starting and stopping the process), `orphan` (what a killed
//! process leaves behind), `directory` and `socket` (where it lives), `binaries` (which PostgreSQL), `error`.

mod account;
mod binaries;
mod cluster;
mod directory;
mod error;
mod initdb;
mod liveness;
mod lock;
mod orphan;
mod server;
mod server_log;
mod site;
mod socket;
mod throwaway;

pub use binaries::{Binaries, MINIMUM_MAJOR, find_binaries};
pub use cluster::{Cluster, running_url};
pub use error::EmbeddedError;
pub use liveness::Liveness;
pub use site::Mode;
pub use throwaway::{sweep, throwaway_base};

#[cfg(test)]
mod tests;
