//! Finds the keys that seal what is kept of people, for a service that starts.

use crate::config::Secret;
use crate::domain::hash_chain::to_hex;
use crate::domain::sealing::{DataKeys, KEY_BYTES};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

type AnyError = Box<dyn std::error::Error>;

/// The file of a service with an embedded cluster, in its data directory.
pub(super) const FILE: &str = "data.key";

/// The keys of a service: those that are set, else that of its own file, which is made when it is not there. Without either nothing is kept that
/// would have to be sealed, and the log says so.
pub(super) fn of_service(
    set: Option<&Secret>,
    own: Option<&Path>,
) -> Result<Option<Arc<DataKeys>>, AnyError> {
    // An empty variable, as a Compose file may set it, is one that is not set.
    let set = set.map(|Secret(text)| text.trim()).filter(|text| !text.is_empty());
    let keys = match (set, own) {
        (Some(text), _) => DataKeys::parse(text).map_err(|why| format!("CONGKHAI_DATA_KEY {why}"))?,
        (None, Some(own)) if own.exists() => read(own)?,
        (None, Some(own)) => {
            log::info!("made a key that encrypts what is kept of people: {}", own.display());
            create(own)?
        }
        (None, None) => {
            log::warn!(
                "nothing is taken in the national format: CONGKHAI_DATA_KEY is not set (openssl rand -hex 32 makes one)"
            );
            return Ok(None);
        }
    };
    Ok(Some(Arc::new(keys)))
}

/// The keys of a command, which makes none: those that are set, else those of the file of an embedded cluster.
pub(super) fn of_command(set: Option<&Secret>, own: Option<&Path>) -> Result<Option<DataKeys>, AnyError> {
    let set = set.map(|Secret(text)| text.trim()).filter(|text| !text.is_empty());
    match (set, own.filter(|own| own.exists())) {
        (Some(text), _) => Ok(Some(DataKeys::parse(text).map_err(|why| format!("CONGKHAI_DATA_KEY {why}"))?)),
        (None, Some(own)) => Ok(Some(read(own)?)),
        (None, None) => Ok(None),
    }
}

fn read(file: &Path) -> Result<DataKeys, AnyError> {
    let name = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|why| format!("cannot read the data key {name}: {why}"))?;
    let keys = DataKeys::parse(text.trim()).map_err(|why| format!("the data key {name} {why}"))?;
    let mode = std::fs::metadata(file).map_or(0, |about| about.permissions().mode());
    if mode & 0o077 != 0 {
        log::warn!("others than its owner may read the data key {name}: chmod 600 it");
    }
    Ok(keys)
}

/// Makes a key in a new file. One that is there is never overwritten: what it sealed would open no more.
fn create(file: &Path) -> Result<DataKeys, AnyError> {
    let name = file.display();
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(|why| format!("the system gives no random bytes: {why}"))?;
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let text = format!("{}\n", to_hex(&bytes));
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|why| format!("cannot make the data key {name}: {why}"))?;
    Ok(DataKeys::of_random(&bytes))
}
