//! The file that initdb and postgres write their messages to, and the one line of it that explains a failure.
//!
//! It is a file and never a pipe: a server whose pipe nobody reads hangs after 64 KiB.
//! It must not be written by this process.
//! Read next: `initdb` and `server`.

use super::{account::Account, error::EmbeddedError, lock::open_private};
use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::Stdio,
};

/// A log that has grown beyond this is put aside at the next start.
const ROTATE_AT: u64 = 16 << 20;
/// An error message is one line, and not a long one.
const LONGEST_LINE: usize = 300;

/// The log file, and where in it this run began.
#[derive(Debug)]
pub(super) struct ServerLog {
    pub(super) path: PathBuf,
    file: File,
    begin: u64,
}

impl ServerLog {
    /// Opens the log in `root` for appending.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(super) fn open(root: &Path, account: &Account) -> Result<ServerLog, EmbeddedError> {
        let path = root.join("postgres.log");
        if fs::symlink_metadata(&path).is_ok_and(|found| found.len() > ROTATE_AT) {
            fs::rename(&path, root.join("postgres.log.old")).map_err(EmbeddedError::io("rename", &path))?;
        }
        let mut file = open_private(OpenOptions::new().append(true).read(true), &path, account)
            .map_err(EmbeddedError::io("open", &path))?;
        let begin = file.seek(SeekFrom::End(0)).map_err(EmbeddedError::io("read", &path))?;
        Ok(ServerLog { path, file, begin })
    }

    /// The file as a child's output.
    ///
    /// # Errors
    /// When this process has no file descriptor left.
    pub(super) fn output(&self) -> Result<Stdio, EmbeddedError> {
        Ok(self.file.try_clone().map_err(EmbeddedError::io("duplicate", &self.path))?.into())
    }

    /// The line that best says why this run failed. It is read from the open file: a throw-away cluster may have
    /// removed the name already.
    pub(super) fn telling_line(&self) -> String {
        let mut bytes = Vec::new();
        let mut file = &self.file;
        let read = file.seek(SeekFrom::Start(self.begin)).and_then(|_| file.read_to_end(&mut bytes));
        match read {
            Ok(_) => telling_line_of(&String::from_utf8_lossy(&bytes)),
            Err(error) => format!("its log cannot be read ({error})"),
        }
    }
}

/// Prefers what the server calls fatal, then any error, then whatever came last.
pub(super) fn telling_line_of(text: &str) -> String {
    // Said to clients that came too early, which is nobody's error.
    let lines = || {
        text.lines().rev().map(str::trim).filter(|l| !l.is_empty() && !l.contains("the database system is "))
    };
    let from = |marks: &[&str]| {
        lines().find_map(|line| marks.iter().find_map(|mark| line.find(mark)).map(|at| line[at..].to_owned()))
    };
    let line = from(&["PANIC:", "FATAL:"])
        .or_else(|| from(&["ERROR:", "error:", "could not "]))
        .or_else(|| lines().next().map(str::to_owned))
        .unwrap_or_else(|| "it gave no reason".to_owned());
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_LINE).collect()
}
