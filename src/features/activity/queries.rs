//! Reads what agencies recorded. Runs on any snapshot, also as of an earlier instant.

use crate::domain::activity::{self, NOT_COUNTED, WEEKS};
use crate::domain::agency_tree::{Agency, AgencyId};
use crate::domain::calendar::{Calendar, Calendars};
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::domain::share::Share;
use crate::domain::vocabulary::EventKind;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Integer, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;

/// What an agency recorded in the weeks that are looked back on. An agency without a row recorded nothing.
#[derive(Clone, Debug, QueryableByName)]
pub struct Recorded {
    /// The agency.
    #[diesel(sql_type = Integer)]
    pub agency_id: AgencyId,
    /// Events of each week, newest first, by when they were first recorded.
    #[diesel(sql_type = Array<BigInt>)]
    pub weeks: Vec<i64>,
    /// Events whose delay is measured.
    #[diesel(sql_type = BigInt)]
    pub events: i64,
    /// Median of their delays, in hundredths of an hour.
    #[diesel(sql_type = BigInt)]
    pub median: i64,
    /// 90th percentile of them.
    #[diesel(sql_type = BigInt)]
    pub p90: i64,
    /// Events that were recorded within one working day.
    #[diesel(sql_type = BigInt)]
    in_time: i64,
    /// Events of years that have a calendar.
    #[diesel(sql_type = BigInt)]
    judged: i64,
}

impl Recorded {
    /// The share that was recorded within one working day.
    pub const fn in_time(&self) -> Share {
        Share { numerator: self.in_time, denominator: self.judged }
    }
}

/// What an agency recorded last.
#[derive(Clone, Debug, QueryableByName)]
pub struct Last {
    /// The agency.
    #[diesel(sql_type = Integer)]
    pub agency_id: AgencyId,
    /// When it was recorded here.
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    /// When it happened.
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    /// What it was.
    #[diesel(sql_type = Text)]
    pub kind: EventKind,
}

/// The activity of some agencies.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// What they recorded.
    pub recorded: HashMap<AgencyId, Recorded>,
    /// What they recorded last.
    pub last: HashMap<AgencyId, Last>,
}

impl Activity {
    /// Events of an agency in a week; 0 is the newest.
    pub fn events(&self, agency: AgencyId, week: usize) -> i64 {
        self.recorded.get(&agency).and_then(|row| row.weeks.get(week)).copied().unwrap_or(0)
    }

    /// What was to be expected of an agency in the newest of the weeks, in hundredths.
    pub fn expected(&self, agency: &Agency, weeks: &[Period; WEEKS], calendars: &Calendars) -> Option<i64> {
        let earlier = (1..WEEKS).map(|week| self.events(agency.id, week)).sum();
        activity::expected(earlier, agency.validity.from, weeks[0].to, calendars.of(agency.id))
    }
}

/// Agencies that share a calendar are read together: most share one.
fn by_calendar<'a>(agencies: &[AgencyId], calendars: &'a Calendars) -> Vec<(&'a Calendar, Vec<AgencyId>)> {
    let mut groups: Vec<(&Calendar, Vec<AgencyId>)> = vec![];
    for agency in agencies {
        let calendar = calendars.of(*agency);
        match groups.iter_mut().find(|(known, _)| std::ptr::eq(*known, calendar)) {
            Some((_, of_it)) => of_it.push(*agency),
            None => groups.push((calendar, vec![*agency])),
        }
    }
    groups
}

/// The activity of agencies.
pub async fn read(
    conn: &mut AsyncPgConnection,
    agencies: &[AgencyId],
    calendars: &Calendars,
    weeks: &[Period; WEEKS],
) -> QueryResult<Activity> {
    let mut found = Activity::default();
    for (calendar, agencies) in by_calendar(agencies, calendars) {
        for row in recorded(conn, &agencies, weeks, calendar).await? {
            found.recorded.insert(row.agency_id, row);
        }
        for row in last(conn, &agencies).await? {
            found.last.insert(row.agency_id, row);
        }
    }
    Ok(found)
}

fn not_counted() -> Vec<&'static str> {
    NOT_COUNTED.iter().map(|kind| kind.as_str()).collect()
}

/// A replayed event was first recorded when the other software did. It is in time when no working day lies between the day it
/// happened and the day it was recorded.
async fn recorded(
    conn: &mut AsyncPgConnection,
    agencies: &[AgencyId],
    weeks: &[Period; WEEKS],
    calendar: &Calendar,
) -> QueryResult<Vec<Recorded>> {
    let counts: Vec<String> =
        (0..WEEKS).map(|week| format!("count(*) FILTER (WHERE week = {week})")).collect();
    let query = format!(
        "WITH events AS (
            SELECT agency_id, occurred_at, coalesce(source_recorded_at, recorded_at) AS entered_at
            FROM dossier_events WHERE agency_id = ANY($1) AND recorded_at >= $2 AND kind <> ALL($3)
        ), days AS (
            SELECT agency_id, greatest(extract(epoch FROM entered_at - occurred_at), 0)::float8 AS seconds,
                date(timezone('Asia/Ho_Chi_Minh', occurred_at)) AS occurred_on,
                date(timezone('Asia/Ho_Chi_Minh', entered_at)) AS entered_on,
                date(timezone('Asia/Ho_Chi_Minh', entered_at)) - 1 AS before
            FROM events
        ), judged AS (
            SELECT agency_id, seconds, ($4 - entered_on) / 7 AS week,
                working_days_between(occurred_on, before, $6, $5) AS between_days
            FROM days
        )
        SELECT agency_id, ARRAY[{counts}] AS weeks, count(*) AS events,
            round(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) / 36)::bigint AS median,
            round(percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) / 36)::bigint AS p90,
            count(*) FILTER (WHERE between_days = 0) AS in_time, count(between_days) AS judged
        FROM judged GROUP BY agency_id",
        counts = counts.join(", "),
    );
    let since = Instant::start_of(weeks[WEEKS - 1].from).utc();
    diesel::sql_query(query)
        .bind::<Array<Integer>, _>(agencies)
        .bind::<Timestamptz, _>(since)
        .bind::<Array<Text>, _>(not_counted())
        .bind::<Date, _>(weeks[0].to)
        .bind::<Array<Integer>, _>(calendar.years().collect::<Vec<_>>())
        .bind::<Array<Date>, _>(calendar.working_days().collect::<Vec<_>>())
        .load(conn)
        .await
}

/// By the index of agency and record, backwards.
async fn last(conn: &mut AsyncPgConnection, agencies: &[AgencyId]) -> QueryResult<Vec<Last>> {
    let query = "SELECT asked.agency_id, e.recorded_at, e.occurred_at, e.kind
        FROM unnest($1) AS asked(agency_id) CROSS JOIN LATERAL (
            SELECT recorded_at, occurred_at, kind FROM dossier_events
            WHERE agency_id = asked.agency_id AND kind <> ALL($2)
            ORDER BY recorded_at DESC, id DESC LIMIT 1
        ) e";
    diesel::sql_query(query)
        .bind::<Array<Integer>, _>(agencies)
        .bind::<Array<Text>, _>(not_counted())
        .load(conn)
        .await
}
