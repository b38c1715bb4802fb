//! Counts dossiers by how they stand.

use crate::db::schema::dossiers;
use crate::domain::agency_tree::AgencyId;
use crate::domain::vocabulary::TimingState;
use crate::features::auth::Visible;
use crate::features::dossiers::queries::visible::{self, Narrow};
use crate::features::overdue::queries::mirror::{self, Moment};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{count, count_star, min};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// How many dossiers there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Progress {
    /// Whose handling has not ended, those that wait to be received too.
    pub open: i64,
    /// Of these, those that are overdue.
    pub overdue: i64,
    /// Whose handling has ended.
    pub finished: i64,
}

/// How the dossiers stand that some agencies decide.
pub async fn progress(
    conn: &mut AsyncPgConnection,
    competent: &Narrow,
    moment: &Moment,
) -> QueryResult<Progress> {
    use dossiers::{ended_at, id};
    let overdue = mirror::is(TimingState::Overdue, moment).assume_not_null();
    let query = visible::seen(&Visible::All, competent).select((
        count(id).aggregate_filter(ended_at.is_null()),
        count(id).aggregate_filter(overdue),
        count(id).aggregate_filter(ended_at.is_not_null()),
    ));
    query.first(conn).await
}

/// How the open dossiers stand that an agency decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Open {
    /// The agency.
    pub agency_id: AgencyId,
    /// Those whose handling has not ended.
    pub open: i64,
    /// Of these, those that are due soon.
    pub due_soon: i64,
    /// Of these, those that are overdue.
    pub overdue: i64,
    /// The earliest day on which one of the overdue was due.
    pub oldest_due_on: Option<NaiveDate>,
    /// Those in which nothing happens.
    pub stale: i64,
}

/// How open dossiers stand, for each agency that decides any.
pub async fn open(conn: &mut AsyncPgConnection, moment: &Moment) -> QueryResult<Vec<Open>> {
    use dossiers as d;
    let is = |state| mirror::is(state, moment).assume_not_null();
    let stale = mirror::is_stale(mirror::stale_after(moment.now.into()), moment).assume_not_null();
    let query = d::table.filter(d::ended_at.is_null()).group_by(d::competent_agency_id).select((
        d::competent_agency_id,
        count_star(),
        count(d::id).aggregate_filter(is(TimingState::DueSoon)),
        count(d::id).aggregate_filter(is(TimingState::Overdue)),
        min(d::due_on).aggregate_filter(is(TimingState::Overdue)),
        count(d::id).aggregate_filter(stale),
    ));
    query.load(conn).await
}

/// How many dossiers of an agency were received in a span.
pub async fn received(
    conn: &mut AsyncPgConnection,
    agencies: &[AgencyId],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<Vec<(AgencyId, i64)>> {
    use dossiers as d;
    let in_span = d::filed_at.ge(from).and(d::filed_at.lt(to)).and(d::received_at.is_not_null());
    d::table
        .filter(in_span.and(d::competent_agency_id.eq_any(agencies)))
        .group_by(d::competent_agency_id)
        .select((d::competent_agency_id, count_star()))
        .load(conn)
        .await
}

/// How the dossiers of an agency were timed whose handling ended in a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Ended {
    /// The agency.
    pub agency_id: AgencyId,
    /// All of them.
    pub resolved: i64,
    /// Those that ended early.
    pub early: i64,
    /// Those that ended on time.
    pub on_time: i64,
    /// Those that ended late.
    pub late: i64,
    /// Those that had no deadline.
    pub no_deadline: i64,
}

/// The dossiers whose handling ended in a span, by the agency that decided.
pub async fn ended(
    conn: &mut AsyncPgConnection,
    agencies: &[AgencyId],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    moment: &Moment,
) -> QueryResult<Vec<Ended>> {
    use dossiers as d;
    let are = |state| count(d::id).aggregate_filter(mirror::is(state, moment).assume_not_null());
    d::table
        .filter(d::ended_at.ge(from).and(d::ended_at.lt(to)))
        .filter(d::competent_agency_id.eq_any(agencies))
        .group_by(d::competent_agency_id)
        .select((
            d::competent_agency_id,
            count_star(),
            are(TimingState::Early),
            are(TimingState::OnTime),
            are(TimingState::Late),
            are(TimingState::NoDeadline),
        ))
        .load(conn)
        .await
}

/// How long the dossiers of a procedure took at an agency. Days are real ones, of 24 hours, with rest days and stops.
#[derive(Clone, Debug, QueryableByName)]
pub struct Took {
    /// The agency.
    #[diesel(sql_type = Integer)]
    pub agency_id: AgencyId,
    /// The procedure.
    #[diesel(sql_type = Text)]
    pub procedure_code: String,
    /// The newest of its versions among them.
    #[diesel(sql_type = Integer)]
    pub version_id: i32,
    /// How many dossiers there are.
    #[diesel(sql_type = BigInt)]
    pub resolved: i64,
    /// Median, in hundredths of a day.
    #[diesel(sql_type = BigInt)]
    pub p50: i64,
    /// 90th percentile.
    #[diesel(sql_type = BigInt)]
    pub p90: i64,
}

/// How long dossiers took whose handling ended in a span, from receipt to end. Those that were never received took no time.
pub async fn took(
    conn: &mut AsyncPgConnection,
    agencies: &[AgencyId],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<Vec<Took>> {
    let query = "WITH ended AS (
            SELECT competent_agency_id, procedure_version_id,
                extract(epoch FROM ended_at - received_at)::float8 AS seconds
            FROM dossiers WHERE ended_at >= $1 AND ended_at < $2 AND received_at IS NOT NULL
                AND competent_agency_id = ANY($3)
        )
        SELECT competent_agency_id AS agency_id, procedure_code, max(v.id) AS version_id, count(*) AS resolved,
            round(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) / 864)::bigint AS p50,
            round(percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) / 864)::bigint AS p90
        FROM ended JOIN procedure_versions v ON v.id = procedure_version_id
        GROUP BY 1, 2 ORDER BY 1, 2";
    diesel::sql_query(query)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .bind::<Array<Integer>, _>(agencies)
        .load(conn)
        .await
}
