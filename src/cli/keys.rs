//! `congkhai keys`: creates, lists and revokes keys. Works beside a running service.

use super::{Outcome, database};
use crate::clock::Clock;
use crate::config::DatabaseSettings;
use crate::db::{Database, Reader, Writer};
use crate::domain::local_time::Instant;
use crate::domain::text::clean;
use crate::domain::vocabulary::{Plan, Scope};
use crate::features::agencies::queries as agencies;
use crate::features::audit::Actor;
use crate::features::auth::actions::{self, NewKey};
use crate::features::auth::key::Key;
use crate::features::auth::queries::{self, Which};
use chrono::TimeDelta;
use clap::{Args, Subcommand};

/// Keys of callers. With an embedded cluster they are those of `serve`.
#[derive(Args)]
pub(super) struct Keys {
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Create a key and print it once
    Create(Create),
    /// List the keys, without their secrets
    List,
    /// Revoke a key at once
    Revoke {
        /// The part between `ck_` and the next `_`
        id: String,
    },
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("sees").required(true).args(["agency", "all_agencies"]))]
struct Create {
    /// What the key is for
    #[arg(long)]
    name: String,
    /// What it may do: one of the scopes; repeat for several
    #[arg(long = "scope", value_name = "SCOPE", required_unless_present = "all_scopes", value_parser = scope)]
    scopes: Vec<Scope>,
    /// It may do everything
    #[arg(long, conflicts_with = "scopes")]
    all_scopes: bool,
    /// Code of an agency whose subtree it sees; repeat for several
    #[arg(long, value_name = "CODE")]
    agency: Vec<String>,
    /// It sees every agency
    #[arg(long)]
    all_agencies: bool,
    /// Days until it ends; never when not given
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    expires_in_days: Option<u16>,
    /// How fast it may call: standard, bulk or unmetered
    #[arg(long, default_value = "standard", value_parser = plan)]
    plan: Plan,
}

fn scope(text: &str) -> Result<Scope, String> {
    text.parse().map_err(|e: crate::domain::vocabulary::UnknownWord| e.to_string())
}

fn plan(text: &str) -> Result<Plan, String> {
    text.parse().map_err(|e: crate::domain::vocabulary::UnknownWord| e.to_string())
}

impl Keys {
    pub(super) fn run(self) -> Outcome {
        let opened = database::open_current(&self.database, "postgres")?;
        let database = opened.database.clone();
        actix_web::rt::System::new().block_on(async move {
            match self.command {
                Command::Create(create) => create.run(database).await,
                Command::List => list(database).await,
                Command::Revoke { id } => revoke(database, &id).await,
            }
        })
    }
}

impl Create {
    async fn run(self, database: Database) -> Outcome {
        let now = Clock::real().now();
        let tree = Reader::new(database.clone()).read(async |conn| agencies::tree(conn).await).await?;
        let roots = self.agency.iter().map(|code| {
            tree.find(code).map(|agency| agency.id).ok_or_else(|| format!("no agency has the code {code}"))
        });
        let roots = roots.collect::<Result<Vec<_>, _>>()?;
        let new = NewKey {
            name: clean(&self.name, 100).map_err(|why| format!("--name {why}"))?,
            scopes: if self.all_scopes { Scope::ALL.to_vec() } else { self.scopes },
            roots: if self.all_agencies { None } else { Some(roots) },
            expires_at: self.expires_in_days.map(|days| now + TimeDelta::days(days.into())),
            plan: self.plan,
        };
        let writer = Writer::new(&database, 1)?;
        let key = Key::generate()?;
        let key = actions::create(&writer, &Actor::command("keys create"), now, new, key).await?;
        println!("{}", key.reveal());
        eprintln!("Keep it: it cannot be shown again.");
        Ok(())
    }
}

async fn list(database: Database) -> Outcome {
    let reader = Reader::new(database);
    let tree = reader.read(async |conn| agencies::tree(conn).await).await?;
    let now = Clock::real().now();
    println!(
        "{:<14} {:<9} {:<9} {:<26} {:<20} {:<40} NAME",
        "ID", "STATE", "PLAN", "CREATED", "SEES", "SCOPES"
    );
    for key in reader.read(async |conn| queries::all(conn).await).await? {
        let state = match (key.revoked_at, key.is_valid(now)) {
            (Some(_), _) => "revoked",
            (None, true) => "works",
            (None, false) => "expired",
        };
        let roots: Vec<&str> = key.root_agency_ids.iter().map(|id| tree.code(*id)).collect();
        let sees = if key.all_agencies { "all".to_owned() } else { roots.join(",") };
        let created = Instant::from(key.created_at).local().format("%Y-%m-%dT%H:%M:%S%:z");
        println!(
            "{:<14} {state:<9} {:<9} {created:<26} {sees:<20} {:<40} {}",
            key.id,
            key.plan,
            key.scopes.join(","),
            key.name
        );
    }
    Ok(())
}

async fn revoke(database: Database, id: &str) -> Outcome {
    let writer = Writer::new(&database, 1)?;
    let actor = Actor::command("keys revoke");
    if actions::revoke(&writer, &actor, Clock::real().now(), Which::Id(id)).await? == 0 {
        Err(format!("no working key has the id {id}: see `congkhai keys list`").into())
    } else {
        println!("revoked {id}");
        Ok(())
    }
}
