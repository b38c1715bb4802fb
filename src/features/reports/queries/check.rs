//! Makes the counters anew from every state that was recorded, and the delays of records from every event, and compares.

use super::fold::{ALL, changed, progress};
use crate::domain::local_time::Instant;
use crate::features::activity::queries::delays;
use chrono::{DateTime, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

/// A counter that is not what it should be.
#[derive(Clone, Debug, QueryableByName)]
pub struct Fault {
    /// `day`, `month`, `year`; `late` for what was recorded after its day.
    #[diesel(sql_type = Text)]
    pub grain: String,
    /// Its first local day.
    #[diesel(sql_type = Date)]
    pub starts: NaiveDate,
    /// The local day of the record, of what was recorded late.
    #[diesel(sql_type = Nullable<Date>)]
    pub known_on: Option<NaiveDate>,
    /// Code of the agency.
    #[diesel(sql_type = Text)]
    pub agency: String,
    /// Code of the procedure.
    #[diesel(sql_type = Text)]
    pub procedure: String,
    /// What is counted.
    #[diesel(sql_type = SmallInt)]
    pub measure: i16,
    /// What is stored.
    #[diesel(sql_type = BigInt)]
    pub stored: i64,
    /// What it should be.
    #[diesel(sql_type = BigInt)]
    pub made_anew: i64,
}

#[derive(QueryableByName)]
struct Counters {
    #[diesel(sql_type = BigInt)]
    counters: i64,
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The last day that is counted; `None`: nothing is yet.
    pub counted_through: Option<NaiveDate>,
    /// How many counters there are.
    pub counters: i64,
    /// Those that are not what they should be.
    pub faults: Vec<Fault>,
    /// Days whose delays of records are not what they should be.
    pub delays: Vec<delays::Fault>,
}

/// Compares all counters and delays, on the snapshot of the connection. Takes as long as looking at every state and every event.
pub async fn check(conn: &mut AsyncPgConnection) -> QueryResult<Found> {
    conn.batch_execute("SET LOCAL statement_timeout = '2h'").await?;
    let counted_through = progress(conn).await?;
    let Some(through) = counted_through else { return Ok(Found::default()) };
    let counting = "SELECT (SELECT count(*) FROM report_counts) + (SELECT count(*) FROM report_late_counts WHERE measure > 0) AS counters";
    let counters = diesel::sql_query(counting).get_result::<Counters>(conn).await?.counters;
    let statement = format!(
        "WITH changed AS MATERIALIZED ({changed}), anew AS (
            SELECT grain, date_trunc(grain, day::timestamp)::date AS starts, NULL::date AS known_on, competent_agency_id, procedure_version_id,
                measure, sum(changed_by)::bigint AS made_anew
            FROM changed CROSS JOIN (VALUES ('day'), ('month'), ('year')) AS grains(grain) GROUP BY 1, 2, 4, 5, 6 HAVING sum(changed_by) <> 0
            UNION ALL SELECT 'late', day, known_on, competent_agency_id, procedure_version_id, measure, changed_by FROM changed WHERE known_on > day
        ), stored AS (
            SELECT grain, starts, NULL::date AS known_on, competent_agency_id, procedure_version_id, measure, changed_by AS stored FROM report_counts
            UNION ALL SELECT 'late', day, known_on, competent_agency_id, procedure_version_id, measure, changed_by
            FROM report_late_counts WHERE measure > 0
        ), compared AS (
            SELECT grain, starts, known_on, competent_agency_id, procedure_version_id, measure, sum(stored)::bigint AS stored,
                sum(made_anew)::bigint AS made_anew
            FROM (
                SELECT grain, starts, known_on, competent_agency_id, procedure_version_id, measure, stored, 0 AS made_anew FROM stored
                UNION ALL SELECT grain, starts, known_on, competent_agency_id, procedure_version_id, measure, 0, made_anew FROM anew
            ) both_of_them GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(stored) <> sum(made_anew)
        )
        SELECT grain, starts, known_on, coalesce(a.code, '?') AS agency, coalesce(v.procedure_code, '?') AS procedure, measure, stored, made_anew
        FROM compared c LEFT JOIN agencies a ON a.id = c.competent_agency_id LEFT JOIN procedure_versions v ON v.id = c.procedure_version_id
        ORDER BY grain, starts, known_on, agency, procedure, measure",
        changed = changed(ALL)
    );
    let faults = diesel::sql_query(statement)
        .bind::<Timestamptz, _>(DateTime::UNIX_EPOCH)
        .bind::<Timestamptz, _>(Instant::end_of(through).utc())
        .load(conn)
        .await?;
    let delays = delays::check(conn, through).await?;
    Ok(Found { counted_through, counters, faults, delays })
}
