//! Everything that can go wrong with the private cluster, each as one line that says what to do about it.
//!
//! It must not hold secrets, nor text with line breaks: paths are shown with `{:?}`, which escapes them, and log
//! text is reduced to one line by `server_log` before it comes here.
//! Read next: `cluster`, where most of these are returned to the caller.

use std::{io, path::PathBuf};

/// Why the private cluster could not be started or stopped. Its text is one line and ends with the way out.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Another living process holds the directory's lock.
    #[error(
        "the database directory {root:?} is in use by another process: stop that process, or choose another --data-dir"
    )]
    InUse { root: PathBuf },

    /// Nothing was found in any of the usual places.
    #[error(
        "no PostgreSQL server programs (postgres and initdb) found: install them (Debian: apt-get install \
         postgresql), or set PG_BIN_DIR to the directory that holds them, or set DATABASE_URL to use another server"
    )]
    NoBinaries,

    /// `PG_BIN_DIR` is set, so nothing else was searched, and it is of no use.
    #[error(
        "PG_BIN_DIR is {directory:?}, which holds no postgres and initdb that run: correct it, or unset it to use \
         an installed PostgreSQL, or set DATABASE_URL to use another server"
    )]
    NoBinariesInPgBinDir { directory: PathBuf },

    /// There is a PostgreSQL, but none that is new enough.
    #[error(
        "found only PostgreSQL {found:?}, and versions older than {minimum} are not used: install PostgreSQL \
         {minimum} or newer, or set PG_BIN_DIR to it, or set DATABASE_URL to use another server"
    )]
    BinariesTooOld { found: Vec<u32>, minimum: u32 },

    /// A data directory can only be opened by the major version that made it.
    #[error(
        "the data directory needs PostgreSQL {wanted}, found {found:?}: install PostgreSQL {wanted} (or set \
         PG_BIN_DIR to it), or dump it with that version and restore the dump, or choose another --data-dir"
    )]
    WrongMajor { wanted: u32, found: Vec<u32> },

    /// The data directory was made by a version that is not supported.
    #[error(
        "the data directory was made by PostgreSQL {wanted}, and versions older than {minimum} are not used: \
         dump it and restore the dump with PostgreSQL {minimum} or newer, or choose another --data-dir"
    )]
    DataTooOld { wanted: u32, minimum: u32 },

    /// There is something under the name of the data directory, but not a whole cluster.
    #[error(
        "{data:?} exists but has no readable PG_VERSION, so it is not a complete database: restore it from a \
         backup, or move it away to begin with an empty one, or choose another --data-dir"
    )]
    NotACluster { data: PathBuf },

    /// PostgreSQL writes the path into line-based files.
    #[error(
        "the path {root:?} contains a line break, which PostgreSQL cannot use: choose another --data-dir"
    )]
    LineBreakInPath { root: PathBuf },

    /// Neither the directory itself nor the short replacement can hold a socket.
    #[error(
        "the socket path {path:?} is {length} bytes long, and {limit} is the most that works: choose a --data-dir \
         with a shorter path"
    )]
    SocketPathTooLong { path: PathBuf, length: usize, limit: usize },

    /// We are root, PostgreSQL is not, and it cannot get to its directory.
    #[error(
        "running as root, PostgreSQL runs as user {user}, who may not enter {blocked:?}: choose another --data-dir \
         (such as /var/lib/congkhai), or start the service as an ordinary user"
    )]
    Unreachable { blocked: PathBuf, user: String },

    /// The directory cannot be made or entered by this user.
    #[error(
        "cannot create or enter {directory:?}, because of {parent:?} ({source}): give this user the right to enter \
         and write {parent:?}, or choose another --data-dir"
    )]
    ParentNotUsable { directory: PathBuf, parent: PathBuf, source: io::Error },

    /// Somebody else could read or change the database.
    #[error(
        "{directory:?} must belong to user {user} with mode 0700, but it belongs to uid {found_uid} with mode \
         {found_mode:04o}: correct that with chown and chmod if the directory is meant for this service only, or \
         choose another --data-dir (such as a new directory inside it)"
    )]
    NotPrivate { directory: PathBuf, user: String, found_uid: u32, found_mode: u32 },

    /// A file is in the place of a directory.
    #[error("{directory:?} is not a directory: move it away, or choose another --data-dir")]
    NotADirectory { directory: PathBuf },

    /// PostgreSQL refuses to run as root, and there is nobody else to run it.
    #[error(
        "running as root, and there is no user named postgres or nobody to run PostgreSQL as: create one (useradd \
         --system postgres), or start the service as an ordinary user"
    )]
    NoAccount,

    /// The program exists, but this user cannot run it.
    #[error(
        "cannot run {program:?} as user {user} ({source}): make it readable and executable for that user, or set \
         PG_BIN_DIR to a PostgreSQL that is"
    )]
    CannotRun { program: PathBuf, user: String, source: io::Error },

    /// Making the cluster failed.
    #[error("initdb failed: {line}: correct the cause (all of it is in {log:?}) and start again")]
    InitdbFailed { line: String, log: PathBuf },

    /// The server ended before it was ready. A throw-away cluster takes its log with it.
    #[error("postgres ended at start: {line}: correct the cause (all of it is in {log:?}) and start again")]
    EndedAtStart { line: String, log: PathBuf },

    /// The server runs but is not ready.
    #[error(
        "postgres was not ready after {seconds} s and was stopped: look into {log:?} (after a crash it may have a \
         long write-ahead log to replay) and start again"
    )]
    NotReadyInTime { seconds: u64, log: PathBuf },

    /// The server neither obeyed the fast nor the immediate shutdown.
    #[error(
        "postgres (pid {pid}) did not stop: look into {log:?}; the next start stops it, or send it SIGQUIT by hand \
         (never SIGKILL)"
    )]
    DidNotStop { pid: i32, log: PathBuf },

    /// What a killed process left behind does not go away.
    #[error(
        "processes {pids:?} of an earlier run still use {root:?} and do not stop: send them SIGQUIT by hand and \
         start again, or choose another --data-dir"
    )]
    OrphansRemain { pids: Vec<i32>, root: PathBuf },

    /// Any other failure of the file system.
    #[error(
        "cannot {action} {path:?} ({source}): check its owner, its mode and the free space, or choose another \
         --data-dir"
    )]
    Io { action: &'static str, path: PathBuf, source: io::Error },
}

impl EmbeddedError {
    /// For `map_err`: what was tried, and on what.
    pub(super) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> EmbeddedError {
        let path = path.into();
        move |source| EmbeddedError::Io { action, path, source }
    }
}
