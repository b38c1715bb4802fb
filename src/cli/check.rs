//! `congkhai check`: whether what is kept to make answers quick is what it should be.

use super::{Outcome, data_key, database};
use crate::config::{DatabaseSettings, Secret};
use crate::db::{Database, Slow};
use crate::domain::sealing::DataKeys;
use crate::features::activity::queries::delays;
use crate::features::personal::queries::rotate;
use crate::features::reports::queries::check::{self, Fault, Found};
use clap::{Args, Subcommand};

/// What can be checked.
#[derive(Subcommand)]
pub(super) enum Check {
    /// Make the counters of reports anew from every recorded state and compare. Prints a line for each that differs, and ends with
    /// status 1 if there is any. Works beside a running service
    Reports(Reports),
    /// Whether the data keys open what is kept encrypted. Prints a line for each key that was used, and ends with status 1 if one of
    /// them is missing. Works beside a running service
    DataKey(DataKey),
}

/// The database whose reports are checked.
#[derive(Args)]
pub(super) struct Reports {
    #[command(flatten)]
    database: DatabaseSettings,
}

/// The database and the keys of its service.
#[derive(Args)]
pub(super) struct DataKey {
    #[command(flatten)]
    database: DatabaseSettings,
    /// The data keys of the service; with an embedded cluster those of its data directory when not given
    #[arg(long, env = "CONGKHAI_DATA_KEY", hide_env_values = true, value_name = "KEYS")]
    data_key: Option<Secret>,
}

impl Check {
    pub(super) fn run(self) -> Outcome {
        match self {
            Self::Reports(Reports { database }) => {
                let opened = database::open_current(&database, "postgres")?;
                let database = opened.database.clone();
                actix_web::rt::System::new().block_on(reports(database))
            }
            Self::DataKey(DataKey { database, data_key }) => {
                let opened = database::open_current(&database, "postgres")?;
                let keys = data_key::known(data_key.as_ref(), &database)?;
                let database = opened.database.clone();
                actix_web::rt::System::new().block_on(sealed(database, keys.as_ref()))
            }
        }
    }
}

/// Compares the keys that were used with those that are known. A key is told by its id, which is a digest of it.
async fn sealed(database: Database, keys: Option<&DataKeys>) -> Outcome {
    let used = Slow::new(&database, 1)?.read(async |conn| rotate::keys_used(conn).await).await?;
    let mut missing = 0;
    for (key, rows) in &used {
        let Some(id) = key else {
            println!("in clear: {rows} rows, until `congkhai data-key rotate` encrypts them");
            continue;
        };
        let known = keys.is_some_and(|keys| keys.knows(id));
        missing += usize::from(!known);
        println!("data key {id}: {rows} rows, {}", if known { "known" } else { "MISSING" });
    }
    match missing {
        0 => {
            println!("no fault");
            Ok(())
        }
        _ => Err(
            "a data key is missing: set CONGKHAI_DATA_KEY to the keys that the service of this database had"
                .into(),
        ),
    }
}

async fn reports(database: Database) -> Outcome {
    let slow = Slow::new(&database, 1)?;
    let Found { counted_through, counters, faults, delays } =
        slow.snapshot(None, async |conn| check::check(conn).await).await?;
    let Some(through) = counted_through else {
        println!("nothing is counted yet: the service counts a day when it is over");
        return Ok(());
    };
    for fault in &faults {
        println!("{}", line(fault));
    }
    for delays::Fault { agency, recorded_on, occurred_on, stored, made_anew } in &delays {
        println!(
            "delays {occurred_on}, recorded on {recorded_on}: agency {agency}: {stored} of {made_anew} delays, or other ones"
        );
    }
    println!("checked {counters} counters of what was recorded through {through}");
    match faults.len() + delays.len() {
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
