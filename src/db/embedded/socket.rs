//! Where the unix socket lives, and the address that clients use for it.
//!
//! It must not open a TCP port. The socket's directory is private, which is what stands in for a password.
//! Read next: `server`, which tells PostgreSQL to listen there.

use super::{account::Account, directory::make_private, error::EmbeddedError};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// Only a part of the socket's file name: nothing listens on TCP.
pub(super) const PORT: &str = "5432";
/// The role that owns everything in the cluster.
pub(super) const SUPERUSER: &str = "congkhai";
/// The socket and its lock file, both made by PostgreSQL.
pub(super) const FILES: [&str; 2] = [".s.PGSQL.5432", ".s.PGSQL.5432.lock"];
/// The most a socket path may hold: 107 bytes on Linux, 103 on macOS and the BSDs.
const LIMIT: usize = 103;

/// Makes the socket's directory: inside `root`, or under `short_base` when the path would be too long or holds a
/// character that separates addresses.
///
/// # Errors
/// When the directory cannot be made or is not private, or when even the short path is too long.
pub(super) fn prepare(root: &Path, short_base: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    let mut directory = root.join("s");
    if !usable(&directory) {
        directory = short_base.join(format!("pg-{}-{:016x}", account.uid, fnv1a(root)));
    }
    let length = socket_length(&directory);
    if length > LIMIT {
        return Err(EmbeddedError::SocketPathTooLong {
            path: directory.join(FILES[0]),
            length,
            limit: LIMIT,
        });
    }
    make_private(&directory, account)?;
    Ok(directory)
}

/// The address of one database, for libpq and for `tokio_postgres`.
pub(super) fn url(directory: &Path, database: &str) -> String {
    let host = percent_encode(directory.as_os_str().as_encoded_bytes(), b"/");
    let database = percent_encode(database.as_bytes(), b"");
    format!("postgresql://{SUPERUSER}@/{database}?host={host}&port={PORT}")
}

fn socket_length(directory: &Path) -> usize {
    directory.as_os_str().len() + "/".len() + FILES[0].len()
}

/// A comma separates hosts in libpq and directories in PostgreSQL, which also takes quotes away.
fn usable(directory: &Path) -> bool {
    socket_length(directory) <= LIMIT && directory.to_str().is_some_and(|text| !text.contains([',', '"']))
}

/// A short name that stays the same from run to run (FNV-1a, 64 bits). A clash would be seen: both use one socket.
fn fnv1a(path: &Path) -> u64 {
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn percent_encode(bytes: &[u8], also_plain: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) || also_plain.contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
