//! `congkhai migrate`: runs the pending migrations.

use super::{Outcome, database};
use crate::config::DatabaseSettings;
use crate::db::{migrate, service_role};
use clap::Args;

/// Brings the database up to date. Safe to run from several places at once: one does the work, the others wait.
#[derive(Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    database: DatabaseSettings,

    /// Role that the service runs as instead of the owner of the tables: made unless it is there, and granted what the service does
    #[arg(long, env = "CONGKHAI_SERVICE_ROLE", value_name = "ROLE")]
    service_role: Option<String>,

    /// Password that the role gets
    #[arg(
        long,
        env = "CONGKHAI_SERVICE_PASSWORD",
        hide_env_values = true,
        value_name = "PASSWORD",
        requires = "service_role"
    )]
    service_password: Option<String>,
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
        if let Some(role) = &self.service_role {
            service_role::grant(&opened.database, role, self.service_password.as_deref())?;
            println!("the service may run as {role}");
        }
        Ok(())
    }
}
