//! The numbers of a report: counters of days, and what was recorded since they were folded.
//!
//! Runs on a snapshot, of the present or as of an instant. The counters tell what was recorded before a day, `known_before`. For the
//! dossiers with a record since then, what they were then is taken away, and what they are now is added.

use super::fold::Progress;
use super::mirror::{CHANGES, day, placed};
use crate::domain::agency_tree::AgencyId;
use crate::domain::local_time::Instant;
use crate::domain::report::{Counts, Frame, Measure, Tally};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Date, Integer, SmallInt, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;

/// How far what happens may be ahead of its record: what is recorded late in the evening may happen the next day.
const AHEAD: TimeDelta = TimeDelta::minutes(10);

/// Dossiers that are alike: the agency that decides, and the procedure version.
pub type Alike = (AgencyId, i32);

/// What a report is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The period, and as of when.
    pub frame: Frame,
    /// Decided by these agencies; `None`: by any.
    pub agencies: Option<Vec<AgencyId>>,
}

#[derive(QueryableByName)]
struct Summed {
    #[diesel(sql_type = Integer)]
    competent_agency_id: AgencyId,
    #[diesel(sql_type = Integer)]
    procedure_version_id: i32,
    #[diesel(sql_type = SmallInt)]
    measure: i16,
    #[diesel(sql_type = BigInt)]
    before: i64,
    #[diesel(sql_type = BigInt)]
    through: i64,
}

#[derive(QueryableByName)]
struct Marked {
    #[diesel(sql_type = Integer)]
    competent_agency_id: AgencyId,
    #[diesel(sql_type = Integer)]
    procedure_version_id: i32,
    #[diesel(sql_type = Integer)]
    marks: i32,
    #[diesel(sql_type = BigInt)]
    dossiers: i64,
}

#[derive(QueryableByName)]
struct Events {
    #[diesel(sql_type = BigInt)]
    events: i64,
}

/// The numbers of all dossiers that are alike. What has none is left out.
pub async fn counts(conn: &mut AsyncPgConnection, asked: &Asked) -> QueryResult<HashMap<Alike, Counts>> {
    let known_before = known_before(conn, asked.frame.now).await?;
    let mut tallies: HashMap<Alike, Tally> = HashMap::new();
    for row in summed(conn, asked, known_before).await? {
        let Some(measure) = Measure::ALL.into_iter().find(|measure| measure.number() == row.measure) else {
            continue;
        };
        let tally = tallies.entry((row.competent_agency_id, row.procedure_version_id)).or_default();
        tally.add(measure, row.before, row.through);
    }
    let mut counts: HashMap<Alike, Counts> =
        tallies.into_iter().map(|(alike, tally)| (alike, tally.counts())).collect();
    for row in reopened(conn, asked).await? {
        let alike = (row.competent_agency_id, row.procedure_version_id);
        counts.entry(alike).or_default().add_marked(row.marks, row.dossiers);
    }
    counts.retain(|_, counts| !counts.is_empty());
    Ok(counts)
}

/// The first local day whose records the counters do not tell, as far as somebody knows them at an instant.
async fn known_before(conn: &mut AsyncPgConnection, now: Instant) -> QueryResult<NaiveDate> {
    let read = diesel::sql_query("SELECT counted_through FROM report_progress");
    let counted = read.get_result::<Progress>(conn).await?.counted_through;
    let first = counted.map_or(DateTime::UNIX_EPOCH.date_naive(), |day| day + Days::new(1));
    Ok(first.min(now.local_date()))
}

type Statement<'a> = BoxedSqlQuery<'a, Pg, SqlQuery>;

/// Binds the agencies where the statement asks for them, which it does last.
fn of_agencies<'a>(statement: Statement<'a>, asked: &Asked) -> Statement<'a> {
    match &asked.agencies {
        Some(agencies) => statement.bind::<Array<Integer>, _>(agencies.clone()),
        None => statement,
    }
}

/// The condition on agencies that [`of_agencies`] binds as the parameter with a number.
fn condition(asked: &Asked, column: &str, number: usize) -> String {
    asked.agencies.as_ref().map_or_else(|| "true".to_owned(), |_| format!("{column} = ANY(${number})"))
}

/// The columns of a state that changes are made of.
const STATE: &str = "competent_agency_id, procedure_version_id, channel, received_at, status, ended_at, judged_at, overdue_from, due_on, \
    clock_started_at, interruptions";

