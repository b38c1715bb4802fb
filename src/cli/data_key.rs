//! `congkhai data-key`: encrypts anew, with the first key, what older keys encrypted and what is in clear. Also finds the keys of a service that
//! starts.

use super::{Outcome, database};
use crate::clock::Clock;
use crate::config::{DatabaseSettings, Secret};
use crate::db::{Database, Slow, Writer};
use crate::domain::hash_chain::to_hex;
use crate::domain::sealing::{DataKeys, KEY_BYTES};
use crate::features::audit::Actor;
use crate::features::personal::actions::rotate::{self, Chunk, Table};
use clap::{Args, Subcommand};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

type AnyError = Box<dyn std::error::Error>;

/// The file of a service with an embedded cluster, in its data directory.
pub(super) const FILE: &str = "data.key";

/// The keys that encrypt personal data.
#[derive(Args)]
pub(super) struct DataKey {
    #[command(flatten)]
    database: DatabaseSettings,
    /// Keys that encrypt personal data, each 32 bytes in hexadecimal or base64, with commas between; the first encrypts. Not set: with an
    /// embedded cluster `data.key` in the data directory
    #[arg(long, env = "CONGKHAI_DATA_KEY", hide_env_values = true, value_name = "KEYS")]
    #[allow(clippy::struct_field_names)] // The flag is called so everywhere.
    data_key: Option<Secret>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Encrypt with the first key everything that older keys encrypted, and what is in clear from before encryption. Works beside a running
    /// service and goes on where it was stopped. Needs the owner of the tables
    Rotate,
}

impl DataKey {
    pub(super) fn run(self) -> Outcome {
        let Command::Rotate = self.command;
        let keys = known(self.data_key.as_ref(), &self.database)?;
        let keys =
            keys.ok_or("CONGKHAI_DATA_KEY is not set, and there is no data.key in the data directory")?;
        let opened = database::open_current(&self.database, "postgres")?;
        let database = opened.database.clone();
        actix_web::rt::System::new().block_on(rotate(database, &keys))
    }
}

/// Encrypts anew, and prints how far it has come.
async fn rotate(database: Database, keys: &DataKeys) -> Outcome {
    let (slow, writer) = (Slow::new(&database, 1)?, Writer::new(&database, 1)?);
    let (actor, now) = (Actor::command("data-key rotate"), Clock::real().now());
    let left = rotate::begin(&slow, &writer, (&actor, now), keys).await?;
    println!("the key {} encrypts", keys.id());
    let (mut sealed, mut unopened) = (0, 0);
    for (table, rows) in Table::ALL.into_iter().zip(left) {
        let mut of_table = Chunk::default();
        while let Some(chunk) = rotate::step(&writer, keys, table, &of_table).await? {
            of_table = chunk;
            println!("{}: {} of {rows}", table.name(), of_table.sealed);
        }
        sealed += of_table.sealed;
        unopened += of_table.unopened;
    }
    if unopened > 0 {
        return Err(format!(
            "{unopened} rows do not open: name the keys that encrypted them after the first"
        )
        .into());
    }
    rotate::end(&writer).await?;
    println!("encrypted {sealed} rows; no other key is needed any more, and no personal data is in clear");
    Ok(())
}

/// The keys of a command: those that are set, else that of a service with an embedded cluster. Makes none.
pub(super) fn known(set: Option<&Secret>, database: &DatabaseSettings) -> Result<Option<DataKeys>, AnyError> {
    let own = database.data_dir.join(FILE);
    match given(set) {
        Some(text) => Ok(Some(parse(text)?)),
        None if database.is_embedded() && own.exists() => Ok(Some(read(&own)?)),
        None => Ok(None),
    }
}

/// An empty variable, as a Compose file may set it, is one that is not set.
fn given(set: Option<&Secret>) -> Option<&str> {
    set.map(|Secret(text)| text.trim()).filter(|text| !text.is_empty())
}

fn parse(text: &str) -> Result<DataKeys, AnyError> {
    DataKeys::parse(text).map_err(|why| format!("CONGKHAI_DATA_KEY {why}").into())
}

/// The keys of a service: those that are set, else that of its own file, which is made when it is not there. Without either no dossiers are
/// taken, and the log says so.
pub(super) fn of_service(
    set: Option<&Secret>,
    own: Option<&Path>,
) -> Result<Option<Arc<DataKeys>>, AnyError> {
    let keys = match (given(set), own) {
        (Some(text), _) => parse(text)?,
        (None, Some(own)) if own.exists() => read(own)?,
        (None, Some(own)) => {
            log::info!("made a key that encrypts what is kept of people: {}", own.display());
            create(own)?
        }
        (None, None) => {
            log::warn!(
                "no dossiers are taken: CONGKHAI_DATA_KEY is not set (openssl rand -hex 32 makes one)"
            );
            return Ok(None);
        }
    };
    Ok(Some(Arc::new(keys)))
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
