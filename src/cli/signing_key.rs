//! `congkhai signing-key`: makes the key that signs the roots of the daily log, and shows its public part. Also finds the key of a
//! service that starts.

use super::Outcome;
use crate::domain::signing::{BadKey, KEY_BYTES, SecretKey};
use clap::{Args, Subcommand};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

type AnyError = Box<dyn std::error::Error>;

/// The file of a service with an embedded cluster, in its data directory.
pub(super) const FILE: &str = "signing.key";

/// The key that signs the roots of the daily log.
#[derive(Args)]
pub(super) struct SigningKey {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a key in a new file that only its owner reads, and print its public part
    Create {
        /// The new file
        file: PathBuf,
    },
    /// Print the public part of a key, for those who verify
    Public {
        /// The file; `signing.key` in the data directory when not given
        #[arg(env = "CONGKHAI_SIGNING_KEY_FILE", value_name = "FILE")]
        file: Option<PathBuf>,
        /// Directory of the embedded cluster
        #[arg(long, env = "CONGKHAI_DATA_DIR", default_value = "./.data", value_name = "DIR")]
        data_dir: PathBuf,
    },
}

impl SigningKey {
    pub(super) fn run(self) -> Outcome {
        let key = match self.command {
            Command::Create { file } => create(&file)?,
            Command::Public { file, data_dir } => {
                read(&given(file.as_deref()).map_or_else(|| data_dir.join(FILE), Path::to_path_buf))?
            }
        };
        print!("{}", key.public().pem()?);
        Ok(())
    }
}

/// An empty variable, as a Compose file may set it, is one that is not set.
fn given(file: Option<&Path>) -> Option<&Path> {
    file.filter(|file| !file.as_os_str().is_empty())
}

/// The key of a service: that of the given file, else that of its own, which is made when it is not there. Without either no roots
/// are made, and the log says so.
pub(super) fn of_service(
    file: Option<&Path>,
    own: Option<&Path>,
) -> Result<Option<Arc<SecretKey>>, AnyError> {
    let key = match (given(file), own) {
        (Some(file), _) => read(file)?,
        (None, Some(own)) if own.exists() => read(own)?,
        (None, Some(own)) => {
            log::info!("made a key that signs the daily log: {}", own.display());
            create(own)?
        }
        (None, None) => {
            log::warn!(
                "no roots of the daily log are made: CONGKHAI_SIGNING_KEY_FILE is not set (congkhai signing-key create FILE makes one)"
            );
            return Ok(None);
        }
    };
    Ok(Some(Arc::new(key)))
}

/// Reads a key.
fn read(file: &Path) -> Result<SecretKey, AnyError> {
    let name = file.display();
    let pem =
        std::fs::read_to_string(file).map_err(|why| format!("cannot read the signing key {name}: {why}"))?;
    let key = SecretKey::parse(&pem).map_err(|why| format!("the signing key {name} {why}"))?;
    let mode = std::fs::metadata(file).map_or(0, |about| about.permissions().mode());
    if mode & 0o077 != 0 {
        log::warn!("others than its owner may read the signing key {name}: chmod 600 it");
    }
    Ok(key)
}

/// Makes a key in a new file. One that is there is never overwritten: what it signed would verify no more.
fn create(file: &Path) -> Result<SecretKey, AnyError> {
    let name = file.display();
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(|why| format!("the system gives no random bytes: {why}"))?;
    let key = SecretKey::of_random(&bytes);
    let pem = key.pem().map_err(|_: BadKey| "the key cannot be written")?;
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let written = opened.and_then(|mut file| file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|why| format!("cannot make the signing key {name}: {why}"))?;
    Ok(key)
}
