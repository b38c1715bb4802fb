//! Reads and writes `reminders`. `answers` counts what was answered, `items` has the dossiers they speak of, `list` the list of reminders, `rules` the rules and
//! their runs.

pub mod answers;
pub mod items;
pub mod list;
pub mod rules;

use crate::db::Transaction;
use crate::db::schema::{reminder_counters, reminders};
use crate::domain::reminder::Filter;
use crate::domain::vocabulary::{About, ReminderStatus};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use uuid::Uuid;

/// A reminder as it is stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = reminders)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct ReminderRow {
    pub id: Uuid,
    pub agency_id: i32,
    pub year: i32,
    pub number: i32,
    pub status: ReminderStatus,
    pub about: About,
    pub filter: Filter,
    pub rule: Option<String>,
    pub issued_at: DateTime<Utc>,
    pub due_on: NaiveDate,
    pub text: Option<String>,
    pub focal_name: Option<String>,
    pub focal_title: Option<String>,
    pub focal_unit: Option<String>,
    pub escalate_after: i16,
    pub frozen_count: i32,
    pub left_out: i64,
    pub explanation: Option<String>,
    pub promised_on: Option<NaiveDate>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub escalated_to: Option<i32>,
    pub escalated_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub version: i32,
}

/// The reminder with an id.
pub async fn find<C>(conn: &mut C, id: Uuid) -> QueryResult<Option<ReminderRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    reminders::table.find(id).select(ReminderRow::as_select()).first(conn).await.optional()
}

/// The same, locked.
pub(super) async fn lock(tx: &mut Transaction, id: Uuid) -> QueryResult<Option<ReminderRow>> {
    let row = reminders::table.find(id).select(ReminderRow::as_select()).for_update();
    row.first(tx).await.optional()
}

/// Takes the next number of an agency and a year. Until the transaction ends, others wait for it.
pub(super) async fn next_number(tx: &mut Transaction, agency: i32, year: i32) -> QueryResult<i32> {
    use reminder_counters as c;
    diesel::insert_into(c::table)
        .values((c::agency_id.eq(agency), c::year.eq(year), c::last_number.eq(1)))
        .on_conflict((c::agency_id, c::year))
        .do_update()
        .set(c::last_number.eq(c::last_number + 1))
        .returning(c::last_number)
        .get_result(tx)
        .await
}

/// Stores a new reminder.
pub(super) async fn insert(tx: &mut Transaction, row: &ReminderRow) -> QueryResult<usize> {
    use reminders as r;
    let of = (r::agency_id.eq(row.agency_id), r::year.eq(row.year), r::number.eq(row.number));
    let about =
        (r::about.eq(row.about.as_str()), r::filter.eq(serde_json::json!(row.filter)), r::rule.eq(&row.rule));
    let when =
        (r::issued_at.eq(row.issued_at), r::due_on.eq(row.due_on), r::escalate_after.eq(row.escalate_after));
    let focal = (
        r::focal_name.eq(&row.focal_name),
        r::focal_title.eq(&row.focal_title),
        r::focal_unit.eq(&row.focal_unit),
    );
    let list = (r::frozen_count.eq(row.frozen_count), r::left_out.eq(row.left_out));
    let state = (r::status.eq(row.status.as_str()), r::version.eq(row.version));
    let values = (r::id.eq(row.id), of, about, when, focal, list, state, r::text.eq(&row.text));
    diesel::insert_into(r::table).values(values).execute(tx).await
}

/// Writes what may change of a reminder.
pub(super) async fn update(tx: &mut Transaction, row: &ReminderRow) -> QueryResult<usize> {
    use reminders as r;
    let values = (
        r::status.eq(row.status.as_str()),
        r::explanation.eq(&row.explanation),
        r::promised_on.eq(row.promised_on),
        r::acknowledged_at.eq(row.acknowledged_at),
        r::escalated_to.eq(row.escalated_to),
        r::escalated_at.eq(row.escalated_at),
        r::closed_at.eq(row.closed_at),
        r::version.eq(row.version),
    );
    diesel::update(r::table.find(row.id)).set(values).execute(tx).await
}
