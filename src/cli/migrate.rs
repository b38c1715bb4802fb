//! `congkhai migrate`: runs the pending migrations.

use super::{Outcome, database};
use crate::config::DatabaseSettings;
use crate::db::migrate;
use clap::Args;

/// Brings the database up to date. Safe to run from several places at once: one does the work, the others wait.
#[derive(Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    database: DatabaseSettings,
}

impl Migrate {
    pub(super) fn run(self) -> Outcome {
        let opened = database::open_beside(&self.database, "postgres")?;
        let done = migrate::run(&opened.database)?;
        for name in &done {
            println!("migrated {name}");
        }
        if done.is_empty() {
            println!("up to date");
        }
        Ok(())
    }
}