/// `$1` begins the period and `$2` is the day after it; `$3` is the day before which records are counted, and `$4` its first instant;
/// from `$5` on dossiers with a record are looked at; `$6` is the instant by which things are overdue.
fn summing(asked: &Asked) -> String {
    let of = |column: &str| condition(asked, column, 7);
    let (agency, of_d, of_h) =
        (of("competent_agency_id"), of("d.competent_agency_id"), of("h.competent_agency_id"));
    let on = day!("c.at");
    // The whole years before a day, the whole months of its year, and the days of its month.
    let grains = |until: &str, before: &str, through: &str| {
        format!(
            "SELECT competent_agency_id, procedure_version_id, measure, {before} AS before, {through} AS through FROM report_counts
            WHERE {agency} AND (grain = 'year' AND starts < date_trunc('year', {until}::timestamp)::date
                OR grain = 'month' AND starts >= date_trunc('year', {until}::timestamp)::date AND starts < date_trunc('month', {until}::timestamp)::date
                OR grain = 'day' AND starts >= date_trunc('month', {until}::timestamp)::date AND starts < {until})"
        )
    };
    let (before, through) =
        (grains("least($1, $3)", "changed_by", "0"), grains("least($2, $3)", "0", "changed_by"));
    format!(
        "WITH touched AS MATERIALIZED (
            SELECT DISTINCT c.id, c.code FROM dossier_events e JOIN dossier_codes c ON c.id = e.dossier_id WHERE e.recorded_at >= $5
        ), states AS (
            SELECT 1 AS sign, {STATE} FROM dossiers d WHERE d.id IN (SELECT id FROM touched) AND {of_d}
            UNION ALL
            SELECT -1, {STATE} FROM dossier_history h WHERE h.code IN (SELECT code FROM touched) AND {of_h}
                AND h.known_from < $4 AND (h.known_to IS NULL OR h.known_to >= $4)
        ), rows AS (
            {before}
            UNION ALL {through}
            UNION ALL SELECT competent_agency_id, procedure_version_id, measure,
                CASE WHEN day < $1 THEN -changed_by ELSE 0 END, -changed_by
                FROM report_late_counts WHERE {agency} AND known_on >= $3 AND day < least($2, $3) AND measure > 0
            UNION ALL SELECT competent_agency_id, procedure_version_id, measure, CASE WHEN {on} < $1 THEN sign * by ELSE 0 END, sign * by
                FROM ({CHANGES}) c
                WHERE {on} < $2 AND CASE sign WHEN 1 THEN measure <> 9 OR late_from <= $6 ELSE {on} < $3 END
            UNION ALL SELECT competent_agency_id, procedure_version_id, 9::smallint, 0, 1 FROM dossiers d
                WHERE {of_d} AND ended_at IS NULL AND overdue_from >= $4 AND overdue_from <= $6 AND received_at IS NOT NULL
                AND NOT coalesce(interruptions ? 'ends', false) AND NOT EXISTS (SELECT FROM touched t WHERE t.id = d.id)
        )
        SELECT competent_agency_id, procedure_version_id, measure, sum(before)::bigint AS before, sum(through)::bigint AS through
        FROM rows GROUP BY 1, 2, 3 HAVING sum(before) <> 0 OR sum(through) <> 0"
    )
}

async fn summed(
    conn: &mut AsyncPgConnection,
    asked: &Asked,
    known_before: NaiveDate,
) -> QueryResult<Vec<Summed>> {
    let frame = asked.frame;
    let known = Instant::start_of(known_before);
    let statement = diesel::sql_query(summing(asked))
        .into_boxed()
        .bind::<Date, _>(frame.period.from)
        .bind::<Date, _>(frame.ends().local_date())
        .bind::<Date, _>(known_before)
        .bind::<Timestamptz, _>(known.utc())
        .bind::<Timestamptz, _>((known + -AHEAD).utc())
        .bind::<Timestamptz, _>(frame.judges_at().utc());
    of_agencies(statement, asked).load(conn).await
}

/// Binds what [`placed`] asks for.
pub(super) fn framed<'a>(statement: String, frame: Frame) -> Statement<'a> {
    diesel::sql_query(statement)
        .into_boxed()
        .bind::<Timestamptz, _>(frame.begins().utc())
        .bind::<Timestamptz, _>(frame.ends().utc())
        .bind::<Timestamptz, _>(frame.judges_at().utc())
}

/// Those that were opened again, which no counter tells.
async fn reopened(conn: &mut AsyncPgConnection, asked: &Asked) -> QueryResult<Vec<Marked>> {
    let which = format!("d.interruptions ? 'ends' AND {}", condition(asked, "d.competent_agency_id", 4));
    let statement = format!(
        "SELECT competent_agency_id, procedure_version_id, marks, count(*) AS dossiers FROM ({}) placed GROUP BY 1, 2, 3",
        placed(&which)
    );
    of_agencies(framed(statement, asked.frame), asked).load(conn).await
}

/// How many events were recorded after the period that had happened by its end, or correct one that had.
pub async fn late_events(conn: &mut AsyncPgConnection, asked: &Asked) -> QueryResult<i64> {
    let known_before = known_before(conn, asked.frame.now).await?;
    let of = |column: &str| condition(asked, column, 4);
    let statement = format!(
        "SELECT coalesce(sum(n), 0)::bigint AS events FROM (
            SELECT sum(changed_by) AS n FROM report_late_counts
                WHERE measure = 0 AND day < $1 AND known_on >= $1 AND known_on < $2 AND {}
            UNION ALL SELECT count(*) FROM dossier_events e JOIN dossiers d ON d.id = e.dossier_id
                LEFT JOIN dossier_events corrected ON corrected.id = e.corrects
                WHERE e.recorded_at >= $3 AND coalesce(corrected.occurred_at, e.occurred_at) < timezone('Asia/Ho_Chi_Minh', $1::timestamp) AND {}
        ) counted",
        of("competent_agency_id"),
        of("d.competent_agency_id"),
    );
    let ends = asked.frame.ends();
    let since: DateTime<Utc> = ends.max(Instant::start_of(known_before)).utc();
    let statement = diesel::sql_query(statement)
        .into_boxed()
        .bind::<Date, _>(ends.local_date())
        .bind::<Date, _>(known_before)
        .bind::<Timestamptz, _>(since);
    Ok(of_agencies(statement, asked).get_result::<Events>(conn).await?.events)
}
