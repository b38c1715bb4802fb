//! The database of a command: the given server, or the embedded cluster.

use crate::config::DatabaseSettings;
use crate::db::embedded::{Cluster, EmbeddedError, Mode, running_url};
use crate::db::{Database, migrate};
use std::path::Path;

/// Name of the database in the embedded cluster.
const NAME: &str = "congkhai";

/// A database, with the cluster that this process runs for it.
pub(super) struct Opened {
    pub(super) database: Database,
    pub(super) cluster: Option<Cluster>,
}

/// Opens the database of the settings; the embedded cluster lies in `folder` of the data directory.
pub(super) fn open(settings: &DatabaseSettings, folder: &str) -> Result<Opened, Box<dyn std::error::Error>> {
    // An empty variable, as a Compose file may set it, is one that is not set.
    match settings.database_url.as_ref().filter(|url| !url.is_empty()) {
        Some(url) => Ok(Opened { database: Database::parse(url)?, cluster: None }),
        None => start(&settings.data_dir.join(folder)),
    }
}

/// The same for a command that has nothing to do where no service ever ran, nor before `congkhai migrate`: makes no
/// new cluster, and changes no schema of a given server.
pub(super) fn open_current(
    settings: &DatabaseSettings,
    folder: &str,
) -> Result<Opened, Box<dyn std::error::Error>> {
    let root = settings.data_dir.join(folder);
    if settings.is_embedded() && !root.exists() {
        let root = root.display();
        return Err(
            format!("no service has run in {root}: start `congkhai serve`, or name its --data-dir").into()
        );
    }
    let opened = open_beside(settings, folder)?;
    if !migrate::pending(&opened.database)?.is_empty() {
        return Err("the database is not up to date: run `congkhai migrate` first".into());
    }
    Ok(opened)
}

/// The same, but uses the cluster of a running service instead of failing on it.
pub(super) fn open_beside(
    settings: &DatabaseSettings,
    folder: &str,
) -> Result<Opened, Box<dyn std::error::Error>> {
    let root = settings.data_dir.join(folder);
    match open(settings, folder) {
        Err(error) if error.downcast_ref::<EmbeddedError>().is_some_and(is_in_use) => {
            Ok(Opened { database: Database::parse(&running_url(&root, NAME)?)?, cluster: None })
        }
        opened => opened,
    }
}

fn is_in_use(error: &EmbeddedError) -> bool {
    matches!(error, EmbeddedError::InUse { .. })
}

/// Starts the embedded cluster and brings its database up to date.
fn start(root: &Path) -> Result<Opened, Box<dyn std::error::Error>> {
    let cluster = Cluster::start(root, Mode::Durable)?;
    migrate::create_database(&Database::parse(&cluster.url("postgres"))?, NAME)?;
    let database = Database::parse(&cluster.url(NAME))?;
    for name in migrate::run(&database)? {
        log::info!("migrated {name}");
    }
    Ok(Opened { database, cluster: Some(cluster) })
}
