//! Reads and writes reviews and what agencies confirm in them.

use crate::db::Transaction;
use crate::db::page::Page;
use crate::db::schema::{review_confirmations, reviews};
use crate::domain::agency_tree::{AgencyId, ById};
use crate::domain::local_time::Instant;
use crate::domain::review::Schedule;
use crate::domain::vocabulary::{ReviewOutcome, ReviewStatus};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Text, Timestamptz};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;
use uuid::Uuid;

/// A review as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = reviews)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct ReviewRow {
    pub id: Uuid,
    pub title: String,
    pub dispatch_number: Option<String>,
    pub dispatch_signed_on: NaiveDate,
    pub dispatch_issued_by: String,
    pub agency_ids: Vec<AgencyId>,
    pub owner_ids: Option<Vec<AgencyId>>,
    pub opens_on: NaiveDate,
    pub due_on: NaiveDate,
    pub every_months: Option<i16>,
    pub created_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closing_note: Option<String>,
    pub version: i32,
}

impl ReviewRow {
    /// When it runs.
    pub fn schedule(&self) -> Schedule {
        let every_months = self.every_months.and_then(|months| u32::try_from(months).ok());
        Schedule { opens_on: self.opens_on, due_on: self.due_on, every_months }
    }

    /// Whether it runs.
    pub const fn status(&self) -> ReviewStatus {
        if self.closed_at.is_some() { ReviewStatus::Closed } else { ReviewStatus::Open }
    }
}

/// Position in the list: when a review was created, and its id.
pub type Key = (Instant, Uuid);

/// The review with an id.
pub async fn find<C>(conn: &mut C, id: Uuid) -> QueryResult<Option<ReviewRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    reviews::table.find(id).select(ReviewRow::as_select()).first(conn).await.optional()
}

/// The same, locked: to be closed, or so that it is not closed meanwhile.
pub(super) async fn lock(tx: &mut Transaction, id: Uuid, to_close: bool) -> QueryResult<Option<ReviewRow>> {
    let row = reviews::table.find(id).select(ReviewRow::as_select());
    let row = if to_close { row.for_update().first(tx).await } else { row.for_share().first(tx).await };
    row.optional()
}

/// A page of the reviews that have an agency among some, or all of them; newest first.
pub async fn page<C>(
    conn: &mut C,
    (among, status): (Option<&[AgencyId]>, Option<ReviewStatus>),
    page: Option<&Page<Key>>,
) -> QueryResult<Vec<ReviewRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    use reviews as r;
    let mut query = listed(among, status).order((r::created_at.desc(), r::id.desc()));
    if let Some(page) = page {
        query = query.limit(page.fetch());
        if let Some((at, id)) = page.after.map(|(at, id)| (at.utc(), id)) {
            query = query.filter(r::created_at.le(at).and(r::created_at.lt(at).or(r::id.lt(id))));
        }
    }
    query.select(ReviewRow::as_select()).load(conn).await
}

/// How many of them there are.
pub async fn count<C>(
    conn: &mut C,
    among: Option<&[AgencyId]>,
    status: Option<ReviewStatus>,
) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    listed(among, status).count().get_result(conn).await
}

fn listed<'a>(among: Option<&[AgencyId]>, status: Option<ReviewStatus>) -> reviews::BoxedQuery<'a, Pg> {
    let mut query = reviews::table.into_boxed();
    if let Some(among) = among {
        query = query.filter(reviews::agency_ids.overlaps_with(among.to_vec()));
    }
    match status {
        Some(ReviewStatus::Open) => query.filter(reviews::closed_at.is_null()),
        Some(ReviewStatus::Closed) => query.filter(reviews::closed_at.is_not_null()),
        None => query,
    }
}

/// Stores a new review.
pub(super) async fn insert(tx: &mut Transaction, row: &ReviewRow) -> QueryResult<usize> {
    diesel::insert_into(reviews::table).values(row).execute(tx).await
}

/// Writes a review that was closed.
pub(super) async fn close(tx: &mut Transaction, row: &ReviewRow) -> QueryResult<usize> {
    use reviews as r;
    let values =
        (r::closed_at.eq(row.closed_at), r::closing_note.eq(&row.closing_note), r::version.eq(row.version));
    diesel::update(r::table.find(row.id)).set(values).execute(tx).await
}

/// What an agency said of a procedure last in a round.
#[derive(Clone, Debug, QueryableByName)]
pub struct SaidRow {
    /// The agency.
    #[diesel(sql_type = Integer)]
    pub agency_id: AgencyId,
    /// Code of the procedure.
    #[diesel(sql_type = Text)]
    pub procedure_code: String,
    /// The version that was in force.
    #[diesel(sql_type = Integer)]
    pub procedure_version: i32,
    /// What is to be done with it.
    #[diesel(sql_type = Text)]
    pub outcome: ReviewOutcome,
    /// Why.
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
    /// When it was said.
    #[diesel(sql_type = Timestamptz)]
    pub confirmed_at: DateTime<Utc>,
    /// When the agency said anything of it first.
    #[diesel(sql_type = Timestamptz)]
    pub first_at: DateTime<Utc>,
}

/// What agencies said last, by agency and procedure.
pub type Said = ById<HashMap<String, SaidRow>>;

/// What some agencies said in a round, as it was known at an instant.
pub async fn said(
    conn: &mut AsyncPgConnection,
    (review, round): (Uuid, i32),
    agencies: &[AgencyId],
    known: DateTime<Utc>,
) -> QueryResult<Said> {
    let query = "SELECT DISTINCT ON (agency_id, procedure_code) agency_id, procedure_code, procedure_version, outcome, note,
            confirmed_at, min(confirmed_at) OVER (PARTITION BY agency_id, procedure_code) AS first_at
        FROM review_confirmations
        WHERE review_id = $1 AND round = $2 AND agency_id = ANY($3) AND confirmed_at <= $4
        ORDER BY agency_id, procedure_code, confirmed_at DESC, id DESC";
    let query = diesel::sql_query(query).bind::<diesel::sql_types::Uuid, _>(review).bind::<Integer, _>(round);
    let rows: Vec<SaidRow> =
        query.bind::<Array<Integer>, _>(agencies).bind::<Timestamptz, _>(known).load(conn).await?;
    let mut found = Said::default();
    for row in rows {
        found.entry(row.agency_id).or_default().insert(row.procedure_code.clone(), row);
    }
    Ok(found)
}

/// Something that an agency says of a procedure.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct Confirmation {
    pub id: Uuid,
    pub review_id: Uuid,
    pub round: i32,
    pub agency_id: AgencyId,
    pub procedure_code: String,
    pub procedure_version: i32,
    pub outcome: ReviewOutcome,
    pub note: Option<String>,
    pub confirmed_at: DateTime<Utc>,
}

/// Stores what an agency says.
pub(super) async fn confirm(tx: &mut Transaction, rows: &[Confirmation]) -> QueryResult<usize> {
    use review_confirmations as c;
    let values = |row: &Confirmation| {
        let of = (c::review_id.eq(row.review_id), c::round.eq(row.round), c::agency_id.eq(row.agency_id));
        let procedure = (
            c::procedure_code.eq(row.procedure_code.clone()),
            c::procedure_version.eq(row.procedure_version),
        );
        let said = (c::outcome.eq(row.outcome.as_str()), c::note.eq(row.note.clone()));
        (c::id.eq(row.id), of, procedure, said, c::confirmed_at.eq(row.confirmed_at))
    };
    let rows: Vec<_> = rows.iter().map(values).collect();
    diesel::insert_into(c::table).values(rows).execute(tx).await
}
