//! `congkhai rollback`: takes the database back to an earlier migration, for the version of the service that was there before.

use super::{Outcome, database};
use crate::config::DatabaseSettings;
use crate::db::rollback::{self, Plan};
use clap::Args;

/// Reverts the migrations after a given one, all in one transaction. Without `--yes` it says what would be reverted and what would be
/// lost, and changes nothing. Every instance of the service must be stopped.
#[derive(Args)]
pub(super) struct Rollback {
    #[command(flatten)]
    database: DatabaseSettings,

    /// The migration that becomes the last, by its number, such as 000054
    #[arg(long, value_name = "NUMBER")]
    to: String,

    /// Do it
    #[arg(long)]
    yes: bool,

    /// Do it even though data is lost: make a backup first
    #[arg(long, requires = "yes")]
    lose_data: bool,
}

impl Rollback {
    pub(super) fn run(self) -> Outcome {
        let opened = database::open_beside(&self.database, "postgres")?;
        let (Plan { reverts, loses }, [reverted, lost]) = if self.yes {
            (rollback::revert(&opened.database, &self.to, self.lose_data)?, ["reverted", "lost"])
        } else {
            (rollback::plan(&opened.database, &self.to)?, ["would revert", "would lose"])
        };
        for name in &reverts {
            println!("{reverted} {name}");
        }
        for line in &loses {
            println!("{lost} {line}");
        }
        if self.yes {
            return Ok(());
        }
        let how = if loses.is_empty() { "--yes" } else { "--yes --lose-data" };
        println!("nothing was changed: add {how} to do it");
        Ok(())
    }
}
