//! `congkhai check`: whether what is kept to make answers quick is what it should be.

use super::{Outcome, database};
use crate::config::DatabaseSettings;
use crate::db::{Database, Slow};
use crate::features::reports::queries::check::{self, Fault, Found};
use clap::{Args, Subcommand};

/// What can be checked.
#[derive(Subcommand)]
pub(super) enum Check {
    /// Make the counters of reports anew from every recorded state and compare. Prints a line for each that differs, and ends with
    /// status 1 if there is any. Works beside a running service
    Reports(Reports),
}

/// The database whose reports are checked.
#[derive(Args)]
pub(super) struct Reports {
    #[command(flatten)]
    database: DatabaseSettings,
}

impl Check {
    pub(super) fn run(self) -> Outcome {
        let Self::Reports(Reports { database }) = self;
        let opened = database::open_current(&database, "postgres")?;
        let database = opened.database.clone();
        actix_web::rt::System::new().block_on(reports(database))
    }
}

async fn reports(database: Database) -> Outcome {
    let slow = Slow::new(&database, 1)?;
    let Found { counted_through, counters, faults } =
        slow.snapshot(None, async |conn| check::check(conn).await).await?;
    let Some(through) = counted_through else {
        println!("nothing is counted yet: the service counts a day when it is over");
        return Ok(());
    };
    for fault in &faults {
        println!("{}", line(fault));
    }
    println!("checked {counters} counters of what was recorded through {through}");
    match faults.len() {
        0 => {
            println!("no fault");
            Ok(())
        }
        1 => Err("1 fault: a counter is not what the recorded states say".into()),
        n => Err(format!("{n} faults: counters are not what the recorded states say").into()),
    }
}

fn line(fault: &Fault) -> String {
    let Fault { grain, starts, known_on, agency, procedure, measure, stored, made_anew } = fault;
    let known = known_on.map(|day| format!(", recorded on {day}")).unwrap_or_default();
    format!(
        "{grain} {starts}{known}: agency {agency}, procedure {procedure}, measure {measure}: {stored} instead of {made_anew}"
    )
}
