//! The counters of days: made of every state that a dossier has or had, each added when it became known and taken away when the next
//! one did.

use super::mirror::{CHANGES, day};
use crate::db::Transaction;
use crate::domain::local_time::Instant;
use crate::features::activity::queries::delays;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Date, Nullable, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

#[derive(QueryableByName)]
struct Progress {
    #[diesel(sql_type = Nullable<Date>)]
    counted_through: Option<NaiveDate>,
}

const PROGRESS: &str = "SELECT counted_through FROM report_progress";

/// The last day that is counted; `None`: none is.
pub(super) async fn progress(conn: &mut AsyncPgConnection) -> QueryResult<Option<NaiveDate>> {
    Ok(diesel::sql_query(PROGRESS).get_result::<Progress>(conn).await?.counted_through)
}

/// The first local day whose records the counters do not tell, as far as somebody knows them at an instant. At its last microsecond, which is the
/// finest that is stored, a day is known whole.
pub async fn known_before(conn: &mut AsyncPgConnection, now: Instant) -> QueryResult<NaiveDate> {
    let counted = progress(conn).await?;
    let first = counted.map_or(DateTime::UNIX_EPOCH.date_naive(), |day| day + Days::new(1));
    Ok(first.min((now + TimeDelta::microseconds(1)).local_date()))
}

/// The last day that is counted, locked until the transaction ends.
pub async fn lock_progress(tx: &mut Transaction) -> QueryResult<Option<NaiveDate>> {
    let locking = diesel::sql_query(format!("{PROGRESS} FOR UPDATE"));
    Ok(locking.get_result::<Progress>(tx).await?.counted_through)
}

/// Sets the last day that is counted.
pub async fn counted_through(tx: &mut Transaction, day: NaiveDate) -> QueryResult<usize> {
    diesel::sql_query("UPDATE report_progress SET counted_through = $1")
        .bind::<Date, _>(day)
        .execute(tx)
        .await
}

/// What each day of records changed: rows `known_on`, `day`, agency, version, measure, `changed_by`. The states come from the statement
/// before it; `$1` and `$2` bound the records.
pub(super) fn changed(states: &str) -> String {
    let known_on = day!("known.at");
    let on = day!("c.at");
    format!(
        "WITH states AS (
            SELECT known.sign, {known_on} AS known_on, h.*
            FROM ({states}) h CROSS JOIN LATERAL (VALUES (1, known_from), (-1, known_to)) AS known(sign, at)
            WHERE known.at >= $1 AND known.at < $2
        )
        SELECT known_on, {on} AS day, competent_agency_id, procedure_version_id, measure, sum(sign * by)::bigint AS changed_by
        FROM ({CHANGES}) c GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign * by) <> 0"
    )
}

/// Every state: for a first fold.
pub(super) const ALL: &str = "SELECT * FROM dossier_history";

/// The states of dossiers with a record within the bounds.
const TOUCHED: &str = "SELECT history.* FROM dossier_history history WHERE code IN (
    SELECT c.code FROM dossier_events e JOIN dossier_codes c ON c.id = e.dossier_id WHERE e.recorded_at >= $1 AND e.recorded_at < $2)";

/// Events that were recorded after the local day on which they happened; a correction belongs to the day of what it corrects.
const LATE_EVENTS: &str = concat!(
    "INSERT INTO report_late_counts (known_on, day, competent_agency_id, procedure_version_id, measure, changed_by)
    SELECT known_on, day, competent_agency_id, procedure_version_id, 0, count(*) FROM (
        SELECT ",
    day!("e.recorded_at"),
    " AS known_on, ",
    day!("coalesce(corrected.occurred_at, e.occurred_at)"),
    " AS day, d.competent_agency_id, d.procedure_version_id
        FROM dossier_events e JOIN dossiers d ON d.id = e.dossier_id LEFT JOIN dossier_events corrected ON corrected.id = e.corrects
        WHERE e.recorded_at >= $1 AND e.recorded_at < $2
    ) events WHERE known_on > day GROUP BY 1, 2, 3, 4"
);

/// Folds what was recorded after a day, or from the beginning, through another; says how many counters of days changed.
pub async fn fold(tx: &mut Transaction, after: Option<NaiveDate>, through: NaiveDate) -> QueryResult<usize> {
    let from = after.map_or(DateTime::UNIX_EPOCH, |day| Instant::end_of(day).utc());
    let bounds = (from, Instant::end_of(through).utc());
    let changed = changed(if after.is_some() { TOUCHED } else { ALL });
    // A day of a large service is more than an ordinary write, and the first fold is all of its days.
    tx.batch_execute("SET LOCAL statement_timeout = '2h'; DROP TABLE IF EXISTS pg_temp.changed").await?;
    within(tx, &format!("CREATE TEMP TABLE changed ON COMMIT DROP AS {changed}"), bounds).await?;
    tx.batch_execute("ANALYZE pg_temp.changed").await?;
    let counters = add(tx).await?;
    within(tx, LATE_EVENTS, bounds).await?;
    delays::fold(tx, bounds).await?;
    Ok(counters)
}

async fn within(
    tx: &mut Transaction,
    statement: &str,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<usize> {
    diesel::sql_query(statement).bind::<Timestamptz, _>(from).bind::<Timestamptz, _>(to).execute(tx).await
}

/// Adds what changed to the counters, and keeps apart what was recorded late.
async fn add(tx: &mut Transaction) -> QueryResult<usize> {
    let late = "INSERT INTO report_late_counts (known_on, day, competent_agency_id, procedure_version_id, measure, changed_by)
        SELECT known_on, day, competent_agency_id, procedure_version_id, measure, changed_by FROM pg_temp.changed WHERE known_on > day";
    diesel::sql_query(late).execute(tx).await?;
    let mut days = 0;
    for grain in ["year", "month", "day"] {
        let add = format!(
            "INSERT INTO report_counts AS counts (grain, starts, competent_agency_id, procedure_version_id, measure, changed_by)
            SELECT '{grain}', date_trunc('{grain}', day::timestamp)::date, competent_agency_id, procedure_version_id, measure, sum(changed_by)
            FROM pg_temp.changed GROUP BY 2, 3, 4, 5 HAVING sum(changed_by) <> 0 ORDER BY 2, 3, 4, 5
            ON CONFLICT ON CONSTRAINT report_counts_pkey DO UPDATE SET changed_by = counts.changed_by + excluded.changed_by"
        );
        days = diesel::sql_query(add).execute(tx).await?;
        // What was to be overdue one day and ended before it leaves nothing behind.
        let forget = format!(
            "DELETE FROM report_counts counts USING (
                SELECT DISTINCT date_trunc('{grain}', day::timestamp)::date AS starts, competent_agency_id, procedure_version_id, measure FROM pg_temp.changed
            ) c WHERE counts.changed_by = 0 AND counts.grain = '{grain}' AND counts.starts = c.starts AND counts.measure = c.measure
                AND counts.competent_agency_id = c.competent_agency_id AND counts.procedure_version_id = c.procedure_version_id"
        );
        diesel::sql_query(forget).execute(tx).await?;
    }
    Ok(days)
}
