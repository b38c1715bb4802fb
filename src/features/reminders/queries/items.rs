//! Reads and writes `reminder_items`: the dossiers of reminders as they were, beside what they are now.

use super::ReminderRow;
use crate::db::Transaction;
use crate::db::page::Page;
use crate::db::schema::{dossiers, reminder_items, reminders};
use crate::domain::local_time::Instant;
use crate::domain::reminder::{Is, Was};
use crate::domain::timing::Facts;
use crate::domain::vocabulary::{Clock, Status};
use crate::features::auth::Visible;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::count_star;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Date, Nullable, Text, Timestamptz};
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use std::collections::HashMap;
use uuid::Uuid;

diesel::define_sql_function! {
    /// See the migration.
    #[allow(clippy::too_many_arguments)]
    fn is_left_of_reminder(
        about: Text, now: Timestamptz, was_due_on: Nullable<Date>, was_last_event_at: Timestamptz,
        ended_at: Nullable<Timestamptz>, overdue_from: Nullable<Timestamptz>, clock: Text, due_on: Nullable<Date>,
        last_event_at: Timestamptz,
    ) -> diesel::sql_types::Bool;
}

/// Whether a dossier of a reminder is not resolved, where `reminders`, `reminder_items` and `dossiers` are joined.
macro_rules! is_left {
    ($now:expr) => {{
        use crate::db::schema::{dossiers as d, reminder_items as i, reminders as r};
        $crate::features::reminders::queries::items::is_left_of_reminder(
            r::about,
            $now,
            i::due_on,
            i::last_event_at,
            d::ended_at,
            d::overdue_from,
            d::clock,
            d::due_on,
            d::last_event_at,
        )
    }};
}
pub(super) use is_left;

/// Rows that one statement stores: a statement takes at most 65,535 values.
const CHUNK: usize = 1_000;

/// A dossier as it was when its reminder was issued.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = reminder_items)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct ItemRow {
    pub position: i32,
    pub dossier_id: Uuid,
    pub status: Status,
    pub clock: Clock,
    pub holder_agency_id: i32,
    pub holder_unit: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub days_late: Option<i64>,
    pub days_left: Option<i64>,
    pub days_silent: Option<i64>,
    pub last_event_at: DateTime<Utc>,
}

/// The same dossier now.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = dossiers)]
#[allow(missing_docs)]
pub struct PresentRow {
    pub code: String,
    pub procedure_version_id: i32,
    pub competent_agency_id: i32,
    pub holder_agency_id: i32,
    pub status: Status,
    pub clock: Clock,
    pub due_on: Option<NaiveDate>,
    pub overdue_from: Option<DateTime<Utc>>,
    pub judged_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub closed_recorded_at: Option<DateTime<Utc>>,
    pub last_event_at: DateTime<Utc>,
}

impl ItemRow {
    /// What its follow-up depends on.
    pub fn was(&self) -> Was {
        Was { due_on: self.due_on, last_event_at: self.last_event_at.into() }
    }
}

impl PresentRow {
    /// What its follow-up depends on.
    pub fn is(&self) -> Is {
        Is {
            has_ended: self.ended_at.is_some(),
            overdue_from: self.overdue_from.map(Instant::from),
            clock: self.clock,
            due_on: self.due_on,
            last_event_at: self.last_event_at.into(),
        }
    }

    /// What its timing depends on.
    pub fn facts(&self) -> Facts {
        Facts {
            due_on: self.due_on,
            overdue_from: self.overdue_from.map(Instant::from),
            judged_at: self.judged_at.map(Instant::from),
            clock: self.clock,
            closed_recorded_at: self.closed_recorded_at.map(Instant::from),
        }
    }
}

/// What became of the dossiers of a reminder. Together they are all that it speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Counts {
    /// Resolved.
    pub resolved: i64,
    /// Not resolved, and overdue.
    pub still_overdue: i64,
    /// Not resolved, and not overdue.
    pub pending: i64,
}

impl Counts {
    /// Whether anything is left of it.
    pub const fn is_left(&self) -> bool {
        self.still_overdue + self.pending > 0
    }
}

