//! The numbers of a report: counters of days, and what was recorded since they were folded.
//!
//! Runs on a snapshot, of the present or as of an instant. The counters tell what was recorded before a day, `known_before`. For the
//! dossiers with a record since then, what they were then is taken away, and what they are now is added.

use super::fold::known_before;
use super::mirror::{CHANGES, day, placed};
use crate::domain::agency_tree::AgencyId;
use crate::domain::local_time::Instant;
use crate::domain::report::{Counts, Frame, Measure, Tally};
use crate::domain::vocabulary::ReportBy;
use chrono::{NaiveDate, TimeDelta};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Date, Integer, SmallInt, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;

/// How far what happens may be ahead of its record: what is recorded late in the evening may happen the next day.
const AHEAD: TimeDelta = TimeDelta::minutes(10);

/// What dossiers are counted by. Only what a report shows apart leaves the database apart: agencies times procedure versions are
/// thousands of times more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// The agency that decides.
    Agency,
    /// The procedure version.
    Version,
}

impl Apart {
    /// What the rows of a report need.
    pub const fn of(by: ReportBy) -> Self {
        match by {
            ReportBy::Agency | ReportBy::Level => Self::Agency,
            ReportBy::Field | ReportBy::Procedure => Self::Version,
        }
    }

    const fn column(self) -> &'static str {
        match self {
            Self::Agency => "competent_agency_id",
            Self::Version => "procedure_version_id",
        }
    }
}

/// Id of an agency or a procedure version, as dossiers are told [`Apart`].
pub type AlikeId = i32;

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
    alike: AlikeId,
    #[diesel(sql_type = SmallInt)]
    measure: i16,
    #[diesel(sql_type = BigInt)]
    before: i64,
    #[diesel(sql_type = BigInt)]
    through: i64,
}

/// Dossiers that are alike and in the same columns.
#[derive(QueryableByName)]
pub(super) struct Marked {
    #[diesel(sql_type = Integer)]
    alike: AlikeId,
    /// The columns.
    #[diesel(sql_type = Integer)]
    pub marks: i32,
    /// How many there are.
    #[diesel(sql_type = BigInt)]
    pub dossiers: i64,
}

/// Counters of dossiers that are alike.
pub type Tallies = HashMap<AlikeId, Tally>;

/// What the counters of days tell, whenever it was recorded. It is the same for a report as it is known, and as it was known at the end of its
/// period.
pub async fn counted(conn: &mut AsyncPgConnection, asked: &Asked, apart: Apart) -> QueryResult<Tallies> {
    let known_before = known_before(conn, asked.frame.now).await?;
    let rows = bound(counting(asked, apart), asked, known_before);
    Ok(tallied(HashMap::new(), of_agencies(rows, asked).load(conn).await?))
}

/// The numbers of dossiers that are alike, as they are known on the snapshot of the connection: what the counters tell, without what was
/// recorded later, and with what is not in them. What has none is left out.
pub async fn counts(
    conn: &mut AsyncPgConnection,
    asked: &Asked,
    apart: Apart,
    counted: Tallies,
) -> QueryResult<HashMap<AlikeId, Counts>> {
    let tallies = known(conn, asked, apart, counted).await?;
    let mut counts: HashMap<AlikeId, Counts> =
        tallies.into_iter().map(|(alike, tally)| (alike, tally.counts())).collect();
    for row in reopened(conn, asked, apart).await? {
        counts.entry(row.alike).or_default().add_marked(row.marks, row.dossiers);
    }
    counts.retain(|_, counts| !counts.is_empty());
    Ok(counts)
}

/// What the counters tell, with what is known otherwise.
pub(super) async fn known(
    conn: &mut AsyncPgConnection,
    asked: &Asked,
    apart: Apart,
    counted: Tallies,
) -> QueryResult<Tallies> {
    let known_before = known_before(conn, asked.frame.now).await?;
    let rows = looked_at(bound(since(asked, apart), asked, known_before), asked, known_before);
    Ok(tallied(counted, of_agencies(rows, asked).load(conn).await?))
}

