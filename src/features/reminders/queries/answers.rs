//! Counts the reminders that agencies got, and how they answered.

use crate::domain::agency_tree::{AgencyId, ById};
use crate::domain::period::Period;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// How an agency answered reminders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct Answers {
    #[diesel(sql_type = Integer)]
    agency_id: AgencyId,
    /// Reminders that it got.
    #[diesel(sql_type = BigInt)]
    pub sent: i64,
    /// Of these, those that it acknowledged.
    #[diesel(sql_type = BigInt)]
    pub answered: i64,
    /// Of these, those that it acknowledged by their due day.
    #[diesel(sql_type = BigInt)]
    pub answered_in_time: i64,
    /// Of those that it got, those that went to the agency above.
    #[diesel(sql_type = BigInt)]
    pub escalated: i64,
}

impl std::ops::AddAssign for Answers {
    fn add_assign(&mut self, more: Self) {
        self.sent += more.sent;
        self.answered += more.answered;
        self.answered_in_time += more.answered_in_time;
        self.escalated += more.escalated;
    }
}

/// How agencies had answered the reminders of a period by an instant. Who got none is not among them.
pub async fn answers(
    conn: &mut AsyncPgConnection,
    agencies: &[AgencyId],
    period: Period,
    by: DateTime<Utc>,
) -> QueryResult<ById<Answers>> {
    let query = "SELECT agency_id, count(*) AS sent, count(*) FILTER (WHERE acknowledged_at <= $4) AS answered,
            count(*) FILTER (WHERE acknowledged_at <= $4 AND date(timezone('Asia/Ho_Chi_Minh', acknowledged_at)) <= due_on) AS answered_in_time,
            count(*) FILTER (WHERE escalated_at <= $4) AS escalated
        FROM reminders WHERE agency_id = ANY($1) AND issued_at >= $2 AND issued_at < $3 AND issued_at <= $4 GROUP BY agency_id";
    let (from, to) = period.instants();
    let rows: Vec<Answers> = diesel::sql_query(query)
        .bind::<Array<Integer>, _>(agencies)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .bind::<Timestamptz, _>(by)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.agency_id, row)).collect())
}
