//! Every message is one line and says what to do.

use super::super::EmbeddedError;
use std::{io, path::PathBuf};

/// A path that would break the line if it were shown as it is.
fn path() -> PathBuf {
    PathBuf::from("/data\nhere")
}

fn denied() -> io::Error {
    io::Error::from(io::ErrorKind::PermissionDenied)
}

fn says(error: &EmbeddedError, words: &str) {
    let text = error.to_string();
    assert!(text.contains(words), "{text}");
    assert!(!text.contains('\n') && text.len() < 400, "{text}");
    assert!(!text.contains("   "), "a broken literal: {text}");
}

#[test]
fn about_programs() {
    says(&EmbeddedError::NoBinaries, "apt-get install postgresql), or set PG_BIN_DIR");
    says(&EmbeddedError::NoBinaries, "or set DATABASE_URL");
    says(&EmbeddedError::NoBinariesInPgBinDir { directory: path() }, "unset it");
    let error = EmbeddedError::BinariesTooOld { found: vec![14, 13], minimum: 15 };
    says(
        &error,
        "only PostgreSQL [14, 13], and versions older than 15 are not used: install PostgreSQL 15 or newer",
    );
    let error = EmbeddedError::WrongMajor { wanted: 15, found: vec![16] };
    says(&error, "needs PostgreSQL 15, found [16]: install PostgreSQL 15");
    says(&error, "restore the dump, or choose another --data-dir");
    says(&EmbeddedError::DataTooOld { wanted: 14, minimum: 15 }, "restore the dump with PostgreSQL 15");
    says(&EmbeddedError::NoAccount, "useradd --system postgres");
    let error = EmbeddedError::CannotRun { program: path(), user: "postgres".into(), source: denied() };
    says(&error, "readable and executable for that user");
}

#[test]
fn about_directories() {
    says(&EmbeddedError::InUse { root: path() }, "in use by another process: stop that process");
    says(&EmbeddedError::NotACluster { data: path() }, "restore it from a backup");
    says(&EmbeddedError::LineBreakInPath { root: path() }, "choose another --data-dir");
    says(&EmbeddedError::SocketPathTooLong { path: path(), length: 200, limit: 103 }, "a shorter path");
    says(
        &EmbeddedError::Unreachable { blocked: path(), user: "postgres".into() },
        "such as /var/lib/congkhai",
    );
    let error = EmbeddedError::ParentNotUsable { directory: path(), parent: path(), source: denied() };
    says(&error, "give this user the right to enter and write");
    let user = "postgres".into();
    let error = EmbeddedError::NotPrivate { directory: path(), user, found_uid: 0, found_mode: 0o755 };
    says(&error, "user postgres with mode 0700, but it belongs to uid 0 with mode 0755");
    says(&EmbeddedError::NotADirectory { directory: path() }, "move it away");
    says(&EmbeddedError::Io { action: "open", path: path(), source: denied() }, "check its owner, its mode");
}

#[test]
fn about_processes() {
    let line = || "FATAL:  no".to_owned();
    says(&EmbeddedError::InitdbFailed { line: line(), log: path() }, "FATAL:  no: correct the cause");
    says(&EmbeddedError::EndedAtStart { line: line(), log: path() }, "(all of it is in \"/data\\nhere\")");
    says(&EmbeddedError::NotReadyInTime { seconds: 300, log: path() }, "not ready after 300 s");
    says(&EmbeddedError::DidNotStop { pid: 5, log: path() }, "SIGQUIT");
    says(&EmbeddedError::OrphansRemain { pids: vec![5, 6], root: path() }, "processes [5, 6]");
}
