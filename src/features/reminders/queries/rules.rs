//! Reads and writes `reminder_rules` and `reminder_runs`.

use crate::db::Transaction;
use crate::db::schema::{reminder_rules, reminder_runs};
use crate::domain::agency_tree::AgencyId;
use crate::domain::reminder::Filter;
use crate::domain::vocabulary::{About, Weekday};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl, SimpleAsyncConnection};
use std::collections::HashSet;
use uuid::Uuid;

/// A rule as it is stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = reminder_rules)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct RuleRow {
    pub name: String,
    pub agency_ids: Vec<AgencyId>,
    pub owner_ids: Option<Vec<AgencyId>>,
    pub with_below: bool,
    pub about: About,
    pub filter: Filter,
    pub days: Vec<Weekday>,
    pub time: NaiveTime,
    pub due_in: i16,
    pub escalate_after: Option<i16>,
    pub text: Option<String>,
    pub enabled: bool,
    pub version: i32,
}

/// The rule with a name.
pub async fn find<C>(conn: &mut C, name: &str) -> QueryResult<Option<RuleRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    reminder_rules::table.find(name).select(RuleRow::as_select()).first(conn).await.optional()
}

/// The rule with a name. Changes of rules wait for each other, so that one that is not there yet is made once.
pub(in super::super) async fn lock(tx: &mut Transaction, name: &str) -> QueryResult<Option<RuleRow>> {
    tx.batch_execute("LOCK TABLE reminder_rules IN SHARE ROW EXCLUSIVE MODE").await?;
    find(tx, name).await
}

/// The rule with a name, which does not change until the transaction ends.
pub(in super::super) async fn hold(tx: &mut Transaction, name: &str) -> QueryResult<Option<RuleRow>> {
    let row = reminder_rules::table.find(name).select(RuleRow::as_select()).for_share();
    row.first(tx).await.optional()
}

/// Writes a rule.
pub(in super::super) async fn write(tx: &mut Transaction, row: &RuleRow) -> QueryResult<usize> {
    use reminder_rules as r;
    let days: Vec<&str> = row.days.iter().map(|day| day.as_str()).collect();
    let values = (
        (
            r::agency_ids.eq(&row.agency_ids),
            r::owner_ids.eq(&row.owner_ids),
            r::with_below.eq(row.with_below),
        ),
        (r::about.eq(row.about.as_str()), r::filter.eq(serde_json::json!(row.filter))),
        (r::days.eq(days), r::time.eq(row.time), r::due_in.eq(row.due_in)),
        r::escalate_after.eq(row.escalate_after),
        r::text.eq(&row.text),
        r::enabled.eq(row.enabled),
        r::version.eq(row.version),
    );
    let insert = diesel::insert_into(r::table).values((r::name.eq(&row.name), values.clone()));
    insert.on_conflict(r::name).do_update().set(values).execute(tx).await
}

/// The rules that are enabled.
pub(in super::super) async fn enabled(tx: &mut Transaction) -> QueryResult<Vec<RuleRow>> {
    let rules = reminder_rules::table.filter(reminder_rules::enabled);
    rules.order(reminder_rules::name).select(RuleRow::as_select()).load(tx).await
}

/// Which rules have run for which agencies on a day.
pub(in super::super) async fn ran_on(
    tx: &mut Transaction,
    day: NaiveDate,
) -> QueryResult<HashSet<(String, AgencyId)>> {
    let runs = reminder_runs::table.filter(reminder_runs::day.eq(day));
    let ran: Vec<(String, AgencyId)> =
        runs.select((reminder_runs::rule, reminder_runs::agency_id)).load(tx).await?;
    Ok(ran.into_iter().collect())
}

/// Stores that a rule runs for an agency on a day; false when it has run already. Waits for another leader that runs it, and is false
/// once that has committed.
pub(in super::super) async fn claim(
    tx: &mut Transaction,
    (rule, day, agency): (&str, NaiveDate, AgencyId),
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    use reminder_runs as r;
    let values = (r::rule.eq(rule), r::day.eq(day), r::agency_id.eq(agency), r::ran_at.eq(now));
    let insert = diesel::insert_into(r::table).values(values).on_conflict_do_nothing();
    Ok(insert.execute(tx).await? > 0)
}

/// Stores which reminder a run has issued.
pub(in super::super) async fn issued(
    tx: &mut Transaction,
    (rule, day, agency): (&str, NaiveDate, AgencyId),
    reminder: Uuid,
) -> QueryResult<usize> {
    let run = reminder_runs::table.find((rule, day, agency));
    diesel::update(run).set(reminder_runs::reminder_id.eq(reminder)).execute(tx).await
}
