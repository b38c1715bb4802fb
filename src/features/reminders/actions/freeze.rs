//! Makes the list of a reminder, which is that of a feed at this instant, and stores the reminder with it.

use crate::db::page::Page;
use crate::db::{DbError, Transaction};
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::law::law;
use crate::domain::local_time::Instant;
use crate::domain::reminder::{Filter, MOST};
use crate::domain::timing;
use crate::domain::vocabulary::{About, ReminderStatus};
use crate::features::audit::{self, Actor, Change};
use crate::features::auth::Visible;
use crate::features::dossiers::queries::visible::Narrow;
use crate::features::overdue::queries::feeds::{self, Feed, FeedRow};
use crate::features::overdue::queries::mirror::{Moment, stale_after};
use crate::features::overdue::queries::{self as overdue, LateRow};
use crate::features::reminders::queries::items::{self, ItemRow};
use crate::features::reminders::queries::{self, ReminderRow};
use chrono::{Datelike, NaiveDate};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a reminder is about.
pub(super) struct Subject<'a> {
    /// The list.
    pub about: About,
    /// What narrows it.
    pub filter: &'a Filter,
    /// The agencies that decide the dossiers.
    pub competent: BTreeSet<AgencyId>,
    /// What the issuer sees.
    pub visible: &'a Visible,
}

/// To whom it goes, and what it says.
pub(super) struct To {
    /// The agency.
    pub agency: AgencyId,
    /// The rule that issues it.
    pub rule: Option<String>,
    /// Local day through which an answer is due.
    pub due_on: NaiveDate,
    /// Working days after it that pass before it escalates.
    pub escalate_after: i16,
    /// Text to the agency.
    pub text: Option<String>,
}

/// The dossiers of a list.
pub(super) struct Found {
    /// At most [`MOST`], in the order of the feed.
    pub items: Vec<ItemRow>,
    /// How many more there are.
    pub left_out: i64,
}

/// Lists the dossiers that a reminder is to speak of.
pub(super) async fn list(
    tx: &mut Transaction,
    subject: &Subject<'_>,
    tree: &AgencyTree,
    moment: &Moment,
    now: Instant,
) -> Result<Found, DbError> {
    let Subject { about, filter, visible, .. } = subject;
    let page = Page { limit: i64::try_from(MOST).unwrap_or(i64::MAX), after: None };
    let number = |days: i64| usize::try_from(days).unwrap_or(0);
    let feed = match about {
        About::Overdue => {
            let (narrow, apologised) = (narrow(subject, tree), filter.apologised);
            let min_days_late = filter.min_days_late.map(number);
            let filter = overdue::Filter { narrow, apologised, min_days_late, least_first: false };
            let rows = overdue::page(tx, &filter, visible, moment, &page).await?;
            let (rows, next) = page.cut(rows, LateRow::key);
            let all = match next {
                Some(_) => overdue::count(tx, &filter, visible, moment).await?,
                None => 0,
            };
            return Ok(found(rows.into_iter().map(Standing::from), all, (moment, now)));
        }
        About::DueSoon => {
            let usual = law().due_soon_days.on(now.local_date());
            Feed::DueSoon(filter.within.map_or(usual, number))
        }
        About::Stale => Feed::Stale(filter.older_than.map_or_else(|| stale_after(now), number)),
    };
    let (narrow, apologised) = (narrow(subject, tree), filter.apologised);
    let filter = feeds::Filter { feed, narrow, apologised, min_days_late: None, reversed: false };
    let rows = feeds::page(tx, &filter, visible, moment, &page).await?;
    let (rows, next) = page.cut(rows, |row| row.key(feed));
    let all = match next {
        Some(_) => feeds::count(tx, &filter, visible, moment).await?,
        None => 0,
    };
    Ok(found(rows.into_iter().map(Standing::from), all, (moment, now)))
}

fn narrow(subject: &Subject<'_>, tree: &AgencyTree) -> Narrow {
    let below = |code: &String| tree.find(code).map(|agency| tree.subtree(agency.id)).unwrap_or_default();
    let holders = subject.filter.holder_agency.as_ref();
    Narrow {
        competent: Some(subject.competent.clone()),
        holder: holders.map(|codes| codes.iter().flat_map(below).collect()),
        procedure: subject.filter.procedure.clone(),
        field: subject.filter.field.clone(),
        ..Narrow::default()
    }
}

