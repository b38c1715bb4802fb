//! `congkhai calendar import`: loads tables of years, such as next year's. Works beside a running service.

use super::{Outcome, database};
use crate::clock::Clock;
use crate::config::DatabaseSettings;
use crate::db::page::Page;
use crate::db::{Answer, Database, Failure, Reader, Terms, Transaction, Writer};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Owner;
use crate::domain::refusal::{Place, Refusal};
use crate::features::agencies::cache::TreeCache;
use crate::features::agencies::queries as agencies;
use crate::features::audit::Actor;
use crate::features::auth::Visible;
use crate::features::calendar::actions::{self, Wanted, jobs};
use crate::features::calendar::cache::CalendarCache;
use crate::features::calendar::json::{PutYear, owner_in_path, read_year};
use clap::{Args, Subcommand};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Office calendars. With an embedded cluster they are those of `serve`.
#[derive(Args)]
pub(super) struct Calendar {
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Load the tables of years from a JSON file: all of them or none
    Import(Import),
}

#[derive(Args)]
struct Import {
    /// File with `years`, in the form of data/calendar/national.json
    file: PathBuf,
    /// Code of the agency whose calendar it is; the country's when not given
    #[arg(long, value_name = "CODE")]
    agency: Option<String>,
    /// Only say what would change and how many dossiers would move
    #[arg(long, conflicts_with = "wait")]
    dry_run: bool,
    /// Date the dossiers again before it ends, and not leave that to the service
    #[arg(long)]
    wait: bool,
}

#[derive(Deserialize)]
struct File {
    years: BTreeMap<String, PutYear>,
}

type AnyError = Box<dyn std::error::Error>;

impl Calendar {
    pub(super) fn run(self) -> Outcome {
        let Command::Import(import) = self.command;
        // A file that cannot be read should cost nobody a cluster.
        let years = read(&import.file)?;
        let opened = database::open_current(&self.database, "postgres")?;
        let database = opened.database.clone();
        actix_web::rt::System::new().block_on(import.run(database, years))
    }
}

/// The tables of a file, each with its year.
fn read(file: &Path) -> Result<Vec<(i32, Wanted)>, AnyError> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|why| format!("{name}: {why}"))?;
    let mut json = serde_json::Deserializer::from_str(&text);
    let File { years } = serde_path_to_error::deserialize(&mut json)
        .map_err(|why| format!("{name}: {}: {}", why.path(), why.inner()))?;
    let read = years.into_iter().map(|(text, table)| {
        let year = read_year(&text).map_err(|_| format!("{name}: years/{text}: must be 2000 to 2199"))?;
        let wanted = table.check(year).map_err(|why| format!("{name}: years/{year}{}", explain(&why)))?;
        Ok((year, wanted))
    });
    read.collect()
}

/// The first value that is wrong, and why.
fn explain(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Invalid(violations) => violations.0.first().map_or_else(String::new, |wrong| {
            let place = match &wrong.place {
                Place::Pointer(place) | Place::Parameter(place) | Place::Header(place) => place,
            };
            format!("{place}: {}", wrong.message)
        }),
        other => format!(": {other:?}"),
    }
}

impl Import {
    async fn run(self, database: Database, years: Vec<(i32, Wanted)>) -> Outcome {
        let tree = Reader::new(database.clone()).read(async |conn| agencies::tree(conn).await).await?;
        let code = self.agency.as_deref().unwrap_or(actions::NATIONAL);
        let owner = owner_in_path(code, &tree).map_err(|_| format!("no agency has the code {code}"))?;
        let writer = Writer::new(&database, 1)?;
        let (now, mut lines) = (Clock::real().now(), vec![]);
        let work = async |tx: &mut Transaction| {
            lines = self.load(tx, (owner, &tree), &years).await?;
            Ok::<_, Failure>(Answer { status: 200, headers: vec![], body: vec![] })
        };
        writer.on_terms(&Terms { once: None, dry_run: self.dry_run }, now, work).await.map_err(said)?;
        for line in lines {
            println!("{line}");
        }
        if self.dry_run {
            println!("Nothing was stored.");
        } else if self.wait {
            let (calendars, trees) = (CalendarCache::default(), TreeCache::default());
            let mut looked_at = 0;
            while let Some(more) = jobs::step(&writer, (&calendars, &trees), Clock::real().now()).await? {
                looked_at += more;
            }
            println!("Looked at {looked_at} dossiers; every job is done.");
        } else {
            println!("The service dates the dossiers again; GET /v1/jobs/{{id}} says how far it is.");
        }
        Ok(())
    }

    /// Loads each year, and says what that did.
    async fn load(
        &self,
        tx: &mut Transaction,
        (owner, tree): (Owner, &AgencyTree),
        years: &[(i32, Wanted)],
    ) -> Result<Vec<String>, Failure> {
        let (actor, now) = (Actor::command("calendar import"), Clock::real().now());
        let name = actions::name_of(owner, tree);
        let mut lines = vec![];
        for (year, wanted) in years {
            let moved = if self.dry_run {
                let page = Page { limit: 1, after: None };
                let found = actions::preview(tx, tree, &Visible::All, (owner, wanted), &page).await?;
                format!(", {} dossiers would move", found.moved)
            } else {
                String::new()
            };
            let put = actions::put_in(tx, &actor, now, (owner, name, wanted), &|_| Ok(())).await;
            let put = put.map_err(|failure| in_year(failure, *year))?;
            lines.push(match put.job {
                Some(job) if self.dry_run => {
                    format!("{name} {year}: would change, version {}{moved}", job.version)
                }
                Some(job) => format!("{name} {year}: changed, version {}, job {}", job.version, job.id),
                None => format!("{name} {year}: as it was"),
            });
        }
        Ok(lines)
    }
}

/// Names the year of a table that was refused.
fn in_year(failure: Failure, year: i32) -> Failure {
    let Failure::Refused(Refusal::Invalid(mut violations)) = failure else { return failure };
    for violation in &mut violations.0 {
        if let Place::Pointer(pointer) = &mut violation.place {
            *pointer = format!("years/{year}{pointer}");
        }
    }
    Failure::Refused(Refusal::Invalid(violations))
}

/// A failure as one line.
fn said(failure: Failure) -> AnyError {
    match failure {
        Failure::Refused(refusal) => explain(&refusal).into(),
        Failure::Database(error) => error.into(),
    }
}
