//! Reads and writes reports that were sealed, and their corrections.

use crate::db::Transaction;
use crate::db::page::Page;
use crate::db::schema::{report_corrections, report_counters, reports};
use crate::domain::agency_tree::AgencyId;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{ReportBy, ReportKind};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use uuid::Uuid;

/// A report as it was sealed, without what it says: that may be long, and a list does not show it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = reports)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct ReportRow {
    pub id: Uuid,
    pub agency_id: Option<AgencyId>,
    pub number: i32,
    pub kind: ReportKind,
    pub agency_ids: Option<Vec<AgencyId>>,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub by: ReportBy,
    pub as_of: DateTime<Utc>,
    pub sealed_at: DateTime<Utc>,
    pub sealed_by: String,
    pub digest: Vec<u8>,
}

/// A correction of a report.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = report_corrections)]
#[allow(missing_docs)]
pub struct CorrectionRow {
    pub report_id: Uuid,
    pub number: i32,
    pub as_of: DateTime<Utc>,
    pub corrected_at: DateTime<Utc>,
    pub corrected_by: String,
    pub content: serde_json::Value,
    pub digest: Vec<u8>,
}

/// Position in the list: when a report was sealed, and its id.
pub type Key = (Instant, Uuid);

/// Which reports a list has.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Whose agencies are all among these; `None`: any.
    pub seen: Option<Vec<AgencyId>>,
    /// Of this agency.
    pub agency: Option<AgencyId>,
}

/// The next number of the reports of an agency. Locks the counter until the transaction ends.
pub async fn next_number(tx: &mut Transaction, agency: Option<AgencyId>) -> QueryResult<i32> {
    use report_counters as c;
    diesel::insert_into(c::table)
        .values((c::agency_id.eq(agency.unwrap_or(0)), c::last_number.eq(1)))
        .on_conflict(c::agency_id)
        .do_update()
        .set(c::last_number.eq(c::last_number + 1))
        .returning(c::last_number)
        .get_result(tx)
        .await
}

/// Stores a report with what it says.
pub async fn insert(
    tx: &mut Transaction,
    row: &ReportRow,
    content: &serde_json::Value,
) -> QueryResult<usize> {
    use reports as r;
    let values = (
        r::id.eq(row.id),
        r::agency_id.eq(row.agency_id),
        r::number.eq(row.number),
        r::kind.eq(row.kind.as_str()),
        r::agency_ids.eq(&row.agency_ids),
        r::first_day.eq(row.first_day),
        r::last_day.eq(row.last_day),
        r::by.eq(row.by.as_str()),
        r::as_of.eq(row.as_of),
        r::sealed_at.eq(row.sealed_at),
        r::sealed_by.eq(&row.sealed_by),
        r::content.eq(content),
        r::digest.eq(&row.digest),
    );
    diesel::insert_into(r::table).values(values).execute(tx).await
}

/// Stores a correction.
pub async fn insert_correction(tx: &mut Transaction, row: &CorrectionRow) -> QueryResult<usize> {
    use report_corrections as c;
    let values = (
        c::report_id.eq(row.report_id),
        c::number.eq(row.number),
        c::as_of.eq(row.as_of),
        c::corrected_at.eq(row.corrected_at),
        c::corrected_by.eq(&row.corrected_by),
        c::content.eq(&row.content),
        c::digest.eq(&row.digest),
    );
    diesel::insert_into(c::table).values(values).execute(tx).await
}

/// The report with an id, and what it says.
pub async fn find<C>(conn: &mut C, id: Uuid) -> QueryResult<Option<(ReportRow, serde_json::Value)>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    reports::table.find(id).select((ReportRow::as_select(), reports::content)).first(conn).await.optional()
}

/// The same, held against other corrections until the transaction ends.
pub async fn lock(tx: &mut Transaction, id: Uuid) -> QueryResult<Option<(ReportRow, serde_json::Value)>> {
    let whole = (ReportRow::as_select(), reports::content);
    reports::table.find(id).select(whole).for_update().first(tx).await.optional()
}

/// The corrections of a report, in order.
pub async fn corrections<C>(conn: &mut C, id: Uuid) -> QueryResult<Vec<CorrectionRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    use report_corrections as c;
    let of_report = c::table.filter(c::report_id.eq(id)).order(c::number);
    of_report.select(CorrectionRow::as_select()).load(conn).await
}

fn listed<'a>(filter: &Filter) -> reports::BoxedQuery<'a, Pg> {
    use reports as r;
    let mut query = r::table.into_boxed();
    if let Some(seen) = &filter.seen {
        query = query.filter(r::agency_ids.is_contained_by(seen.clone()));
    }
    if let Some(agency) = filter.agency {
        query = query.filter(r::agency_id.eq(agency));
    }
    query
}

/// A page of reports, or all of them; the latest first. With each, how many corrections it has.
pub async fn page<C>(
    conn: &mut C,
    filter: &Filter,
    page: Option<&Page<Key>>,
) -> QueryResult<Vec<(ReportRow, i64)>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    use {report_corrections as c, reports as r};
    let mut query = listed(filter).order((r::sealed_at.desc(), r::id.desc()));
    if let Some(page) = page {
        query = query.limit(page.fetch());
        if let Some((at, id)) = page.after.map(|(at, id)| (at.utc(), id)) {
            query = query.filter(r::sealed_at.le(at).and(r::sealed_at.lt(at).or(r::id.lt(id))));
        }
    }
    let corrections = c::table.filter(c::report_id.eq(r::id)).count().single_value().assume_not_null();
    query.select((ReportRow::as_select(), corrections)).load(conn).await
}

/// How many reports there are.
pub async fn count<C>(conn: &mut C, filter: &Filter) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    listed(filter).count().get_result(conn).await
}
