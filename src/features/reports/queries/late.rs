//! What was recorded of a period when it was over.

use super::fold::known_before;
use super::sums::{Asked, condition, of_agencies};
use crate::domain::local_time::Instant;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

#[derive(QueryableByName)]
struct Events {
    #[diesel(sql_type = BigInt)]
    events: i64,
}

/// How many events were recorded after the period that had happened by its end, or correct one that had.
pub async fn late_events(conn: &mut AsyncPgConnection, asked: &Asked) -> QueryResult<i64> {
    let known_before = known_before(conn, asked.frame.now).await?;
    let of = |column: &str| condition(asked, column, 4);
    let statement = format!(
        "SELECT coalesce(sum(n), 0)::bigint AS events FROM (
            SELECT sum(changed_by) AS n FROM report_late_counts
                WHERE measure = 0 AND day < $1 AND known_on >= $1 AND known_on < $2 AND {}
            UNION ALL SELECT count(*) FROM dossier_events e JOIN dossier_codes d ON d.id = e.dossier_id
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