/// How a dossier of a feed stands.
struct Standing {
    competent: AgencyId,
    facts: timing::Facts,
    item: ItemRow,
}

macro_rules! standing {
    ($row:ty) => {
        impl From<$row> for Standing {
            fn from(row: $row) -> Self {
                let facts = timing::Facts {
                    due_on: row.due_on,
                    overdue_from: row.overdue_from.map(Instant::from),
                    judged_at: None,
                    clock: row.clock,
                    closed_recorded_at: None,
                };
                let item = ItemRow {
                    position: 0,
                    dossier_id: row.id,
                    status: row.status,
                    clock: row.clock,
                    holder_agency_id: row.holder_agency_id,
                    holder_unit: row.holder_unit,
                    due_on: row.due_on,
                    days_late: None,
                    days_left: None,
                    days_silent: None,
                    last_event_at: row.last_event_at,
                };
                Self { competent: row.competent_agency_id, facts, item }
            }
        }
    };
}

standing!(LateRow);
standing!(FeedRow);

/// Counts the days of each row by the calendar of the agency that decides. `all` counts what was found when it is more than
/// the rows.
fn found(rows: impl Iterator<Item = Standing>, all: i64, (moment, now): (&Moment, Instant)) -> Found {
    let items: Vec<ItemRow> = rows
        .zip(1..)
        .map(|(row, position)| {
            let calendar = moment.calendar(row.competent);
            let timing = timing::judge(&row.facts, now, calendar);
            let last_on = Instant::from(row.item.last_event_at).local_date();
            let days_silent = calendar.working_days_between(last_on, now.local_date()).ok();
            let (days_late, days_left) = (timing.days_late, timing.days_left);
            ItemRow { position, days_late, days_left, days_silent, ..row.item }
        })
        .collect();
    let left_out = (all - i64::try_from(items.len()).unwrap_or(i64::MAX)).max(0);
    Found { items, left_out }
}

/// Stores a reminder with its list, under the next number of its agency, and its audit row.
pub(super) async fn store(
    tx: &mut Transaction,
    actor: &Actor,
    subject: &Subject<'_>,
    to: To,
    found: Found,
    (tree, now): (&AgencyTree, Instant),
) -> Result<ReminderRow, DbError> {
    let year = now.local_date().year();
    let focal = tree.get(to.agency).and_then(|agency| agency.focal_officer.as_ref());
    let mut row = ReminderRow {
        id: Uuid::now_v7(),
        agency_id: to.agency,
        year,
        number: 0,
        status: ReminderStatus::Open,
        about: subject.about,
        filter: subject.filter.clone(),
        rule: to.rule,
        issued_at: now.utc(),
        due_on: to.due_on,
        text: to.text,
        focal_name: focal.map(|officer| officer.name.clone()),
        focal_title: focal.and_then(|officer| officer.title.clone()),
        focal_unit: focal.and_then(|officer| officer.unit.clone()),
        escalate_after: to.escalate_after,
        frozen_count: i32::try_from(found.items.len()).unwrap_or(i32::MAX),
        left_out: found.left_out,
        explanation: None,
        promised_on: None,
        acknowledged_at: None,
        escalated_to: None,
        escalated_at: None,
        closed_at: None,
        version: 1,
    };
    // After everything that may be refused: others wait for the number.
    row.number = queries::next_number(tx, to.agency, year).await?;
    queries::insert(tx, &row).await?;
    items::insert(tx, row.id, &found.items).await?;
    let details = json!({
        "agency": tree.code(row.agency_id), "number": row.number, "about": row.about, "filter": row.filter,
        "rule": row.rule, "due_on": row.due_on, "frozen": row.frozen_count, "left_out": row.left_out,
    });
    record(tx, actor, now, ("reminder.issued", row.id, details)).await?;
    Ok(row)
}

/// Writes the audit row of a change of a reminder.
pub(super) async fn record(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    (action, id, details): (&str, Uuid, serde_json::Value),
) -> Result<(), DbError> {
    audit::record(tx, actor, now, Change { action, subject: format!("reminder:{id}"), details }).await
}
