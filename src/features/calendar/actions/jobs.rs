//! Does the jobs: dates again the dossiers that a change of a calendar may move, a chunk in each transaction.
//!
//! How far a job has come is saved with what it did, so a process that is killed loses nothing and does nothing twice.
//! Each chunk is dated by the calendars as they are then, which stay until it is committed. So a job never brings back a
//! date that a later change has replaced, and the later change's own job looks at every dossier once more.

use crate::db::{DbError, Transaction, Writer};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::JobStatus;
use crate::features::agencies::cache::TreeCache;
use crate::features::audit::{self, Actor, Change};
use crate::features::calendar::cache::CalendarCache;
use crate::features::calendar::queries::jobs::{self, JobRow};
use crate::features::dossiers::actions::redate;
use serde_json::json;
use uuid::Uuid;

/// Does a chunk of the oldest job; says how many dossiers it looked at, `None` when there is no job.
pub async fn step(
    writer: &Writer,
    (calendars, trees): (&CalendarCache, &TreeCache),
    now: Instant,
) -> Result<Option<usize>, DbError> {
    writer
        .transaction(async |tx| {
            if !jobs::is_any_open(tx).await? {
                return Ok(None);
            }
            // Before anything is locked: who changes a calendar waits for this.
            let calendars = calendars.held(tx).await?;
            let Some(job) = jobs::lock_next(tx).await? else { return Ok(None) };
            let tree = trees.within(tx).await?;
            let agencies: Vec<i32> = calendars.below(job.agency_id).into_iter().collect();
            let note = note(&job, &tree);
            let change = redate::Change { made_at: job.created_at.into(), note: &note };
            let after = job.swept_to.unwrap_or(Uuid::nil());
            let swept = redate::sweep(tx, (&agencies, after), (&calendars, &tree), &change, now).await?;
            advance(tx, job, &swept, (&tree, now)).await?;
            Ok(Some(swept.checked))
        })
        .await
}

/// Saves how far a job has come; its begin and its end are in the audit trail.
async fn advance(
    tx: &mut Transaction,
    mut job: JobRow,
    swept: &redate::Swept,
    (tree, now): (&AgencyTree, Instant),
) -> Result<(), DbError> {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    if job.status == JobStatus::Pending {
        job.status = JobStatus::Running;
        record(tx, &job, "calendar.job_started", (tree, now)).await?;
    }
    job.swept_to = swept.last.or(job.swept_to);
    job.checked += count(swept.checked);
    job.moved += count(swept.moved);
    if count(swept.checked) < redate::CHUNK {
        job.status = JobStatus::Done;
        job.finished_at = Some(now.utc());
        record(tx, &job, "calendar.job_done", (tree, now)).await?;
    }
    jobs::update(tx, &job).await?;
    Ok(())
}

async fn record(
    tx: &mut Transaction,
    job: &JobRow,
    action: &str,
    (tree, now): (&AgencyTree, Instant),
) -> Result<(), DbError> {
    // In the name of who made the change.
    let actor =
        Actor { name: job.actor.clone(), request_id: job.request_id.clone(), ..Actor::command("worker") };
    let details = json!({
        "job": job.id, "version": job.version, "year": job.year, "checked": job.checked, "moved": job.moved,
    });
    let subject = format!("calendar:{}", super::name_of(job.agency_id, tree));
    audit::record(tx, &actor, now, Change { action, subject, details }).await
}

/// What changed, for citizens.
fn note(job: &JobRow, tree: &AgencyTree) -> String {
    let owner = job.agency_id.and_then(|agency| tree.get(agency)).map(|agency| agency.name.as_str());
    let of = owner.map_or_else(|| "cả nước".to_owned(), |name| format!("cơ quan {name}"));
    match job.year {
        Some(year) => format!("Lịch làm việc năm {year} của {of} thay đổi"),
        None => format!("Giờ làm việc của {of} thay đổi"),
    }
}
