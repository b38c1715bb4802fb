//! Writes what an owner has of its own, inside a transaction of an action.

use crate::db::Transaction;
use crate::db::schema::{calendar_days, calendar_sessions, calendar_years, calendars};
use crate::domain::calendar::{HoursPeriod, Mark, Own, OwnYear, Owner};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// Writes the version of an owner's calendar. Returns its number.
async fn calendar(tx: &mut Transaction, owner: Owner, own: &Own) -> QueryResult<i32> {
    diesel::insert_into(calendars::table)
        .values((calendars::agency_id.eq(owner), calendars::version.eq(own.version)))
        .on_conflict(calendars::agency_id)
        .do_update()
        .set(calendars::version.eq(own.version))
        .returning(calendars::id)
        .get_result(tx)
        .await
}

/// Writes the hours of an owner.
pub(in super::super) async fn hours(tx: &mut Transaction, owner: Owner, own: &Own) -> QueryResult<()> {
    use calendar_sessions as s;
    let id = calendar(tx, owner, own).await?;
    diesel::delete(s::table.filter(s::calendar_id.eq(id))).execute(tx).await?;
    let sessions = own.hours.iter().flat_map(|HoursPeriod { valid_from, week }| {
        week.0.iter().zip(0_i16..).flat_map(move |(day, weekday)| {
            day.sessions().iter().map(move |(opens, closes)| {
                let hours = (s::opens.eq(*opens), s::closes.eq(*closes));
                (s::calendar_id.eq(id), s::valid_from.eq(*valid_from), s::weekday.eq(weekday), hours)
            })
        })
    });
    diesel::insert_into(s::table).values(sessions.collect::<Vec<_>>()).execute(tx).await?;
    Ok(())
}

/// Writes a year of an owner.
pub(in super::super) async fn year(
    tx: &mut Transaction,
    owner: Owner,
    own: &Own,
    year: i32,
) -> QueryResult<()> {
    use {calendar_days as d, calendar_years as y};
    let Some(OwnYear { version, is_whole, changes }) = own.years.get(&year) else { return Ok(()) };
    let id = calendar(tx, owner, own).await?;
    let says = (y::version.eq(version), y::is_whole.eq(is_whole));
    diesel::insert_into(y::table)
        .values((y::calendar_id.eq(id), y::year.eq(year), says))
        .on_conflict((y::calendar_id, y::year))
        .do_update()
        .set(says)
        .execute(tx)
        .await?;
    diesel::delete(d::table.filter(d::calendar_id.eq(id).and(d::year.eq(year)))).execute(tx).await?;
    let days = changes.marks.iter().map(|(day, mark)| {
        let (kind, name) = match mark {
            Some(Mark::Off(name)) => ("off", Some(name.to_string())),
            Some(Mark::Worked(name)) => ("worked", Some(name.to_string())),
            None => ("plain", None),
        };
        (d::calendar_id.eq(id), d::year.eq(year), d::day.eq(*day), d::kind.eq(kind), d::name.eq(name))
    });
    diesel::insert_into(d::table).values(days.collect::<Vec<_>>()).execute(tx).await?;
    Ok(())
}
