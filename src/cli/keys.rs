//! `congkhai keys`: creates, lists, replaces and revokes keys. Works beside a running service.

use super::{Outcome, database};
use crate::clock::Clock;
use crate::config::DatabaseSettings;
use crate::db::{Answer, Database, Failure, Reader, Terms, Writer};
use crate::domain::key::{LONGEST_OVERLAP_HOURS, OVERLAP_HOURS};
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::domain::text::clean;
use crate::domain::vocabulary::{KeyState, Plan, Scope};
use crate::features::agencies::queries as agencies;
use crate::features::audit::Actor;
use crate::features::auth::actions::{self, NewKey, Rotation};
use crate::features::auth::key::Key;
use crate::features::auth::queries::{KeyRow, Which, list};
use chrono::{DateTime, TimeDelta, Utc};
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
        /// Why, without personal data; for the audit trail
        #[arg(long)]
        reason: Option<String>,
    },
    /// Create a key with the same rights, print it once, and end the old one after a while
    Rotate {
        /// The part of the old key between `ck_` and the next `_`
        id: String,
        /// Hours for which the old key still works; 0: it ends at once
        #[arg(long, default_value_t = OVERLAP_HOURS, value_name = "N", value_parser = clap::value_parser!(u32).range(..=i64::from(LONGEST_OVERLAP_HOURS)))]
        overlap_hours: u32,
        /// Why, without personal data; for the audit trail
        #[arg(long)]
        reason: Option<String>,
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
                Command::Revoke { id, reason } => revoke(database, &id, reason).await,
                Command::Rotate { id, overlap_hours, reason } => {
                    rotate(database, &id, overlap_hours, reason).await
                }
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
        "{:<14} {:<9} {:<9} {:<26} {:<26} {:<26} {:<14} {:<20} {:<40} NAME",
        "ID", "STATE", "PLAN", "CREATED", "ENDS", "LAST USE", "REPLACED BY", "SEES", "SCOPES"
    );
    for key in reader.read(async |conn| list::all(conn).await).await? {
        let state = match key.span().state(now) {
            KeyState::Revoked => "revoked",
            KeyState::Active => "works",
            KeyState::Expired => "expired",
        };
        let roots: Vec<&str> = key.root_agency_ids.iter().map(|id| tree.code(*id)).collect();
        let sees = if key.all_agencies { "all".to_owned() } else { roots.join(",") };
        println!(
            "{:<14} {state:<9} {:<9} {:<26} {:<26} {:<26} {:<14} {sees:<20} {:<40} {}",
            key.id,
            key.plan,
            shown(Some(key.created_at)),
            shown(key.expires_at),
            shown(key.last_used_at),
            key.replaced_by.as_deref().unwrap_or("-"),
            key.scopes.join(","),
            key.name
        );
    }
    Ok(())
}

/// An instant in the list.
fn shown(at: Option<DateTime<Utc>>) -> String {
    let local = |at| Instant::from(at).local().format("%Y-%m-%dT%H:%M:%S%:z").to_string();
    at.map_or_else(|| "-".to_owned(), local)
}

/// The command in the audit trail, with what its user says.
fn actor(command: &str, reason: Option<String>) -> Result<Actor, Box<dyn std::error::Error>> {
    let reason = reason.map(|reason| clean(&reason, 300).map_err(|why| format!("--reason {why}")));
    Ok(Actor::command(command).because(reason.transpose()?))
}

async fn revoke(database: Database, id: &str, reason: Option<String>) -> Outcome {
    let writer = Writer::new(&database, 1)?;
    let actor = actor("keys revoke", reason)?;
    if actions::revoke(&writer, &actor, Clock::real().now(), Which::Id(id)).await? == 0 {
        Err(format!("no key that is not revoked has the id {id}: see `congkhai keys list`").into())
    } else {
        println!("revoked {id}");
        Ok(())
    }
}

async fn rotate(database: Database, id: &str, overlap_hours: u32, reason: Option<String>) -> Outcome {
    let writer = Writer::new(&database, 1)?;
    let (actor, key, now) = (actor("keys rotate", reason)?, Key::generate()?, Clock::real().now());
    let rotation = Rotation { overlap_hours, expires_at: None };
    let mut end = None;
    let show = |_: &KeyRow, old: &KeyRow| {
        end = old.expires_at;
        Answer { status: 201, headers: vec![], body: vec![] }
    };
    let asked = (id, &rotation, &key);
    match actions::rotate(&writer, (&actor, None), now, asked, &Terms::default(), show).await {
        Err(Failure::Refused(Refusal::KeyReplaced { by })) => {
            return Err(format!("the key {by} replaces {id} already: rotate that one").into());
        }
        Err(Failure::Refused(_)) => {
            return Err(format!("no working key has the id {id}: see `congkhai keys list`").into());
        }
        other => {
            other?;
        }
    }
    println!("{}", key.reveal());
    eprintln!("Keep it: it cannot be shown again. {id} works until {}.", shown(end));
    Ok(())
}
