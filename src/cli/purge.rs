//! `congkhai purge`: erases personal data of dossiers that ended long ago.

use super::{Outcome, database};
use crate::clock::Clock;
use crate::config::DatabaseSettings;
use crate::db::{Database, Reader, Slow, Writer};
use crate::domain::local_time::Instant;
use crate::features::agencies::queries as agencies;
use crate::features::audit::Actor;
use crate::features::personal::actions::purge::{self, Rule};
use crate::features::personal::queries::purge as stored;
use clap::{Args, Subcommand};
use std::time::Duration;

/// Dossiers that are erased in a transaction.
const CHUNK: u32 = 100;

/// Erases personal data of dossiers that ended more than some years ago. Says what it would do, and does nothing, unless `--confirm` is given; then
/// it erases what was marked and whose window is over, and marks what the rule names. What is marked is shown to nobody. Chains of hashes
/// stay verifiable. Works beside a running service, and needs the owner of the tables.
#[derive(Args)]
#[command(subcommand_negates_reqs = true)]
pub(super) struct Purge {
    #[command(flatten)]
    database: DatabaseSettings,
    /// Dossiers that ended more than so many years ago
    #[arg(long, required = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=200))]
    years: Option<u16>,
    /// Days from the mark to the erasure, in which it can be undone
    #[arg(long, default_value_t = 30, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(..=3660))]
    window_days: u16,
    /// Most dossiers that are marked, and most that are erased
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    most: u32,
    /// Most dossiers that are erased in a second
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    per_second: u32,
    /// Do it
    #[arg(long)]
    confirm: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// List the purges
    List,
    /// Take the marks of a purge away, of which nothing was erased yet
    Undo {
        /// Its number
        id: i32,
    },
}

impl Purge {
    pub(super) fn run(self) -> Outcome {
        let opened = database::open_current(&self.database, "postgres")?;
        let database = opened.database.clone();
        let now = Clock::real().now();
        actix_web::rt::System::new().block_on(async move {
            match (&self.command, self.years) {
                (Some(Command::List), _) => list(&database).await,
                (Some(Command::Undo { id }), _) => undo(&database, now, *id).await,
                (None, Some(years)) => {
                    let rule = Rule { years, window_days: self.window_days, most: self.most };
                    if self.confirm {
                        purge(&database, now, rule, self.per_second).await
                    } else {
                        preview(&database, now, rule).await
                    }
                }
                (None, None) => Err("name the years: --years N".into()),
            }
        })
    }
}

async fn preview(database: &Database, now: Instant, rule: Rule) -> Outcome {
    let tree = Reader::new(database.clone()).read(async |conn| agencies::tree(conn).await).await?;
    let counted = purge::preview(&Slow::new(database, 1)?, rule, now).await?;
    for of in &counted {
        println!("{}\t{}\t{}", tree.code(of.agency), of.year, of.dossiers);
    }
    let all: i64 = counted.iter().map(|of| of.dossiers).sum();
    println!(
        "{all} dossiers ended before {} and would be marked; nothing was changed",
        rule.ended_before(now)
    );
    Ok(())
}

/// Erases what is due, then marks.
async fn purge(database: &Database, now: Instant, rule: Rule, per_second: u32) -> Outcome {
    let (writer, actor) = (Writer::new(database, 1)?, Actor::command("purge"));
    let mut left = rule.most;
    while left > 0 {
        let chunk = left.min(CHUNK).min(per_second);
        let Some((id, dossiers)) = purge::erase(&writer, (&actor, now), chunk).await? else { break };
        left -= dossiers;
        println!("purge {id}: erased the personal data of {dossiers} dossiers");
        // After each chunk the time that the rate gives it, whatever time it took itself.
        actix_web::rt::time::sleep(
            Duration::from_secs(1).mul_f64(f64::from(dossiers) / f64::from(per_second)),
        )
        .await;
    }
    match purge::mark(&writer, (&actor, now), rule).await? {
        Some(purge) => println!(
            "purge {}: marked {} dossiers that ended before {}; they are erased by the first run from {} on, and `congkhai purge undo {}` takes it back until then",
            purge.id,
            purge.dossiers,
            Instant::from(purge.ended_before),
            Instant::from(purge.erase_from),
            purge.id,
        ),
        None => println!("no more dossiers ended before {}: none was marked", rule.ended_before(now)),
    }
    Ok(())
}

async fn undo(database: &Database, now: Instant, id: i32) -> Outcome {
    let (writer, actor) = (Writer::new(database, 1)?, Actor::command("purge undo"));
    match purge::undo(&writer, (&actor, now), id).await? {
        Ok(dossiers) => {
            println!("purge {id}: {dossiers} dossiers are marked no more");
            Ok(())
        }
        Err(why) => Err(format!("purge {id}: {why}").into()),
    }
}

async fn list(database: &Database) -> Outcome {
    println!(
        "{:<6} {:<26} {:<6} {:<26} {:>8} {:>8} STATE",
        "ID", "MARKED", "YEARS", "ERASED FROM", "DOSSIERS", "ERASED"
    );
    for (purge, erased) in Slow::new(database, 1)?.read(async |conn| stored::all(conn).await).await? {
        let state = match purge.undone_at {
            Some(at) => format!("undone {}", Instant::from(at)),
            None if erased == 0 => "marked".to_owned(),
            None => "erased".to_owned(),
        };
        let (marked, from) =
            (Instant::from(purge.marked_at).to_string(), Instant::from(purge.erase_from).to_string());
        println!(
            "{:<6} {marked:<26} {:<6} {from:<26} {:>8} {erased:>8} {state}",
            purge.id, purge.years, purge.dossiers
        );
    }
    Ok(())
}
