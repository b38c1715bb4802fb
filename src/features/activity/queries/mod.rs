//! Reads what agencies recorded: `delays` (how much, and how soon, by day), and here what each recorded last. Runs on any snapshot, also as
//! of an earlier instant.

pub mod delays;

use crate::domain::activity::NOT_COUNTED;
use crate::domain::agency_tree::{AgencyId, ById};
use crate::domain::vocabulary::EventKind;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

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

/// The kinds of events that are no activity.
fn not_counted() -> Vec<&'static str> {
    NOT_COUNTED.iter().map(|kind| kind.as_str()).collect()
}

/// What agencies recorded last; who recorded nothing is left out. By the index of agency and record, backwards.
pub async fn last(conn: &mut AsyncPgConnection, agencies: &[AgencyId]) -> QueryResult<ById<Last>> {
    let query = "SELECT asked.agency_id, e.recorded_at, e.occurred_at, e.kind
        FROM unnest($1) AS asked(agency_id) CROSS JOIN LATERAL (
            SELECT recorded_at, occurred_at, kind FROM dossier_events
            WHERE agency_id = asked.agency_id AND kind <> ALL($2)
            ORDER BY recorded_at DESC, id DESC LIMIT 1
        ) e";
    let rows: Vec<Last> = diesel::sql_query(query)
        .bind::<Array<Integer>, _>(agencies)
        .bind::<Array<Text>, _>(not_counted())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.agency_id, row)).collect())
}
