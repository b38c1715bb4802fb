//! One process per directory: a file lock that ends with the process, however it ends.
//!
//! It must not be relied upon over NFS. PostgreSQL does not inherit it, so a server that outlives its owner is not
//! protected by it; that is what `orphan` is for.
//! Read next: `orphan`.

use super::{account::Account, error::EmbeddedError};
use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{OpenOptionsExt, fchown},
    path::Path,
    thread,
    time::Duration,
};

/// The name of the lock file in a cluster's directory.
pub(super) const FILE: &str = "lock";

/// Held as long as the directory is ours.
#[derive(Debug)]
pub(super) struct DirectoryLock(File);

impl DirectoryLock {
    /// Takes the lock, or says at once that somebody else has it.
    ///
    /// # Errors
    /// [`EmbeddedError::InUse`], or that the file cannot be opened or locked.
    pub(super) fn take(root: &Path, account: &Account) -> Result<DirectoryLock, EmbeddedError> {
        let path = root.join(FILE);
        let file = open_private(OpenOptions::new().write(true), &path, account)
            .map_err(EmbeddedError::io("open", &path))?;
        // Not one try only: a child that was just forked holds a copy of the file until it becomes postgres,
        // even when the process that forked it has been killed or has let go of its lock.
        for _ in 0..10 {
            match file.try_lock() {
                Ok(()) => return Ok(DirectoryLock(file)),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
                Err(TryLockError::Error(error)) => return Err(EmbeddedError::io("lock", path)(error)),
            }
        }
        Err(EmbeddedError::InUse { root: root.into() })
    }
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        // Closing is not enough while a child that was just forked still has a copy.
        let _ = self.0.unlock();
    }
}

/// Opens or makes a file for the owner only. As root it is given to the account, so that this account may later use
/// the directory by itself, and a link put in its place is not followed.
pub(super) fn open_private(options: &mut OpenOptions, path: &Path, account: &Account) -> io::Result<File> {
    let file = options.create(true).mode(0o600).custom_flags(nix::libc::O_NOFOLLOW).open(path)?;
    if account.switched {
        fchown(&file, Some(account.uid.as_raw()), Some(account.gid.as_raw()))?;
    }
    Ok(file)
}
