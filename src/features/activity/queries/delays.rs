//! How soon agencies recorded what happened: delays of days that are over, folded once, and those of events that were recorded since.

use super::not_counted;
use crate::db::Transaction;
use crate::domain::activity::{self, Delays, Recording, WEEKS};
use crate::domain::agency_tree::{AgencyId, ById};
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::features::reports::queries::fold;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Integer, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Delays of the events in `events`, by agency and days. A replayed event was first recorded when the other software did.
const DELAYS: &str = "SELECT agency_id, date(timezone('Asia/Ho_Chi_Minh', recorded_at)) AS recorded_on,
        date(timezone('Asia/Ho_Chi_Minh', entered_at)) AS entered_on, date(timezone('Asia/Ho_Chi_Minh', occurred_at)) AS occurred_on,
        array_agg(seconds ORDER BY seconds) AS seconds
    FROM events CROSS JOIN LATERAL (VALUES (coalesce(source_recorded_at, recorded_at))) AS entered(entered_at)
        CROSS JOIN LATERAL (VALUES (least(greatest(floor(extract(epoch FROM entered_at - occurred_at)), 0), 2147483647)::integer)) AS delay(seconds)
    GROUP BY 1, 2, 3, 4";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    agency_id: AgencyId,
    #[diesel(sql_type = Date)]
    occurred_on: NaiveDate,
    #[diesel(sql_type = Date)]
    entered_on: NaiveDate,
    #[diesel(sql_type = Array<Integer>)]
    seconds: Vec<i32>,
}

/// What agencies recorded in the last weeks through a day; who recorded nothing is left out.
pub async fn recorded(
    conn: &mut AsyncPgConnection,
    agencies: &[AgencyId],
    calendars: &Calendars,
    (today, now): (NaiveDate, Instant),
) -> QueryResult<ById<Recording>> {
    let since = activity::weeks(today)[WEEKS - 1].from;
    let folded_before = fold::known_before(conn, now).await?;
    let query = format!(
        "WITH events AS (
            SELECT agency_id, occurred_at, recorded_at, source_recorded_at FROM dossier_events
            WHERE agency_id = ANY($1) AND recorded_at >= $4 AND kind <> ALL($5)
        )
        SELECT agency_id, occurred_on, entered_on, seconds FROM recording_delays
            WHERE agency_id = ANY($1) AND recorded_on >= $2 AND recorded_on < $3
        UNION ALL SELECT agency_id, occurred_on, entered_on, seconds FROM ({DELAYS}) AS recorded_since"
    );
    let rows: Vec<Row> = diesel::sql_query(query)
        .bind::<Array<Integer>, _>(agencies)
        .bind::<Date, _>(since)
        .bind::<Date, _>(folded_before)
        .bind::<Timestamptz, _>(Instant::start_of(since.max(folded_before)).utc())
        .bind::<Array<Text>, _>(not_counted())
        .load(conn)
        .await?;
    let mut delays: ById<Vec<Delays>> = ById::default();
    for Row { agency_id, occurred_on, entered_on, seconds } in rows {
        delays.entry(agency_id).or_default().push(Delays { occurred_on, entered_on, seconds });
    }
    let of = |(id, delays): (AgencyId, Vec<Delays>)| (id, Recording::of(&delays, today, calendars.of(id)));
    Ok(delays.into_iter().map(of).collect())
}

/// Events whose record is within bounds.
const WITHIN: &str =
    "SELECT * FROM dossier_events WHERE recorded_at >= $1 AND recorded_at < $2 AND kind <> ALL($3)";

/// Folds what was recorded within bounds, which are the ends of local days.
pub async fn fold(tx: &mut Transaction, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> QueryResult<usize> {
    let statement = format!(
        "INSERT INTO recording_delays (agency_id, recorded_on, entered_on, occurred_on, seconds)
        WITH events AS ({WITHIN}) {DELAYS}"
    );
    diesel::sql_query(statement)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .bind::<Array<Text>, _>(not_counted())
        .execute(tx)
        .await
}

/// Delays that are not what they should be.
#[derive(Clone, Debug, QueryableByName)]
pub struct Fault {
    /// Code of the agency.
    #[diesel(sql_type = Text)]
    pub agency: String,
    /// The local day on which the events came here.
    #[diesel(sql_type = Date)]
    pub recorded_on: NaiveDate,
    /// The local day on which they happened.
    #[diesel(sql_type = Date)]
    pub occurred_on: NaiveDate,
    /// How many delays are stored.
    #[diesel(sql_type = BigInt)]
    pub stored: i64,
    /// How many there should be.
    #[diesel(sql_type = BigInt)]
    pub made_anew: i64,
}

/// Makes the delays of all days through one anew, and compares. A part of `reports/queries/check`, which gives it the time that it needs.
pub async fn check(conn: &mut AsyncPgConnection, through: NaiveDate) -> QueryResult<Vec<Fault>> {
    let statement = format!(
        "WITH events AS ({WITHIN}), anew AS ({DELAYS})
        SELECT coalesce(a.code, '?') AS agency, recorded_on, occurred_on,
            coalesce(cardinality(stored.seconds), 0)::bigint AS stored, coalesce(cardinality(anew.seconds), 0)::bigint AS made_anew
        FROM recording_delays stored FULL JOIN anew USING (agency_id, recorded_on, entered_on, occurred_on) LEFT JOIN agencies a ON a.id = agency_id
        WHERE stored.seconds IS DISTINCT FROM anew.seconds ORDER BY agency, recorded_on, occurred_on, entered_on"
    );
    diesel::sql_query(statement)
        .bind::<Timestamptz, _>(DateTime::UNIX_EPOCH)
        .bind::<Timestamptz, _>(Instant::end_of(through).utc())
        .bind::<Array<Text>, _>(not_counted())
        .load(conn)
        .await
}
