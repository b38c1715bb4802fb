//! Writes what an agency or the country has of its own in the calendar, in one transaction, and starts the job that dates
//! dossiers again. `preview` says what such a job would move, `jobs` does it.

pub mod jobs;
mod preview;

pub use preview::{Preview, preview};

use super::queries::jobs::{self as job_queries, JobRow};
use super::queries::{self, write};
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::{Calendars, HoursPeriod, Mark, Own, OwnYear, Owner, YearTable, is_rest_day};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule, Violations};
use crate::domain::vocabulary::JobStatus;
use crate::features::audit::{self, Actor, Change};
use crate::features::auth::Principal;
use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

/// The word for the country in paths, in answers and in the audit trail.
pub const NATIONAL: &str = "national";

/// What is to be in force.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// Weeks in order of time; none: the inherited ones.
    Hours(Vec<HoursPeriod>),
    /// The whole table of a year, and its worked rest days in the order in which they were sent.
    Year(YearTable, Vec<NaiveDate>),
}

/// What is there before a write, for `If-Match`.
#[derive(Clone, Copy, Debug)]
pub struct Present {
    /// The version that is shown; `None` when there is nothing to show.
    pub shown: Option<i32>,
    /// Whether it is the owner's own, and not inherited.
    pub is_own: bool,
}

/// What a write came to.
pub struct Outcome {
    /// The calendars as they then are.
    pub calendars: Calendars,
    /// The job that follows; `None` when nothing changed.
    pub job: Option<JobRow>,
}

/// The code of an owner, or the word for the country.
pub fn name_of(owner: Owner, tree: &AgencyTree) -> &str {
    owner.map_or(NATIONAL, |agency| tree.code(agency))
}

/// Fails unless the caller governs an agency, or everything for the country.
pub fn may_write(principal: &Principal, owner: Owner) -> Result<(), Refusal> {
    if owner.map_or(principal.governs_all(), |agency| principal.governs(agency)) {
        return Ok(());
    }
    let code = name_of(owner, &principal.tree).to_owned();
    Err(Refusal::AgencyOutOfScope { place: Place::whole(), code })
}

/// Writes hours or a year on the given terms and shows what it came to. `expects` checks what was there.
pub async fn put(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    (owner, wanted): (Owner, &Wanted),
    terms: &Terms,
    expects: impl Fn(Present) -> Result<(), Refusal>,
    show: impl Fn(&Outcome) -> Answer,
) -> Result<Given, Failure> {
    may_write(principal, owner)?;
    let (actor, name) = (principal.actor(), name_of(owner, &principal.tree));
    let work = async |tx: &mut Transaction| {
        Ok(show(&put_in(tx, &actor, now, (owner, name, wanted), &expects).await?))
    };
    writer.on_terms(terms, now, work).await
}

/// The same inside a transaction that does more. `name` is how the audit trail names the owner.
pub async fn put_in(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    (owner, name, wanted): (Owner, &str, &Wanted),
    expects: &impl Fn(Present) -> Result<(), Refusal>,
) -> Result<Outcome, Failure> {
    queries::lock(tx, now).await?;
    let calendars = queries::load(tx).await?;
    expects(present(&calendars, owner, wanted))?;
    let Some(own) = changed(&calendars, owner, wanted)? else {
        return Ok(Outcome { calendars, job: None });
    };
    let year = match wanted {
        Wanted::Hours(_) => {
            write::hours(tx, owner, &own).await?;
            None
        }
        Wanted::Year(table, _) => {
            write::year(tx, owner, &own, table.year).await?;
            Some(table.year)
        }
    };
    let job = start(tx, actor, now, (owner, year, own.version)).await?;
    let before = told_before(&calendars, owner, wanted);
    let details =
        json!({"version": own.version, "year": year, "before": before, "after": told(wanted), "job": job.id});
    let change = Change { action: "calendar.put", subject: format!("calendar:{name}"), details };
    audit::record(tx, actor, now, change).await?;
    queries::raise(tx).await?;
    Ok(Outcome { calendars: calendars.with(owner, own), job: Some(job) })
}

/// Says that an agency is under another parent, whose calendar it may inherit: raises the version, and starts a job.
pub async fn placed_anew(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    agency: i32,
) -> Result<(), Failure> {
    let version = queries::version_of(tx, Some(agency)).await?;
    start(tx, actor, now, (Some(agency), None, version)).await?;
    queries::raise(tx).await?;
    Ok(())
}