fn tallied(mut tallies: Tallies, rows: Vec<Summed>) -> Tallies {
    for row in rows {
        if let Some(measure) = Measure::of(row.measure) {
            tallies.entry(row.alike).or_default().add(measure, row.before, row.through);
        }
    }
    tallies
}

pub(super) type Statement<'a> = BoxedSqlQuery<'a, Pg, SqlQuery>;

/// Binds the agencies where the statement asks for them, which it does last.
pub(super) fn of_agencies<'a>(statement: Statement<'a>, asked: &Asked) -> Statement<'a> {
    match &asked.agencies {
        Some(agencies) => statement.bind::<Array<Integer>, _>(agencies.clone()),
        None => statement,
    }
}

/// The condition on agencies that [`of_agencies`] binds as the parameter with a number.
pub(super) fn condition(asked: &Asked, column: &str, number: usize) -> String {
    asked.agencies.as_ref().map_or_else(|| "true".to_owned(), |_| format!("{column} = ANY(${number})"))
}

/// The columns of a state that changes are made of.
const STATE: &str = "competent_agency_id, procedure_version_id, channel, received_at, status, ended_at, judged_at, overdue_from, due_on, \
    clock_started_at, interruptions, index_overdue_from";

/// The instant of which a snapshot is; of the present one: all of time. States are found by the codes of their dossiers and compared with it:
/// through the view of what was known, PostgreSQL would look for all that was known then, again for each dossier.
const INSTANT: &str =
    "coalesce(nullif(current_setting('congkhai.as_of', true), ''), 'infinity')::timestamptz";

/// Counters before the period and through its last day, but not of days that are not known whole: `$1` begins the period, `$2` is the day
/// after it, `$3` the day before which records are counted. Both sums in one pass, which PostgreSQL shares among its workers.
fn counting(asked: &Asked, apart: Apart) -> String {
    let (alike, agency) = (apart.column(), condition(asked, "competent_agency_id", 4));
    // The whole years before a day, the whole months of its year, and the days of its month.
    let grains = |until: &str| {
        format!(
            "(grain = 'year' AND starts < date_trunc('year', {until}::timestamp)::date
                OR grain = 'month' AND starts >= date_trunc('year', {until}::timestamp)::date AND starts < date_trunc('month', {until}::timestamp)::date
                OR grain = 'day' AND starts >= date_trunc('month', {until}::timestamp)::date AND starts < {until})"
        )
    };
    let (before, through) = (grains("least($1, $3)"), grains("least($2, $3)"));
    summed(&format!(
        "SELECT {alike} AS alike, measure, CASE WHEN {before} THEN changed_by ELSE 0 END AS before,
            CASE WHEN {through} THEN changed_by ELSE 0 END AS through FROM report_counts WHERE {agency} AND ({before} OR {through})"
    ))
}

/// What is known otherwise than the counters tell, with the same parameters; from `$4` on dossiers with a record are looked at; `$5` is the
/// instant by which things are overdue.
fn since(asked: &Asked, apart: Apart) -> String {
    let (with, changes) = changes_since(asked, 6);
    let rows = format!(
        "SELECT {} AS alike, measure, CASE WHEN day < $1 THEN by ELSE 0 END AS before, by AS through FROM ({changes}) AS changes",
        apart.column()
    );
    format!("{with} {}", summed(&rows))
}

