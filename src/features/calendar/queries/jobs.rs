//! Reads and writes `calendar_jobs`.

use crate::db::Transaction;
use crate::db::schema::calendar_jobs;
use crate::domain::calendar::Owner;
use crate::domain::vocabulary::JobStatus;
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use uuid::Uuid;

/// A job.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = calendar_jobs)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct JobRow {
    pub id: Uuid,
    pub agency_id: Owner,
    pub year: Option<i32>,
    pub version: i32,
    pub status: JobStatus,
    pub swept_to: Option<Uuid>,
    pub checked: i64,
    pub moved: i64,
    pub actor: String,
    pub request_id: String,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// The job with an id.
pub async fn find<C>(conn: &mut C, id: Uuid) -> QueryResult<Option<JobRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    calendar_jobs::table.find(id).select(JobRow::as_select()).first(conn).await.optional()
}

/// Whether a job is not done.
pub(in super::super) async fn is_any_open(tx: &mut Transaction) -> QueryResult<bool> {
    let open = calendar_jobs::table.filter(calendar_jobs::status.ne(JobStatus::Done.as_str()));
    diesel::select(diesel::dsl::exists(open)).get_result(tx).await
}

/// Stores a new job.
pub(in super::super) async fn insert(tx: &mut Transaction, job: &JobRow) -> QueryResult<usize> {
    use calendar_jobs as j;
    let of = (j::agency_id.eq(job.agency_id), j::year.eq(job.year), j::version.eq(job.version));
    let how = (j::status.eq(job.status.as_str()), j::checked.eq(job.checked), j::moved.eq(job.moved));
    let who = (j::actor.eq(&job.actor), j::request_id.eq(&job.request_id));
    let values = (j::id.eq(job.id), of, how, who, j::created_at.eq(job.created_at));
    diesel::insert_into(j::table).values(values).execute(tx).await
}

/// The oldest job that is not done, locked. Two leaders, which there may be for a moment, work one after the other.
pub(in super::super) async fn lock_next(tx: &mut Transaction) -> QueryResult<Option<JobRow>> {
    calendar_jobs::table
        .filter(calendar_jobs::status.ne(JobStatus::Done.as_str()))
        .order(calendar_jobs::number)
        .select(JobRow::as_select())
        .for_update()
        .first(tx)
        .await
        .optional()
}

/// Writes how far a job has come.
pub(in super::super) async fn update(tx: &mut Transaction, job: &JobRow) -> QueryResult<usize> {
    use calendar_jobs as j;
    let values = (
        j::status.eq(job.status.as_str()),
        j::swept_to.eq(job.swept_to),
        j::checked.eq(job.checked),
        j::moved.eq(job.moved),
        j::finished_at.eq(job.finished_at),
    );
    diesel::update(j::table.find(job.id)).set(values).execute(tx).await
}
