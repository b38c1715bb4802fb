//! Makes the database cluster: once, whole, or not at all.
//!
//! It must not touch an existing data directory. The cluster is made under a name of its own and renamed when it is
//! complete and on disk, so a process killed in between leaves no half-made cluster under the real name.
//! Read next: `server`.

use super::{
    error::EmbeddedError,
    server_log::ServerLog,
    site::{Mode, Site},
    socket::SUPERUSER,
};
use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    process,
};

/// What an unfinished cluster's name begins with.
const UNFINISHED: &str = "new-";

/// Collation C cannot be broken by an update of the C library; `C.UTF-8` makes `lower('Ä')` work.
const LOCALE: [&str; 6] = [
    "--lc-collate=C",
    "--lc-ctype=C.UTF-8",
    "--lc-messages=C",
    "--lc-monetary=C",
    "--lc-numeric=C",
    "--lc-time=C",
];

/// The major version that made the cluster in `data`, or `None` when there is no cluster yet.
///
/// # Errors
/// [`EmbeddedError::NotACluster`] when something else is there.
pub(super) fn major_of(data: &Path) -> Result<Option<u32>, EmbeddedError> {
    match fs::read_to_string(data.join("PG_VERSION")) {
        // One number since version 10, such as 15; before that 9.6.
        Ok(text) => match text.trim().split('.').next().unwrap_or_default().parse() {
            Ok(major) => Ok(Some(major)),
            Err(_) => Err(EmbeddedError::NotACluster { data: data.into() }),
        },
        Err(error) if error.kind() == ErrorKind::NotFound && missing_or_empty(data) => Ok(None),
        Err(_) => Err(EmbeddedError::NotACluster { data: data.into() }),
    }
}

fn missing_or_empty(data: &Path) -> bool {
    match fs::read_dir(data) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

/// Removes what killed runs of initdb have left. What cannot be removed does no harm.
pub(super) fn remove_unfinished(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Makes the cluster of `site`.
///
/// # Errors
/// When initdb cannot be run or fails, or when the result cannot be put in its place.
pub(super) fn create(site: &Site, mode: Mode, log: &ServerLog) -> Result<(), EmbeddedError> {
    let unfinished = free_name(&site.root);
    let mut command = site.command(&site.binaries.program("initdb"));
    command
        .args(["-E", "UTF8"])
        .args(LOCALE)
        .args(["-A", "trust", "-U", SUPERUSER])
        .arg("-D")
        .arg(&unfinished);
    if mode == Mode::Durable {
        command.arg("--data-checksums");
    }
    if mode == Mode::Throwaway || cfg!(target_os = "linux") {
        // On Linux one syncfs below does it far quicker than an fsync per file.
        command.arg("--no-sync");
    }
    command.stdout(log.output()?).stderr(log.output()?);
    let status =
        site.spawn(&mut command)?.wait().map_err(EmbeddedError::io("wait for initdb in", &unfinished))?;
    if !status.success() {
        let _ = fs::remove_dir_all(&unfinished);
        return Err(EmbeddedError::InitdbFailed { line: log.telling_line(), log: log.path.clone() });
    }
    if mode == Mode::Durable {
        write_to_disk(&unfinished)?;
    }
    fs::rename(&unfinished, site.data()).map_err(EmbeddedError::io("rename", &unfinished))?;
    sync_directory(&site.root)
}

/// A name that nothing has: a leftover that could not be removed must not stand in the way.
fn free_name(root: &Path) -> PathBuf {
    let names = (0_u32..).map(|number| root.join(format!("{UNFINISHED}{}-{number}", process::id())));
    let mut free = names.filter(|path| fs::symlink_metadata(path).is_err());
    free.next().unwrap_or_else(|| root.join(UNFINISHED))
}

#[cfg(target_os = "linux")]
fn write_to_disk(directory: &Path) -> Result<(), EmbeddedError> {
    let file = File::open(directory).map_err(EmbeddedError::io("open", directory))?;
    nix::unistd::syncfs(&file).map_err(|error| EmbeddedError::io("write to disk", directory)(error.into()))
}

/// Elsewhere initdb has written every file to disk itself.
#[cfg(not(target_os = "linux"))]
fn write_to_disk(directory: &Path) -> Result<(), EmbeddedError> {
    sync_directory(directory)
}

fn sync_directory(directory: &Path) -> Result<(), EmbeddedError> {
    File::open(directory)
        .and_then(|file| file.sync_all())
        .map_err(EmbeddedError::io("write to disk", directory))
}
