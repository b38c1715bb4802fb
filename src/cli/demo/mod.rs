//! `congkhai demo`: the service on a database of its own, filled with a district that could be.
//!
//! `data` reads agencies and procedures, `plan` says how many dossiers stand in each state, `generate` makes them, `disclose` says what
//! is disclosed, `load` stores them through the same actions as the API.

mod data;
mod disclose;
mod generate;
mod load;
mod people;
mod plan;
mod random;

use super::{Outcome, data_key, database, serve, signing_key};
use crate::clock::Clock;
use crate::config::{DatabaseSettings, ServerSettings};
use crate::db::embedded::Cluster;
use crate::db::{Database, Reader, Writer};
use crate::domain::local_time::Instant;
use crate::domain::sealing::DataKeys;
use crate::domain::vocabulary::{Plan, Scope, Status, TimingState};
use crate::features::Shared;
use crate::features::agencies::queries as agencies;
use crate::features::audit::Actor;
use crate::features::auth::Visible;
use crate::features::auth::actions::{self, NewKey};
use crate::features::auth::key::Key;
use crate::features::auth::queries::Which;
use crate::features::calendar;
use crate::features::dossiers::queries::{self as dossiers, list};
use crate::features::evidence::queries::log;
use crate::features::overdue::queries::mirror::Moment;
use chrono::TimeDelta;
use clap::Args;
use generate::DISTRICT;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// When the clock of the demonstration starts.
const START: &str = "2022-02-15T10:00:00+07:00";
/// Name of the keys it makes; each start revokes those of the starts before.
const KEY_NAME: &str = "demo";

/// The file of its signing key, in the data directory.
const SIGNING_KEY: &str = "demo-signing.key";

/// The file of the key that encrypts what it keeps of its people.
const DATA_KEY: &str = "demo-data.key";

/// A demonstration on an embedded cluster of its own, in `demo` of the data directory. What you change stays.
#[derive(Args)]
pub(super) struct Demo {
    /// Directory of the embedded cluster
    #[arg(long, env = "CONGKHAI_DATA_DIR", default_value = "./.data", value_name = "DIR")]
    data_dir: PathBuf,
    #[command(flatten)]
    server: ServerSettings,
    /// What the clock shows at the start: an instant, or `real` for the time of this machine
    #[arg(long, default_value = START, value_parser = now, value_name = "INSTANT")]
    now: Now,
}

#[derive(Clone, Copy, Debug)]
enum Now {
    Real,
    At(Instant),
}

fn now(text: &str) -> Result<Now, String> {
    if text == "real" {
        return Ok(Now::Real);
    }
    text.parse().map(Now::At).map_err(|e: crate::domain::local_time::BadInstant| format!("{e}, or `real`"))
}

/// What the demonstration prints.
struct Ready {
    key: String,
    counts: Vec<(Status, TimingState, i64)>,
    overdue_code: Option<String>,
    clock: Clock,
    /// What it showed when the dossiers were counted.
    counted_at: Instant,
}

impl Demo {
    pub(super) fn run(self) -> Outcome {
        let settings = DatabaseSettings { database_url: None, data_dir: self.data_dir };
        let door = serve::listen(&self.server)?;
        let mut opened = database::open(&settings, "demo")?;
        // Never that of a service: what it says happened did not.
        let own = settings.data_dir.join(SIGNING_KEY);
        let signer = signing_key::of_service(self.server.signing_key_file.as_deref(), Some(&own))?;
        let own = settings.data_dir.join(DATA_KEY);
        let data_keys = data_key::of_service(self.server.data_key.as_ref(), Some(&own))?;
        let keys = data_keys.as_deref().ok_or("the demonstration has no data key")?;
        let prepared = prepare(opened.database.clone(), keys, self.now);
        let ready = actix_web::rt::System::new().block_on(prepared)?;
        let shared = serve::shared(&opened.database, &self.server, ready.clock.clone())?;
        let shared = Shared { signer, data_keys, ..shared };
        let liveness = opened.cluster.as_ref().map(Cluster::liveness);
        let served =
            serve::until_stopped(&self.server, door, shared, liveness, |address| ready.print(address));
        if let Some(cluster) = &mut opened.cluster {
            cluster.stop()?;
        }
        served
    }
}

