//! What the leader does: runs the rules that are due, closes reminders of which nothing is left, and escalates those that nobody
//! answered.
//!
//! A rule runs for each agency in a transaction of its own, which stores the run before anything else; its key is rule, day and
//! agency. So a process may be killed at any moment, and two may lead for a moment: what was not committed never was,
//! and the second one finds the run. A day that is over is not made up for.

use super::escalate_after;
use super::freeze::{self, Subject, To, record};
use crate::db::{DbError, Transaction, Writer};
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::reminder::{escalates, last_day};
use crate::domain::vocabulary::{ReminderStatus, Weekday};
use crate::features::agencies::cache::TreeCache;
use crate::features::audit::Actor;
use crate::features::auth::Visible;
use crate::features::calendar::cache::CalendarCache;
use crate::features::overdue::queries::mirror::Moment;
use crate::features::reminders::queries::items;
use crate::features::reminders::queries::rules::{self, RuleRow};
use crate::features::reminders::queries::{self, ReminderRow, list};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Calendars and agencies in memory.
pub type Caches<'a> = (&'a CalendarCache, &'a TreeCache);

/// Runs every rule that is due and has not run today; says how many reminders were issued. One that fails keeps no other from
/// running; it is tried again at the next call.
pub async fn run_rules(writer: &Writer, caches: Caches<'_>, now: Instant) -> Result<usize, DbError> {
    let due = writer.transaction(async |tx| due(tx, caches, now).await).await?;
    let (mut issued, mut failed) = (0, None);
    for (rule, agency) in due {
        match writer.transaction(async |tx| run(tx, caches, (&rule, agency), now).await).await {
            Ok(is_issued) => issued += usize::from(is_issued),
            Err(error) => {
                log::warn!("the reminder rule {rule} failed: {error}");
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(issued), Err)
}

/// The rules to run, each with the agency for which it has not run today.
async fn due(
    tx: &mut Transaction,
    (calendars, trees): Caches<'_>,
    now: Instant,
) -> Result<Vec<(String, AgencyId)>, DbError> {
    let mut rules = rules::enabled(tx).await?;
    rules.retain(|rule| is_due(rule, now));
    if rules.is_empty() {
        return Ok(vec![]);
    }
    let calendars = calendars.held(tx).await?;
    let tree = trees.within(tx).await?;
    let ran = rules::ran_on(tx, now.local_date()).await?;
    let due = rules.iter().flat_map(|rule| {
        let agencies = agencies(rule, &tree).into_iter();
        let working = agencies.filter(|agency| works(*agency, (&calendars, &tree), now));
        working.map(|agency| (rule.name.clone(), agency))
    });
    Ok(due.filter(|run| !ran.contains(run)).collect())
}

/// Whether the schedule of a rule has come today.
fn is_due(rule: &RuleRow, now: Instant) -> bool {
    rule.enabled && rule.days.contains(&Weekday::of(now.local_date())) && now.local_time() >= rule.time
}

/// The agencies that a rule reminds.
fn agencies(rule: &RuleRow, tree: &AgencyTree) -> BTreeSet<AgencyId> {
    if rule.with_below {
        rule.agency_ids.iter().flat_map(|agency| tree.subtree(*agency)).collect()
    } else {
        rule.agency_ids.iter().copied().collect()
    }
}

/// Whether an agency is in force and works today. One whose calendar of the year is missing does not.
fn works(agency: AgencyId, (calendars, tree): (&Calendars, &AgencyTree), now: Instant) -> bool {
    let today = now.local_date();
    tree.get(agency).is_some_and(|agency| agency.validity.contains(today))
        && calendars.of(agency).is_working_day(today) == Ok(true)
}

/// Runs a rule for an agency; whether a reminder was issued. Does nothing when it has run today, or was changed meanwhile.
async fn run(
    tx: &mut Transaction,
    (calendars, trees): Caches<'_>,
    (name, agency): (&str, AgencyId),
    now: Instant,
) -> Result<bool, DbError> {
    let calendars = calendars.held(tx).await?;
    let today = now.local_date();
    let Some(rule) = rules::hold(tx, name).await? else { return Ok(false) };
    let tree = trees.within(tx).await?;
    if !is_due(&rule, now) || !agencies(&rule, &tree).contains(&agency) {
        return Ok(false);
    }
    let days = usize::try_from(rule.due_in).unwrap_or(0);
    let Ok(due_on) = calendars.of(agency).add_working_days(today, days) else {
        log::warn!("the reminder rule {name} waits for the calendar by which its due day is counted");
        return Ok(false);
    };
    let key = (name, today, agency);
    if !rules::claim(tx, key, now.utc()).await? {
        return Ok(false);
    }
    let competent = if rule.with_below { BTreeSet::from([agency]) } else { tree.visible(&[agency], today) };
    let subject = Subject { about: rule.about, filter: &rule.filter, competent, visible: &Visible::All };
    let found = freeze::list(tx, &subject, &tree, &Moment::new(now, &calendars), now).await?;
    if found.items.is_empty() {
        return Ok(false);
    }
    let escalate_after = escalate_after(rule.escalate_after, now);
    let to = To { agency, rule: Some(rule.name.clone()), due_on, escalate_after, text: rule.text.clone() };
    let row = freeze::store(tx, &worker(), &subject, to, found, (&tree, now)).await?;
    rules::issued(tx, key, row.id).await?;
    Ok(true)
}

fn worker() -> Actor {
    Actor::command("worker")
}

/// Closes and escalates what is due; says how many reminders it changed.
pub async fn follow(writer: &Writer, caches: Caches<'_>, now: Instant) -> Result<usize, DbError> {
    let resolved = async |tx: &mut Transaction| Ok::<_, DbError>(list::resolved(tx, now.utc()).await?);
    let resolved = writer.transaction(resolved).await?;
    let late = writer.transaction(async |tx| unanswered(tx, caches, now).await).await?;
    let mut changed = 0;
    for id in resolved {
        changed += usize::from(writer.transaction(async |tx| close(tx, id, now).await).await?);
    }
    for id in late {
        changed += usize::from(writer.transaction(async |tx| escalate(tx, caches, id, now).await).await?);
    }
    Ok(changed)
}

/// Reminders that are to escalate.
async fn unanswered(
    tx: &mut Transaction,
    (calendars, trees): Caches<'_>,
    now: Instant,
) -> Result<Vec<Uuid>, DbError> {
    let late = list::past_due(tx, now.local_date()).await?;
    if late.is_empty() {
        return Ok(vec![]);
    }
    let (calendars, tree) = (calendars.held(tx).await?, trees.within(tx).await?);
    let late = late.iter().filter(|row| is_to_escalate(row, (&calendars, &tree), now));
    Ok(late.map(|row| row.id).collect())
}

/// Whether a reminder has waited long enough, and there is somebody above.
fn is_to_escalate(row: &ReminderRow, (calendars, tree): (&Calendars, &AgencyTree), now: Instant) -> bool {
    let waits = matches!(row.status, ReminderStatus::Open | ReminderStatus::Acknowledged);
    let through = last_day(row.due_on, row.promised_on);
    let calendar = calendars.of(row.agency_id);
    let has_parent = tree.get(row.agency_id).is_some_and(|agency| agency.parent.is_some());
    waits && has_parent && escalates(through, row.escalate_after, now.local_date(), calendar)
}

/// Closes a reminder of which nothing is left; whether it was to be closed.
async fn close(tx: &mut Transaction, id: Uuid, now: Instant) -> Result<bool, DbError> {
    let Some(mut row) = queries::lock(tx, id).await? else { return Ok(false) };
    let counts = items::counts_of(tx, &row, now.utc()).await?;
    if row.status == ReminderStatus::Closed || counts.is_left() {
        return Ok(false);
    }
    row.status = ReminderStatus::Closed;
    row.closed_at = Some(now.utc());
    row.version += 1;
    queries::update(tx, &row).await?;
    record(tx, &worker(), now, ("reminder.closed", id, json!({"version": row.version}))).await?;
    Ok(true)
}

/// Escalates a reminder to the parent of its agency; whether it was to be.
async fn escalate(
    tx: &mut Transaction,
    (calendars, trees): Caches<'_>,
    id: Uuid,
    now: Instant,
) -> Result<bool, DbError> {
    let calendars = calendars.held(tx).await?;
    let Some(mut row) = queries::lock(tx, id).await? else { return Ok(false) };
    let tree = trees.within(tx).await?;
    let counts = items::counts_of(tx, &row, now.utc()).await?;
    if !counts.is_left() || !is_to_escalate(&row, (&calendars, &tree), now) {
        return Ok(false);
    }
    let parent = tree.get(row.agency_id).and_then(|agency| agency.parent);
    row.status = ReminderStatus::Escalated;
    row.escalated_to = parent;
    row.escalated_at = Some(now.utc());
    row.version += 1;
    queries::update(tx, &row).await?;
    let details = json!({"escalated_to": parent.map(|id| tree.code(id)), "version": row.version});
    record(tx, &worker(), now, ("reminder.escalated", id, details)).await?;
    Ok(true)
}
