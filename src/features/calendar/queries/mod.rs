//! Reads the calendar tables, and the version that dates depend on. `write` changes them, `jobs` has the jobs.

pub mod jobs;
pub(super) mod write;

use super::shipped::shipped;
use crate::db::Transaction;
use crate::db::later::later;
use crate::db::schema::{
    agencies, calendar_days, calendar_sessions, calendar_years, calendars, reference_state,
};
use crate::domain::calendar::{
    Calendars, Changes, HoursPeriod, Mark, OfficeHours, Own, OwnYear, Owner, Week,
};
use crate::domain::local_time::Instant;
use chrono::{NaiveDate, NaiveTime};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use std::collections::{BTreeMap, HashMap};

diesel::define_sql_function! {
    /// See the migration.
    fn hold_calendar_version() -> diesel::sql_types::BigInt;
}
diesel::define_sql_function! {
    /// See the migration.
    fn raise_calendar_version() -> diesel::sql_types::BigInt;
}

/// The present versions of the agencies and of the calendars.
pub async fn versions<C>(conn: &mut C) -> QueryResult<(i64, i64)>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    reference_state::table
        .select((reference_state::version, reference_state::calendar_version))
        .first(conn)
        .await
}

/// The present version of the calendars, which stays until the transaction ends.
pub async fn hold<C>(conn: &mut C) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    diesel::select(hold_calendar_version()).get_result(conn).await
}

/// Raises the version of the calendars. Comes last in its transaction: nobody dates a dossier until it ends.
pub async fn raise(tx: &mut Transaction) -> QueryResult<i64> {
    diesel::select(raise_calendar_version()).get_result(tx).await
}

/// Waits for any other change of a calendar or of the agency tree, and says that one is made at `now`.
pub(super) async fn lock(tx: &mut Transaction, now: Instant) -> QueryResult<usize> {
    use reference_state as r;
    diesel::update(r::table).set(r::changed_at.eq(later(r::changed_at, now.utc()))).execute(tx).await
}

/// The version of an owner's calendar; 0 when it has nothing of its own.
pub(super) async fn version_of(tx: &mut Transaction, owner: Owner) -> QueryResult<i32> {
    let row = calendars::table.filter(calendars::agency_id.is_not_distinct_from(owner));
    Ok(row.select(calendars::version).first(tx).await.optional()?.unwrap_or(0))
}

/// A calendar under its number.
struct Numbered {
    owner: Owner,
    own: Own,
}

/// Row of a session: calendar, first day of the week, weekday, opening, closing.
type Session = (i32, NaiveDate, i16, NaiveTime, NaiveTime);

/// The calendars of all agencies. The version is read first: a change that comes between is read again next time.
pub async fn load<C>(conn: &mut C) -> QueryResult<Calendars>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let (_, version) = versions(conn).await?;
    let parents: Vec<(i32, Option<i32>)> =
        agencies::table.select((agencies::id, agencies::parent_id)).load(conn).await?;
    let rows: Vec<(i32, Option<i32>, i32)> = calendars::table.load(conn).await?;
    let numbered = rows.into_iter().map(|(id, owner, version)| {
        let base = if owner.is_none() { shipped() } else { Own::default() };
        (id, Numbered { owner, own: Own { version, ..base } })
    });
    let mut numbered: HashMap<i32, Numbered> = numbered.collect();
    let sessions: Vec<Session> = calendar_sessions::table
        .order((calendar_sessions::calendar_id, calendar_sessions::valid_from, calendar_sessions::opens))
        .load(conn)
        .await?;
    for (id, hours) in weeks(sessions) {
        if let Some(calendar) = numbered.get_mut(&id) {
            calendar.own.hours = hours;
        }
    }
    let years: Vec<(i32, i32, i32, bool)> = calendar_years::table.load(conn).await?;
    for (id, year, version, is_whole) in years {
        if let Some(calendar) = numbered.get_mut(&id) {
            let changes = Changes { year, marks: BTreeMap::new() };
            calendar.own.years.insert(year, OwnYear { version, is_whole, changes });
        }
    }
    let days: Vec<(i32, i32, NaiveDate, String, Option<String>)> = calendar_days::table.load(conn).await?;
    for (id, year, day, kind, name) in days {
        let own = numbered.get_mut(&id).and_then(|calendar| calendar.own.years.get_mut(&year));
        if let Some(own) = own {
            own.changes.marks.insert(day, mark(&kind, name));
        }
    }
    let mut own: HashMap<Owner, Own> =
        numbered.into_values().map(|calendar| (calendar.owner, calendar.own)).collect();
    own.entry(None).or_insert_with(shipped);
    Ok(Calendars::new(version, parents.into_iter().collect(), own))
}

/// A mark as the table has it; `None`: as the week has the day.
fn mark(kind: &str, name: Option<String>) -> Option<Mark> {
    let name = name?.into();
    Some(if kind == "worked" { Mark::Worked(name) } else { Mark::Off(name) })
}

/// The weeks of each calendar, from sessions in order of time.
fn weeks(sessions: Vec<Session>) -> HashMap<i32, Vec<HoursPeriod>> {
    type Day = Vec<(NaiveTime, NaiveTime)>;
    let mut found: BTreeMap<(i32, NaiveDate), [Day; 7]> = BTreeMap::new();
    for (id, valid_from, weekday, opens, closes) in sessions {
        let days = found.entry((id, valid_from)).or_default();
        // A check of the table keeps the weekday within the week.
        if let Some(day) = usize::try_from(weekday).ok().and_then(|weekday| days.get_mut(weekday)) {
            day.push((opens, closes));
        }
    }
    let mut weeks: HashMap<i32, Vec<HoursPeriod>> = HashMap::new();
    for ((id, valid_from), days) in found {
        // What was stored was judged; hours that overlap all the same would be none.
        let week = Week(days.map(|day| OfficeHours::new(day).unwrap_or_default()));
        weeks.entry(id).or_default().push(HoursPeriod { valid_from, week });
    }
    weeks
}
