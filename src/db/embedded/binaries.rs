//! Finds the PostgreSQL server programs that are installed on this machine.
//!
//! It must not download or install anything. `PG_BIN_DIR` wins over everything; otherwise `PATH`, `pg_config` and
//! the usual places of the distributions are searched.
//! Read next: `initdb` and `server`, which run what is found here.

use super::error::EmbeddedError;
use std::{
    cmp::Reverse,
    collections::HashSet,
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Versions older than this are not used: the schema and the settings are only tested from here on.
pub const MINIMUM_MAJOR: u32 = 15;

/// Where distributions put one directory per major version: parent, start of the name, what follows.
const USUAL_PLACES: [(&str, &str, &str); 7] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// One installed PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The directory that holds `postgres` and `initdb`, and usually `psql` and `pg_dump`.
    pub directory: PathBuf,
    /// Its major version, such as 15.
    pub major: u32,
}

impl Binaries {
    /// The path of one program, such as `psql`. Whether it exists is not checked.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

/// The part of the environment that decides where to look. An argument, because tests run in parallel.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub(super) pg_bin_dir: Option<OsString>,
    pub(super) path: Option<OsString>,
}

impl Places {
    fn of_this_process() -> Places {
        Places { pg_bin_dir: env::var_os("PG_BIN_DIR"), path: env::var_os("PATH") }
    }

    fn pg_bin_dir(&self) -> Option<PathBuf> {
        self.pg_bin_dir.as_ref().filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// Directories that hold both programs, best first, each once.
    fn directories(&self) -> Vec<PathBuf> {
        let candidates =
            self.pg_bin_dir().map_or_else(|| self.usual_directories(), |directory| vec![directory]);
        let mut seen = HashSet::new();
        candidates
            .into_iter()
            // `postgres` in PATH may be a link to where its sisters are.
            .filter_map(|directory| {
                Some(fs::canonicalize(directory.join("postgres")).ok()?.parent()?.to_path_buf())
            })
            .filter(|directory| directory.join("initdb").exists() && seen.insert(directory.clone()))
            .collect()
    }

    fn usual_directories(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = self.path.iter().flat_map(env::split_paths).collect();
        // It comes with the development files and may name a directory without a server.
        let pg_config =
            found.iter().map(|directory| directory.join("pg_config")).find(|program| program.is_file());
        if let Some(output) = pg_config.and_then(|program| output_of(&program, "--bindir")) {
            found.push(output.trim().into());
        }
        for (parent, start, tail) in USUAL_PLACES {
            for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
                if entry.file_name().to_string_lossy().starts_with(start) {
                    found.push(entry.path().join(tail));
                }
            }
        }
        found
    }
}

/// Finds the programs of major version `want_major`, or the newest when it is `None`.
///
/// # Errors
/// When none are found, when they are older than [`MINIMUM_MAJOR`], or when only other versions are there.
pub fn find_binaries(want_major: Option<u32>) -> Result<Binaries, EmbeddedError> {
    find_in(&Places::of_this_process(), want_major)
}

pub(super) fn find_in(places: &Places, want_major: Option<u32>) -> Result<Binaries, EmbeddedError> {
    let found = places
        .directories()
        .into_iter()
        .filter_map(|directory| Some(Binaries { major: major_of(&directory)?, directory }))
        .collect();
    choose(found, want_major, places.pg_bin_dir())
}

/// The rule, apart from the file system: `found` is what is there, best place first.
pub(super) fn choose(
    mut found: Vec<Binaries>,
    want_major: Option<u32>,
    pg_bin_dir: Option<PathBuf>,
) -> Result<Binaries, EmbeddedError> {
    let minimum = MINIMUM_MAJOR;
    if let Some(wanted) = want_major.filter(|major| *major < minimum) {
        return Err(EmbeddedError::DataTooOld { wanted, minimum });
    }
    // A stable sort: within one version the better place stays first.
    found.sort_by_key(|binaries| Reverse(binaries.major));
    let mut majors: Vec<u32> = found.iter().map(|binaries| binaries.major).collect();
    majors.dedup();
    let fits = |major: u32| want_major.map_or(major >= minimum, |wanted| wanted == major);
    if let Some(binaries) = found.into_iter().find(|binaries| fits(binaries.major)) {
        return Ok(binaries);
    }
    Err(match (want_major, pg_bin_dir) {
        (_, Some(directory)) if majors.is_empty() => EmbeddedError::NoBinariesInPgBinDir { directory },
        (Some(wanted), _) => EmbeddedError::WrongMajor { wanted, found: majors },
        (None, _) if majors.is_empty() => EmbeddedError::NoBinaries,
        (None, _) => EmbeddedError::BinariesTooOld { found: majors, minimum },
    })
}

/// Reads "postgres (PostgreSQL) 15.18 (Debian ...)" or "postgres (PostgreSQL) 18beta1".
pub(super) fn parse_major(version: &str) -> Option<u32> {
    version.split_whitespace().nth(2)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn major_of(directory: &Path) -> Option<u32> {
    parse_major(&output_of(&directory.join("postgres"), "--version")?)
}

fn output_of(program: &Path, argument: &str) -> Option<String> {
    let output =
        Command::new(program).arg(argument).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