async fn start(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    (agency_id, year, version): (Owner, Option<i32>, i32),
) -> Result<JobRow, Failure> {
    let job = JobRow {
        id: Uuid::now_v7(),
        agency_id,
        year,
        version,
        status: JobStatus::Pending,
        swept_to: None,
        checked: 0,
        moved: 0,
        actor: actor.name.clone(),
        request_id: actor.request_id.clone(),
        created_at: now.utc(),
        finished_at: None,
    };
    job_queries::insert(tx, &job).await?;
    Ok(job)
}

/// What a write finds.
pub fn present(calendars: &Calendars, owner: Owner, wanted: &Wanted) -> Present {
    let own = calendars.own(owner);
    match wanted {
        Wanted::Hours(_) => {
            let is_own = owner.is_none() || own.is_some_and(|own| !own.hours.is_empty());
            Present { shown: Some(own.map_or(0, |own| own.version)), is_own }
        }
        Wanted::Year(table, _) => {
            let own = own.and_then(|own| own.years.get(&table.year));
            let is_there = calendars.table(owner, table.year).is_some();
            let shown = is_there.then(|| own.map_or(0, |own| own.version));
            Present { shown, is_own: own.is_some_and(|own| !own.is_empty()) }
        }
    }
}

/// What the owner then has of its own; `None` when that is what it has. Fails for a worked rest day that is none.
pub(super) fn changed(calendars: &Calendars, owner: Owner, wanted: &Wanted) -> Result<Option<Own>, Refusal> {
    let mut own = calendars.own(owner).cloned().unwrap_or_default();
    match wanted {
        Wanted::Hours(hours) if own.hours == *hours => return Ok(None),
        Wanted::Hours(hours) => own.hours.clone_from(hours),
        Wanted::Year(table, worked) => {
            let present = calendars.table(owner, table.year);
            rest_days(calendars, owner, (table, worked), present.as_ref())?;
            if present.as_ref() == Some(table) {
                return Ok(None);
            }
            let inherited = calendars.inherited_table(owner, table.year);
            let version = own.years.get(&table.year).map_or(0, |year| year.version) + 1;
            let is_whole = inherited.is_none();
            let from = inherited.unwrap_or(YearTable { year: table.year, ..YearTable::default() });
            own.years.insert(table.year, OwnYear { version, is_whole, changes: from.changes_to(table) });
        }
    }
    own.version += 1;
    Ok(Some(own))
}

/// A rest day that is worked must be one. What is in force already is not judged: an agency that works on Saturdays
/// inherits the worked Saturdays of the country, and sends them back with its own changes.
fn rest_days(
    calendars: &Calendars,
    owner: Owner,
    (table, worked): (&YearTable, &[NaiveDate]),
    present: Option<&YearTable>,
) -> Result<(), Refusal> {
    let hours = calendars.hours_or_usual(owner);
    let mut wrong = Violations::default();
    for (i, day) in worked.iter().enumerate() {
        let is_new = present.and_then(|table| table.marks.get(day)) != table.marks.get(day);
        if is_new && !is_rest_day(&hours, *day) {
            let message = "must be a weekly rest day by the office hours in force";
            wrong.add(format!("/worked_rest_days/{i}/date"), Rule::InvalidValue, message);
        }
    }
    wrong.check()
}

/// What was written, for the audit trail.
fn told(wanted: &Wanted) -> Value {
    match wanted {
        Wanted::Hours(hours) => told_hours(hours),
        Wanted::Year(table, _) => told_year(table),
    }
}

/// What was in force in its place, of its own or inherited; null: no table of the year.
fn told_before(calendars: &Calendars, owner: Owner, wanted: &Wanted) -> Value {
    match wanted {
        Wanted::Hours(_) => told_hours(calendars.hours(owner).1),
        Wanted::Year(table, _) => {
            calendars.table(owner, table.year).map_or(Value::Null, |before| told_year(&before))
        }
    }
}

fn told_hours(hours: &[HoursPeriod]) -> Value {
    json!({"weeks_valid_from": hours.iter().map(|week| week.valid_from).collect::<Vec<_>>()})
}

fn told_year(table: &YearTable) -> Value {
    let days = table.marks.iter().map(|(day, mark)| match mark {
        Mark::Off(name) => json!({"off": day, "name": &**name}),
        Mark::Worked(name) => json!({"worked": day, "name": &**name}),
    });
    Value::Array(days.collect())
}
