//! Reads lists of reminders: those that a caller sees, and those that the leader has to close or to escalate.

use super::ReminderRow;
use super::items::{self, Counts, is_left};
use crate::db::Transaction;
use crate::db::fingerprint::Fingerprint;
use crate::db::page::Page;
use crate::db::schema::{dossiers, reminder_items, reminders};
use crate::db::{RowSender, WholeList};
use crate::domain::agency_tree::AgencyId;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{About, ReminderStatus};
use crate::features::auth::Visible;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::BoxableExpression;
use diesel::dsl::{exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, RunQueryDsl};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use uuid::Uuid;

/// Position in the list: when a reminder was issued, and its id.
pub type Key = (Instant, Uuid);

/// A reminder, and what became of its dossiers.
pub type Listed = (ReminderRow, Counts);

/// Rows that are read at once for a whole list.
const BATCH: i64 = 200;

/// Filters of the list; what is absent does not filter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// To one of these agencies.
    pub agency: Option<BTreeSet<AgencyId>>,
    /// About one of these.
    pub about: Option<Vec<About>>,
    /// That stand like this.
    pub status: Option<Vec<ReminderStatus>>,
    /// Issued by this rule.
    pub rule: Option<String>,
}

type Condition = Box<dyn BoxableExpression<reminders::table, Pg, SqlType = Bool>>;

/// Whether any dossier of a reminder is not resolved.
fn is_any_left(now: DateTime<Utc>) -> Condition {
    let items = reminder_items::table
        .inner_join(dossiers::table)
        .filter(reminder_items::reminder_id.eq(reminders::id))
        .filter(is_left!(now));
    Box::new(exists(items))
}

/// Whether a reminder stands like this. One of which nothing is left is closed, whether that was written or not.
fn stands(status: ReminderStatus, now: DateTime<Utc>) -> Condition {
    if status == ReminderStatus::Closed {
        return Box::new(reminders::closed_at.is_not_null().or(not(is_any_left(now))));
    }
    Box::new(reminders::status.eq(status.as_str()).and(is_any_left(now)))
}

fn filtered<'a>(filter: &Filter, visible: &Visible, now: DateTime<Utc>) -> reminders::BoxedQuery<'a, Pg> {
    use reminders as r;
    let ids = |agencies: &BTreeSet<AgencyId>| agencies.iter().copied().collect::<Vec<_>>();
    let mut query = r::table.into_boxed();
    if let Visible::Of(agencies) = visible {
        query = query.filter(r::agency_id.eq_any(ids(agencies)));
    }
    if let Some(agencies) = &filter.agency {
        query = query.filter(r::agency_id.eq_any(ids(agencies)));
    }
    if let Some(about) = &filter.about {
        let words: Vec<&str> = about.iter().map(|about| about.as_str()).collect();
        query = query.filter(r::about.eq_any(words));
    }
    if let Some(rule) = &filter.rule {
        query = query.filter(r::rule.eq(rule.clone()));
    }
    let wanted = filter.status.iter().flatten().map(|status| stands(*status, now));
    match wanted.reduce(|some, other| Box::new(some.or(other))) {
        Some(wanted) => query.filter(wanted),
        None => query,
    }
}

/// A page of the list, newest first.
pub async fn page<C>(
    conn: &mut C,
    filter: &Filter,
    visible: &Visible,
    now: DateTime<Utc>,
    page: &Page<Key>,
) -> QueryResult<Vec<Listed>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    use reminders as r;
    let mut query = filtered(filter, visible, now);
    if let Some((at, id)) = page.after.map(|(at, id)| (at.utc(), id)) {
        // No row comparison in Diesel: this form keeps the bound of the index.
        query = query.filter(r::issued_at.le(at).and(r::issued_at.lt(at).or(r::id.lt(id))));
    }
    let query = query.order((r::issued_at.desc(), r::id.desc())).limit(page.fetch());
    let rows: Vec<ReminderRow> = query.select(ReminderRow::as_select()).load(conn).await?;
    let counts = items::counts(conn, &rows, now).await?;
    Ok(rows.into_iter().zip(counts).collect())
}

/// How many reminders are in the list.
pub async fn count<C>(
    conn: &mut C,
    filter: &Filter,
    visible: &Visible,
    now: DateTime<Utc>,
) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    filtered(filter, visible, now).count().get_result(conn).await
}

/// The whole list.
pub struct Whole {
    /// What is wanted of it.
    pub filter: Filter,
    /// What the caller sees.
    pub visible: Visible,
    /// Now.
    pub now: DateTime<Utc>,
}

impl Whole {
    /// The batch after a reminder, and the place to go on from.
    async fn batch(
        &self,
        conn: &mut AsyncPgConnection,
        after: Option<Key>,
    ) -> QueryResult<(Vec<Listed>, Option<Key>)> {
        let asked = Page { limit: BATCH, after };
        let rows = page(conn, &self.filter, &self.visible, self.now, &asked).await?;
        Ok(asked.cut(rows, |(row, _)| (row.issued_at.into(), row.id)))
    }
}

impl WholeList for Whole {
    type Row = Listed;

    async fn fingerprint(&self, conn: &mut AsyncPgConnection) -> QueryResult<Fingerprint> {
        // What became of the dossiers is shown too, so every row is read.
        let (mut hasher, mut rows, mut after) = (DefaultHasher::new(), 0, None);
        loop {
            let (batch, next) = self.batch(conn, after).await?;
            for (row, counts) in batch {
                (row.id, row.version, counts).hash(&mut hasher);
                rows += 1;
            }
            after = next;
            if after.is_none() {
                return Ok(Fingerprint { rows, digest: hasher.finish().cast_signed() });
            }
        }
    }

    async fn send(&self, conn: &mut AsyncPgConnection, sender: &RowSender<Listed>) -> QueryResult<()> {
        let mut after = None;
        loop {
            let (batch, next) = self.batch(conn, after).await?;
            for row in batch {
                if !sender.send(row).await {
                    return Ok(());
                }
            }
            after = next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

/// Reminders that are not closed, and of which nothing is left.
pub(in super::super) async fn resolved(tx: &mut Transaction, now: DateTime<Utc>) -> QueryResult<Vec<Uuid>> {
    let open = reminders::table.filter(reminders::closed_at.is_null());
    open.filter(not(is_any_left(now))).select(reminders::id).order(reminders::id).load(tx).await
}

/// Reminders that were due before a day, and have not escalated.
pub(in super::super) async fn past_due(
    tx: &mut Transaction,
    day: NaiveDate,
) -> QueryResult<Vec<ReminderRow>> {
    let waiting = [ReminderStatus::Open.as_str(), ReminderStatus::Acknowledged.as_str()];
    reminders::table
        .filter(reminders::closed_at.is_null())
        .filter(reminders::status.eq_any(waiting))
        .filter(reminders::due_on.lt(day))
        .select(ReminderRow::as_select())
        .order(reminders::id)
        .load(tx)
        .await
}
