//! The directory of a cluster: made, given to the right user, and checked to be nobody else's.
//!
//! It must not repair a directory that is open to others: it says so and stops, because somebody may already have
//! changed what is in it.
//! Read next: `socket` (the second such directory) and `lock` (who may use it).

use super::{account::Account, error::EmbeddedError};
use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt, MetadataExt, lchown},
    path::{Path, PathBuf},
};

/// Makes `root` if need be, checks it, and returns its real path.
///
/// # Errors
/// When the path cannot be used, reached by `account`, or is not private to it.
pub(super) fn prepare_root(root: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    let root = std::path::absolute(root).map_err(EmbeddedError::io("resolve", root))?;
    // An operator may point a link at another disk. Its target is checked like any other directory.
    let root = fs::canonicalize(&root).unwrap_or(root);
    if root.as_os_str().as_encoded_bytes().contains(&b'\n') {
        return Err(EmbeddedError::LineBreakInPath { root });
    }
    check_reachable(&root, account)?;
    if let Some(parent) = root.parent() {
        fs::create_dir_all(parent).map_err(|source| cannot_make(&root, source))?;
    }
    make_private(&root, account)?;
    let root = fs::canonicalize(&root).map_err(EmbeddedError::io("resolve", &root))?;
    // Again: the parents made above follow our umask, and `..` and links are resolved only now.
    check_reachable(&root, account)?;
    Ok(root)
}

/// Makes one directory with mode 0700 for `account`, or checks that an existing one is like that.
///
/// # Errors
/// When it cannot be made, or when it belongs to another user or is open to others.
pub(super) fn make_private(directory: &Path, account: &Account) -> Result<(), EmbeddedError> {
    match fs::DirBuilder::new().mode(0o700).create(directory) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(cannot_make(directory, error)),
    }
    let mut found = fs::symlink_metadata(directory).map_err(EmbeddedError::io("read", directory))?;
    if account.switched && is_fresh(directory, &found) {
        lchown(directory, Some(account.uid.as_raw()), Some(account.gid.as_raw()))
            .map_err(EmbeddedError::io("change the owner of", directory))?;
        found = fs::symlink_metadata(directory).map_err(EmbeddedError::io("read", directory))?;
    }
    if !found.is_dir() {
        return Err(EmbeddedError::NotADirectory { directory: directory.into() });
    }
    if found.uid() != account.uid.as_raw() || found.mode() & 0o777 != 0o700 {
        return Err(EmbeddedError::NotPrivate {
            directory: directory.into(),
            user: account.name.clone(),
            found_uid: found.uid(),
            found_mode: found.mode() & 0o7777,
        });
    }
    Ok(())
}

/// Just made by root, now or in a run that was killed before it could hand the directory over.
fn is_fresh(directory: &Path, found: &fs::Metadata) -> bool {
    found.is_dir()
        && found.uid() == 0
        && found.mode() & 0o777 == 0o700
        && fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
}

/// Finds the parent that keeps PostgreSQL out when it runs as another user than this process.
fn check_reachable(root: &Path, account: &Account) -> Result<(), EmbeddedError> {
    if !account.switched {
        return Ok(());
    }
    let mut parents: Vec<&Path> = root.ancestors().skip(1).collect();
    parents.reverse();
    for parent in parents {
        // One that is not there yet is made by us and checked afterwards. A file is reported when making fails.
        let Some(found) = fs::metadata(parent).ok().filter(fs::Metadata::is_dir) else {
            return Ok(());
        };
        if !account.may_enter(found.uid(), found.gid(), found.mode()) {
            return Err(EmbeddedError::Unreachable { blocked: parent.into(), user: account.name.clone() });
        }
    }
    Ok(())
}

/// Names the parent that is to blame: the nearest one that can be seen at all.
fn cannot_make(directory: &Path, source: io::Error) -> EmbeddedError {
    let seen = directory.ancestors().skip(1).find_map(|parent| Some((parent, fs::metadata(parent).ok()?)));
    match (seen, source.kind()) {
        (Some((parent, found)), _) if !found.is_dir() => {
            EmbeddedError::NotADirectory { directory: parent.into() }
        }
        (Some((parent, _)), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            EmbeddedError::ParentNotUsable { directory: directory.into(), parent: parent.into(), source }
        }
        _ => EmbeddedError::Io { action: "create", path: directory.into(), source },
    }
}