/// The same as changes on days: rows of `measure`, `day` and `by`, and what stands before the statement that has them. The agencies are the
/// parameter with a number.
pub(super) fn changes_since(asked: &Asked, agencies: usize) -> (String, String) {
    let of = |column: &str| condition(asked, column, agencies);
    let (agency, of_d, of_h) =
        (of("competent_agency_id"), of("d.competent_agency_id"), of("h.competent_agency_id"));
    let on = day!("c.at");
    let known = "timezone('Asia/Ho_Chi_Minh', $3::timestamp)";
    let with = format!(
        "WITH touched AS MATERIALIZED (
            SELECT DISTINCT c.id, c.code FROM dossier_events e JOIN dossier_codes c ON c.id = e.dossier_id WHERE e.recorded_at >= $4
        ), states AS (
            SELECT known.sign, {STATE} FROM dossier_history h CROSS JOIN (VALUES (1, {INSTANT}), (-1, {known} - interval '1 microsecond')) AS known(sign, at)
            WHERE h.code IN (SELECT code FROM touched) AND {of_h} AND h.known_from <= known.at AND (h.known_to IS NULL OR h.known_to > known.at)
        )"
    );
    // What nobody has touched becomes overdue all the same. Which dossiers those may be is asked by columns that have indexes.
    let within = |column: &str| format!("{column} >= {known} AND {column} <= $5");
    let becomes = format!(
        "SELECT competent_agency_id, procedure_version_id, late.measure, {late_on}, 1
        FROM dossiers d CROSS JOIN LATERAL (VALUES (9::smallint, overdue_from), (13::smallint, coalesce(index_overdue_from, overdue_from))) AS late(measure, at)
        WHERE {of_d} AND ended_at IS NULL AND ({overdue} OR {by_index}) AND {late}
            AND received_at IS NOT NULL AND NOT coalesce(interruptions ? 'ends', false) AND NOT EXISTS (SELECT FROM touched t WHERE t.id = d.id)",
        late_on = day!("late.at"),
        overdue = within("overdue_from"),
        by_index = within("index_overdue_from"),
        late = within("late.at"),
    );
    let changes = format!(
        "SELECT competent_agency_id, procedure_version_id, measure, day, -changed_by AS by FROM report_late_counts
            WHERE {agency} AND known_on >= $3 AND day < least($2, $3) AND measure > 0
        UNION ALL SELECT competent_agency_id, procedure_version_id, measure, {on}, sign * by FROM ({CHANGES}) c
            WHERE {on} < $2 AND CASE WHEN sign < 0 THEN {on} < $3 WHEN measure = 9 THEN late_from <= $5
                WHEN measure = 13 THEN index_late_from <= $5 ELSE true END
        UNION ALL {becomes}"
    );
    (with, changes)
}

/// The sums of rows, by what is alike and by measure.
fn summed(rows: &str) -> String {
    format!(
        "SELECT alike, measure, sum(before)::bigint AS before, sum(through)::bigint AS through
        FROM ({rows}) AS summed GROUP BY 1, 2 HAVING sum(before) <> 0 OR sum(through) <> 0"
    )
}

/// Binds the period and the day before which records are counted.
pub(super) fn bound<'a>(statement: String, asked: &Asked, known_before: NaiveDate) -> Statement<'a> {
    diesel::sql_query(statement)
        .into_boxed()
        .bind::<Date, _>(asked.frame.period.from)
        .bind::<Date, _>(asked.frame.ends().local_date())
        .bind::<Date, _>(known_before)
}

/// Binds from when on dossiers with a record are looked at, and the instant by which things are overdue.
pub(super) fn looked_at<'a>(
    statement: Statement<'a>,
    asked: &Asked,
    known_before: NaiveDate,
) -> Statement<'a> {
    statement
        .bind::<Timestamptz, _>((Instant::start_of(known_before) + -AHEAD).utc())
        .bind::<Timestamptz, _>(asked.frame.judges_at().utc())
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
pub(super) async fn reopened(
    conn: &mut AsyncPgConnection,
    asked: &Asked,
    apart: Apart,
) -> QueryResult<Vec<Marked>> {
    let which = reopened_where(asked);
    let statement = format!(
        "SELECT {} AS alike, marks, count(*) AS dossiers FROM ({}) placed GROUP BY 1, 2",
        apart.column(),
        placed(&which)
    );
    of_agencies(framed(statement, asked.frame), asked).load(conn).await
}

/// The condition on them; agencies are the fourth parameter.
pub(super) fn reopened_where(asked: &Asked) -> String {
    format!("d.interruptions ? 'ends' AND {}", condition(asked, "d.competent_agency_id", 4))
}
