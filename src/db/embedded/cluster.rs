//! The public type: one private cluster, from its start to its stop.
//!
//! Start it first thing in `main`, before the runtime and any thread, and stop it after the pool is gone.
//! It must not do the work itself: this file is the order of the steps.
//! Read next: `directory`, `lock`, `orphan`, `initdb`, `server`, in that order.

use super::{
    account::Account,
    binaries::find_binaries,
    directory,
    error::EmbeddedError,
    initdb,
    liveness::Liveness,
    lock::DirectoryLock,
    orphan,
    server::Server,
    server_log::ServerLog,
    site::{Mode, Site},
    socket,
};
use std::{fs, path::Path};

/// A running private PostgreSQL. Dropping it stops it.
#[derive(Debug)]
pub struct Cluster {
    site: Site,
    server: Server,
    mode: Mode,
    /// `None` after `stop`: the directory is free for the next one.
    lock: Option<DirectoryLock>,
}

impl Cluster {
    /// Starts the cluster in `root`, which is made with mode 0700 if it does not exist. Takes about a second the
    /// first time and a twentieth of that later; longer after a crash.
    ///
    /// # Errors
    /// See [`EmbeddedError`]; every message says what to do.
    pub fn start(root: &Path, mode: Mode) -> Result<Cluster, EmbeddedError> {
        let account = Account::of_this_process()?;
        let root = directory::prepare_root(root, &account)?;
        let lock = DirectoryLock::take(&root, &account)?;
        let major = initdb::major_of(&root.join("data"))?;
        let binaries = find_binaries(major)?;
        let sockets = socket::prepare(&root, Path::new("/tmp"), &account)?;
        let site = Site { root, sockets, account, binaries };
        orphan::clear(&site)?;
        initdb::remove_unfinished(&site.root);
        let log = ServerLog::open(&site.root, &site.account)?;
        if major.is_none() {
            log::info!("making a PostgreSQL {} cluster in {}", site.binaries.major, site.root.display());
            initdb::create(&site, mode, &log)?;
        }
        let server = Server::start(&site, mode, &log)?;
        log::info!("PostgreSQL {} runs in {}", site.binaries.major, site.root.display());
        Ok(Cluster { site, server, mode, lock: Some(lock) })
    }

    /// The address of one of its databases, for libpq and `tokio_postgres`. The role is the superuser `congkhai`, and
    /// there is no password. The database `postgres` always exists.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        socket::url(&self.site.sockets, database)
    }

    /// The process id of the PostgreSQL server, or `None` when it has ended.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.server.pid()
    }

    /// False once PostgreSQL has ended, whatever the reason.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.server.liveness.is_alive()
    }

    /// The same question for other threads, such as the readiness check.
    #[must_use]
    pub fn liveness(&self) -> Liveness {
        self.server.liveness.clone()
    }

    /// Stops the cluster: ends the sessions, writes a checkpoint, waits. Can take long on a slow disk. A second call
    /// does nothing. Afterwards the directory is free; a throw-away cluster's directory is gone.
    ///
    /// # Errors
    /// [`EmbeddedError::DidNotStop`] when it obeys neither the fast nor the immediate shutdown.
    pub fn stop(&mut self) -> Result<(), EmbeddedError> {
        let Some(_released_at_the_end) = self.lock.take() else {
            return Ok(());
        };
        self.server.stop()?;
        if self.mode == Mode::Throwaway {
            // Root made the name in a directory where the guard's user may be unable to remove it.
            let _ = fs::remove_dir_all(&self.site.root);
        }
        if !self.site.sockets.starts_with(&self.site.root) {
            // It is empty now. Inside `root` it may stay.
            let _ = fs::remove_dir(&self.site.sockets);
        }
        Ok(())
    }
}

/// The address of a database of a cluster that another process runs in `root`, for a command beside the server.
///
/// # Errors
/// When the directory or its socket directory is not ours.
pub fn running_url(root: &Path, database: &str) -> Result<String, EmbeddedError> {
    let account = Account::of_this_process()?;
    let root = directory::prepare_root(root, &account)?;
    let sockets = socket::prepare(&root, Path::new("/tmp"), &account)?;
    Ok(socket::url(&sockets, database))
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            log::error!("{error}");
        }
    }
}
