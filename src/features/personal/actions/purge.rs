//! Erases personal data of dossiers that ended long ago, in two steps: `mark` takes it out of sight, `erase` deletes it once the window in which
//! that can be undone is over. Digests stay, so the chains still verify.

use crate::db::{DbError, Slow, Transaction, Writer};
use crate::domain::local_time::Instant;
use crate::features::audit::{self, Actor, Change};
use crate::features::personal::queries::purge::{self as queries, PurgeRow};
use chrono::{Months, TimeDelta};
use serde_json::json;

/// What is to be erased, and when.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Dossiers that ended more than so many years ago.
    pub years: u16,
    /// Days from the mark to the erasure.
    pub window_days: u16,
    /// Most dossiers of a run.
    pub most: u32,
}

/// Dossiers of an agency that ended in a year.
pub use queries::Counted;

/// Why a purge is not undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUndone {
    /// There is none.
    #[error("there is no such purge")]
    Unknown,
    /// It was undone before.
    #[error("it was undone before")]
    Undone,
    /// Personal data was erased already.
    #[error("its window is over, and personal data of it was erased: what was not erased yet stays marked")]
    Erased,
}

impl Rule {
    /// Dossiers that ended before this instant: the beginning of the day so many years ago.
    pub fn ended_before(&self, now: Instant) -> Instant {
        let months = Months::new(u32::from(self.years) * 12);
        Instant::start_of(now.local_date().checked_sub_months(months).unwrap_or_default())
    }
}

/// Counts what would be marked, by agency and year of the end. Changes nothing.
pub async fn preview(slow: &Slow, rule: Rule, now: Instant) -> Result<Vec<Counted>, DbError> {
    slow.snapshot(None, async |conn| queries::counted(conn, rule.ended_before(now)).await).await
}

/// Marks dossiers, those that ended first before others. `None`: there are none.
pub async fn mark(
    writer: &Writer,
    (actor, now): (&Actor, Instant),
    rule: Rule,
) -> Result<Option<PurgeRow>, DbError> {
    let ended_before = rule.ended_before(now);
    let work = async |tx: &mut Transaction| {
        let found = queries::to_mark(tx, ended_before, rule.most.into()).await?;
        if found.is_empty() {
            return Ok::<_, DbError>(None);
        }
        let purge = queries::NewPurge {
            marked_at: now.utc(),
            marked_by: &actor.name,
            years: rule.years.into(),
            ended_before: ended_before.utc(),
            erase_from: now.utc() + TimeDelta::days(rule.window_days.into()),
            dossiers: i32::try_from(found.len()).unwrap_or(i32::MAX),
        };
        let purge = queries::mark(tx, &purge, &found).await?;
        let details = json!({"years": purge.years, "ended_before": ended_before, "dossiers": purge.dossiers,
            "erase_from": Instant::from(purge.erase_from)});
        note(tx, (actor, now), ("purge.marked", purge.id), details).await?;
        Ok(Some(purge))
    };
    writer.transaction(work).await
}

/// Erases the personal data of the next dossiers of a purge whose window is over, at most so many. Tells of which purge and how many; `None`:
/// there are no more. One that was reopened since it was marked is marked no more.
pub async fn erase(
    writer: &Writer,
    (actor, now): (&Actor, Instant),
    most: u32,
) -> Result<Option<(i32, u32)>, DbError> {
    let work = async |tx: &mut Transaction| {
        let Some(purge) = queries::due(tx, now).await? else { return Ok::<_, DbError>(None) };
        let dossiers = queries::held(tx, purge, most.into()).await?;
        let (ended, reopened) = dossiers.into_iter().partition::<Vec<_>, _>(|(_, has_ended)| *has_ended);
        let ids = |rows: Vec<(uuid::Uuid, bool)>| rows.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        let (ended, reopened) = (ids(ended), ids(reopened));
        queries::unmark(tx, &reopened).await?;
        queries::erase(tx, &ended, now).await?;
        let details = json!({"erased": ended.len(), "reopened": reopened.len()});
        note(tx, (actor, now), ("purge.erased", purge), details).await?;
        let looked_at = u32::try_from(ended.len() + reopened.len()).unwrap_or(most);
        Ok(Some((purge, looked_at)))
    };
    writer.transaction(work).await
}

/// Takes the marks of a purge away, and tells how many. Nothing of it may have been erased.
pub async fn undo(
    writer: &Writer,
    (actor, now): (&Actor, Instant),
    purge: i32,
) -> Result<Result<usize, NotUndone>, DbError> {
    let work = async |tx: &mut Transaction| {
        let Some(row) = queries::hold(tx, purge).await? else { return Ok(Err(NotUndone::Unknown)) };
        if row.undone_at.is_some() {
            return Ok(Err(NotUndone::Undone));
        }
        if queries::has_erased(tx, purge).await? {
            return Ok(Err(NotUndone::Erased));
        }
        let unmarked = queries::undo(tx, purge, now).await?;
        note(tx, (actor, now), ("purge.undone", purge), json!({"dossiers": unmarked})).await?;
        Ok::<_, DbError>(Ok(unmarked))
    };
    writer.transaction(work).await
}

async fn note(
    tx: &mut Transaction,
    (actor, now): (&Actor, Instant),
    (action, purge): (&str, i32),
    details: serde_json::Value,
) -> Result<(), DbError> {
    let change = Change { action, subject: format!("purge:{purge}"), details };
    audit::record(tx, actor, now, change).await
}