/// Loads the data unless it is there, sets the clock, makes a key and counts.
async fn prepare(
    database: Database,
    keys: &DataKeys,
    wanted: Now,
) -> Result<Ready, Box<dyn std::error::Error>> {
    let start: Instant = START.parse()?;
    let reader = Reader::new(database.clone());
    let writer = Writer::new(&database, 1)?;
    let mut tree = reader.read(async |conn| agencies::tree(conn).await).await?;
    if tree.find(DISTRICT).is_none() {
        println!("Loading the demonstration ...");
        load::load(&writer, keys, (start, "2021-03-08T08:00:00+07:00".parse()?)).await?;
        tree = reader.read(async |conn| agencies::tree(conn).await).await?;
    }
    let clock = match wanted {
        Now::Real => Clock::real(),
        // Never before what earlier starts have recorded, nor on a day whose log they have closed.
        Now::At(at) => {
            let latest = reader.read(async |conn| dossiers::latest_record(conn).await).await?;
            let closed = reader.read(async |conn| log::latest_boundary(conn).await).await?;
            let latest = latest.max(closed);
            Clock::starting_at(
                latest.map_or(at, |latest| at.max(Instant::from(latest) + TimeDelta::seconds(1))),
            )
        }
    };
    let counted_at = clock.now();
    let actor = Actor::command("demo");
    let roots = tree.find(DISTRICT).map(|district| vec![district.id]);
    let new = NewKey {
        name: KEY_NAME.into(),
        scopes: Scope::ALL.to_vec(),
        roots,
        expires_at: None,
        plan: Plan::Unmetered,
    };
    actions::revoke(&writer, &actor, counted_at, Which::Named(KEY_NAME)).await?;
    let key = actions::create(&writer, &actor, counted_at, new, Key::generate()?).await?.reveal();
    let (counts, overdue_code) = count(&reader, counted_at).await?;
    Ok(Ready { key, counts, overdue_code, clock, counted_at })
}

/// How many dossiers stand in each state now, and the code of one that is overdue.
async fn count(
    reader: &Reader,
    now: Instant,
) -> Result<(Vec<(Status, TimingState, i64)>, Option<String>), crate::db::DbError> {
    let calendars = Arc::new(reader.read(async |conn| calendar::queries::load(conn).await).await?);
    let moment = Moment::new(now, &calendars);
    let mut counts = vec![];
    for status in Status::ALL {
        for timing in TimingState::ALL {
            let filter = list::Filter {
                status: Some(vec![*status]),
                timing: Some(vec![*timing]),
                ..list::Filter::default()
            };
            let n =
                reader.read(async |conn| list::count(conn, &filter, &Visible::All, &moment).await).await?;
            if n > 0 {
                counts.push((*status, *timing, n));
            }
        }
    }
    let overdue = list::Filter { timing: Some(vec![TimingState::Overdue]), ..list::Filter::default() };
    let first = crate::db::page::Page { limit: 1, after: None };
    let rows =
        reader.read(async |conn| list::page(conn, &overdue, &Visible::All, &moment, &first).await).await?;
    Ok((counts, rows.into_iter().next().map(|dossier| dossier.code)))
}

impl Ready {
    fn print(&self, address: SocketAddr) {
        let total: i64 = self.counts.iter().map(|(_, _, n)| n).sum();
        let clock = self.counted_at.local().format("%Y-%m-%dT%H:%M:%S%:z");
        println!("\n{total} dossiers, with the clock at {clock}:");
        for status in Status::ALL {
            let of_status = self.counts.iter().filter(|(s, _, _)| s == status);
            let states: Vec<String> = of_status.map(|(_, timing, n)| format!("{timing} {n}")).collect();
            if !states.is_empty() {
                println!("  {:<11} {}", status.as_str(), states.join(", "));
            }
        }
        let (base, key) = (format!("http://{address}"), &self.key);
        let code = self.overdue_code.as_deref().unwrap_or("H51.29-220215-0001");
        println!("\nAddress    {base}");
        println!("Documents  {base}/docs");
        println!("Demo key   {key}");
        println!("\nTry:");
        println!("  curl {base}/v1/public/dossiers/{code}");
        println!("  curl -H 'Authorization: Bearer {key}' '{base}/v1/overdue?limit=5&count=exact'");
        println!("  curl -H 'Authorization: Bearer {key}' '{base}/v1/overdue?format=csv' -o overdue.csv");
        println!("\nCtrl-C stops it; the data stays.");
    }
}

#[cfg(test)]
mod tests;
