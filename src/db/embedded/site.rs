//! What the parts of this module share about one cluster: where it is, which programs it uses, and as whom.
//!
//! It must not start anything by itself. The commands it prepares carry none of this process's environment but
//! what programs need to load, so that no secret of the service reaches the children and no `PG*` or locale
//! variable misleads them.
//! Read next: `initdb` and `server`, the users of these commands.

use super::{account::Account, binaries::Binaries, error::EmbeddedError};
use std::{
    env,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// The variables that children may have from us.
const KEPT: [&str; 4] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TZ"];

/// What the cluster is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Data that is kept: every commit is on disk before it is reported.
    Durable,
    /// Tests: quick, nothing is durable, and the directory vanishes with the process. As root, put it where everybody
    /// may write, such as [`throwaway_base`](super::throwaway_base): elsewhere its empty name stays after a kill.
    Throwaway,
}

/// One cluster's place and means.
#[derive(Debug)]
pub(super) struct Site {
    /// The real path of the private directory.
    pub(super) root: PathBuf,
    /// The directory of the unix socket.
    pub(super) sockets: PathBuf,
    pub(super) account: Account,
    pub(super) binaries: Binaries,
}

impl Site {
    /// The directory of the database itself.
    pub(super) fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// A command that runs as the cluster's user, inside its directory. `orphan` knows our children by that.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").current_dir(&self.root).stdin(Stdio::null());
        for name in KEPT {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        // Ctrl-C reaches the whole foreground group. The service must drain before its database goes.
        command.process_group(0);
        if self.account.switched {
            command.uid(self.account.uid.as_raw()).gid(self.account.gid.as_raw());
        }
        command
    }

    /// Starts a prepared command.
    ///
    /// # Errors
    /// [`EmbeddedError::CannotRun`], which names the program and the user.
    pub(super) fn spawn(&self, command: &mut Command) -> Result<Child, EmbeddedError> {
        command.spawn().map_err(|source| EmbeddedError::CannotRun {
            program: command.get_program().into(),
            user: self.account.name.clone(),
            source,
        })
    }
}