/// Stores the dossiers of a new reminder, in their order.
pub(in super::super) async fn insert(
    tx: &mut Transaction,
    reminder: Uuid,
    items: &[ItemRow],
) -> QueryResult<()> {
    use reminder_items as i;
    for chunk in items.chunks(CHUNK) {
        let values = chunk.iter().map(|item| {
            let days = (
                i::due_on.eq(item.due_on),
                i::days_late.eq(item.days_late),
                i::days_left.eq(item.days_left),
                i::days_silent.eq(item.days_silent),
            );
            let held = (i::holder_agency_id.eq(item.holder_agency_id), i::holder_unit.eq(&item.holder_unit));
            let state = (i::status.eq(item.status.as_str()), i::clock.eq(item.clock.as_str()));
            let of = (
                i::reminder_id.eq(reminder),
                i::position.eq(item.position),
                i::dossier_id.eq(item.dossier_id),
            );
            (of, state, held, days, i::last_event_at.eq(item.last_event_at))
        });
        diesel::insert_into(i::table).values(values.collect::<Vec<_>>()).execute(tx).await?;
    }
    Ok(())
}

/// What became of the dossiers of reminders, in their order.
pub async fn counts<C>(
    conn: &mut C,
    reminders_found: &[ReminderRow],
    now: DateTime<Utc>,
) -> QueryResult<Vec<Counts>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    use reminder_items as i;
    let ids: Vec<Uuid> = reminders_found.iter().map(|row| row.id).collect();
    let is_late = dossiers::overdue_from.le(now).assume_not_null();
    let late = diesel::dsl::count(i::position).aggregate_filter(is_late);
    let left = i::table
        .inner_join(dossiers::table)
        .inner_join(reminders::table)
        .filter(i::reminder_id.eq_any(ids))
        .filter(is_left!(now))
        .group_by(i::reminder_id)
        .select((i::reminder_id, count_star(), late));
    let left: Vec<(Uuid, i64, i64)> = left.load(conn).await?;
    let left: HashMap<Uuid, (i64, i64)> = left.into_iter().map(|(id, all, late)| (id, (all, late))).collect();
    let counts = reminders_found.iter().map(|row| {
        let (left, still_overdue) = left.get(&row.id).copied().unwrap_or_default();
        Counts { resolved: i64::from(row.frozen_count) - left, still_overdue, pending: left - still_overdue }
    });
    Ok(counts.collect())
}

/// What became of the dossiers of a reminder.
pub async fn counts_of<C>(conn: &mut C, reminder: &ReminderRow, now: DateTime<Utc>) -> QueryResult<Counts>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let counts = counts(conn, std::slice::from_ref(reminder), now).await?;
    counts.into_iter().next().ok_or(diesel::result::Error::NotFound)
}

macro_rules! of_reminder {
    ($id:expr, $visible:expr) => {{
        use {dossiers as d, reminder_items as i};
        let mut query = i::table.inner_join(d::table).filter(i::reminder_id.eq($id)).into_boxed();
        if let Visible::Of(agencies) = $visible {
            let ids: Vec<i32> = agencies.iter().copied().collect();
            let decides = d::competent_agency_id.eq_any(ids.clone());
            let received = d::receiving_agency_id.eq_any(ids.clone());
            query = query.filter(decides.or(received).or(d::holder_agency_id.eq_any(ids)));
        }
        query
    }};
}

/// The dossiers of a reminder that a caller sees, after a place in the list and up to `limit`; all when there is none.
pub async fn page<C>(
    conn: &mut C,
    id: Uuid,
    visible: &Visible,
    page: Option<&Page<i32>>,
) -> QueryResult<Vec<(ItemRow, PresentRow)>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let mut query = of_reminder!(id, visible).order(reminder_items::position);
    if let Some(page) = page {
        query = query.filter(reminder_items::position.gt(page.after.unwrap_or(0))).limit(page.fetch());
    }
    query.select((ItemRow::as_select(), PresentRow::as_select())).load(conn).await
}

/// How many of them there are.
pub async fn count<C>(conn: &mut C, id: Uuid, visible: &Visible) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    of_reminder!(id, visible).count().get_result(conn).await
}
