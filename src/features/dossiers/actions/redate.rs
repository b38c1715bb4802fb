//! Dates dossiers again when a calendar has changed.
//!
//! [`redate`] says which dates move, for the preview and for the job alike. [`sweep`] moves them: those of some agencies,
//! in the order of their ids, a chunk for each transaction.

use super::chain;
use super::dating::{self, Offices};
use crate::db::{DbError, Transaction};
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{EventKind, Origin};
use crate::features::dossiers::history;
use crate::features::dossiers::queries::dating::{lock_next, move_to};
use crate::features::dossiers::queries::{self, DossierRow, EventRow, Head, OfKind, write};
use crate::features::procedures::queries as procedures;
use std::collections::HashMap;
use uuid::Uuid;

/// Dossiers of a chunk: few enough that who wants one of them hardly waits.
pub const CHUNK: i64 = 500;

/// The dossiers whose date is another one by these calendars, before and after.
pub async fn redate(
    tx: &mut Transaction,
    rows: Vec<DossierRow>,
    calendars: &Calendars,
    tree: &AgencyTree,
) -> Result<Vec<(DossierRow, DossierRow)>, DbError> {
    let mut versions: Vec<i32> = rows.iter().map(|row| row.procedure_version_id).collect();
    versions.sort_unstable();
    versions.dedup();
    let limits = procedures::limits_by_version(tx, &versions).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut events: HashMap<Uuid, Vec<EventRow>> = HashMap::new();
    for event in queries::events_of(tx, &ids).await? {
        events.entry(event.dossier_id).or_default().push(event);
    }
    let offices = Offices { tree, calendars };
    let moved = rows.into_iter().filter_map(|before| {
        let mut after = before.clone();
        let of_dossier = events.get(&before.id).map_or(&[][..], Vec::as_slice);
        let clock = history::clock_events(of_dossier);
        dating::redate(&offices, &mut after, &dating::limit_of(&before, &limits), &clock);
        let dates = |row: &DossierRow| {
            (row.due_at, row.overdue_from, row.index_overdue_from, row.restarted_on, row.calendar_missing)
        };
        (dates(&after) != dates(&before)).then_some((before, after))
    });
    Ok(moved.collect())
}

/// What moves dossiers.
pub struct Change<'a> {
    /// When it was made.
    pub made_at: Instant,
    /// What it is, for the public timeline.
    pub note: &'a str,
}

/// What was done to a chunk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Swept {
    /// Dossiers that were looked at.
    pub checked: usize,
    /// Dossiers whose date moved.
    pub moved: usize,
    /// The last of them; `None` when there was none.
    pub last: Option<Uuid>,
}

/// Dates the next dossiers of these agencies after an id, and records an event for each whose date moves. The version of
/// the calendars must be held already, before any dossier is locked.
pub async fn sweep(
    tx: &mut Transaction,
    (agencies, after): (&[AgencyId], Uuid),
    (calendars, tree): (&Calendars, &AgencyTree),
    change: &Change<'_>,
    now: Instant,
) -> Result<Swept, DbError> {
    let rows = lock_next(tx, agencies, after, CHUNK).await?;
    let (checked, last) = (rows.len(), rows.last().map(|row| row.id));
    let moved = redate(tx, rows, calendars, tree).await?;
    let ids: Vec<Uuid> = moved.iter().map(|(before, _)| before.id).collect();
    let heads = queries::heads(tx, &ids).await?;
    let (mut dossiers, mut events) = (vec![], vec![]);
    for (before, mut after) in moved {
        let event = event_row(&before, &after, change, now);
        after.version = event.seq;
        after.last_recorded_at = event.recorded_at;
        let head = heads.get(&before.id).copied().unwrap_or(Head::of_new(None));
        let seal = chain::seal(head, &after, (&event, None))?;
        dossiers.push((after, seal.clone()));
        events.push((event, seal));
    }
    if !dossiers.is_empty() {
        move_to(tx, &dossiers).await?;
        write::insert_events(tx, events.iter().map(|(event, seal)| (event, seal))).await?;
    }
    Ok(Swept { checked, moved: dossiers.len(), last })
}

/// The event of a date that moved. It is no step of the handling: status and holder stay, and so does `last_event_at`, by
/// which one sees that nobody has worked on the dossier.
fn event_row(before: &DossierRow, after: &DossierRow, change: &Change<'_>, now: Instant) -> EventRow {
    let occurred_at = change.made_at.utc().max(before.filed_at);
    EventRow {
        id: Uuid::now_v7(),
        dossier_id: before.id,
        seq: before.version + 1,
        kind: EventKind::CalendarChanged,
        occurred_at,
        // Never before an earlier record, even when the clocks of two instances differ.
        recorded_at: now.utc().max(before.last_recorded_at),
        origin: Origin::Live,
        source_recorded_at: None,
        backdated: occurred_at < before.last_event_at,
        status_before: Some(before.status),
        status_after: before.status,
        due_on_before: before.due_on,
        due_on_after: after.due_on,
        agency_id: before.competent_agency_id,
        officer: None,
        officer_title: None,
        officer_unit: None,
        to_agency_id: None,
        of_kind: OfKind::default(),
        public_note: Some(change.note.to_owned()),
        key_id: None,
        // Known when it is sealed.
        hash: None,
        reference: None,
    }
}
