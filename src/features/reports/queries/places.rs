//! The dossiers behind a number of a report.

use super::mirror::placed;
use super::sums::{Statement, framed};
use crate::db::fingerprint::Fingerprint;
use crate::db::page::Page;
use crate::db::{RowSender, WholeList};
use crate::domain::agency_tree::AgencyId;
use crate::domain::local_time::Instant;
use crate::domain::report::Frame;
use crate::domain::vocabulary::{Channel, Column};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

/// Position in the list: receipt and id of a dossier.
pub type Key = (Instant, Uuid);

/// A cell of a report.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The period, and as of when.
    pub frame: Frame,
    /// The column.
    pub column: Column,
    /// Of these, what is on time by the national index, or what is not; `None`: all.
    pub by_index: Option<Judgement>,
    /// Decided by these agencies; `None`: by any.
    pub agencies: Option<Vec<AgencyId>>,
    /// Of these procedure versions; `None`: of any.
    pub versions: Option<Vec<i32>>,
}

/// How dossiers are judged by the national index (QĐ 766/QĐ-TTg, 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// They have a deadline.
    Any,
    /// They have one and are on time.
    OnTime,
    /// They have one and are not.
    Late,
}

/// A dossier behind a number, as it stood at the end of the period.
#[derive(Clone, Debug, QueryableByName)]
#[allow(missing_docs)] // The columns are explained in the migrations.
pub struct PlacedRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub code: String,
    #[diesel(sql_type = Integer)]
    pub procedure_version_id: i32,
    #[diesel(sql_type = Integer)]
    pub competent_agency_id: AgencyId,
    #[diesel(sql_type = Text)]
    pub channel: Channel,
    #[diesel(sql_type = Timestamptz)]
    pub received_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Date>)]
    pub due_on: Option<NaiveDate>,
    /// When it had ended.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    /// By which instant it was judged, if it had ended.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub judged_at: Option<DateTime<Utc>>,
    /// The columns in which it is counted.
    #[diesel(sql_type = Integer)]
    pub marks: i32,
    /// Whether it is on time by the national index.
    #[diesel(sql_type = Nullable<Bool>)]
    pub on_time_by_index: Option<bool>,
    /// The first instant at which it is late by that.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub index_late_from: Option<DateTime<Utc>>,
}

impl PlacedRow {
    /// Its position in the list.
    pub fn key(&self) -> Key {
        (self.received_at.into(), self.id)
    }
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    dossiers: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    digest: Option<i64>,
}

/// What `what` says of the dossiers in a cell, which are in `placed`, then `rest`; with the number of the next parameter.
fn of_cell<'a>(cell: &Cell, what: &str, rest: impl Fn(usize) -> String) -> Statement<'a> {
    let (mut which, mut next) = (within(cell.column).to_owned(), 5);
    for (column, ids) in [("competent_agency_id", &cell.agencies), ("procedure_version_id", &cell.versions)] {
        if ids.is_some() {
            which = format!("{which} AND d.{column} = ANY(${next})");
            next += 1;
        }
    }
    let judged = match cell.by_index {
        None => "",
        Some(Judgement::Any) => "AND on_time_by_index IS NOT NULL",
        Some(Judgement::OnTime) => "AND on_time_by_index",
        Some(Judgement::Late) => "AND NOT on_time_by_index",
    };
    let statement = format!(
        "SELECT {what} FROM ({}) placed WHERE marks & $4 <> 0 {judged} {}",
        placed(&which),
        rest(next)
    );
    let ids = [&cell.agencies, &cell.versions].into_iter().flatten();
    let statement = framed(statement, cell.frame).bind::<Integer, _>(cell.column.mark());
    ids.fold(statement, |statement, ids| statement.bind::<Array<Integer>, _>(ids.clone()))
}

/// What holds for every dossier in a column, so that an index can serve it.
const fn within(column: Column) -> &'static str {
    match column {
        Column::ReceivedOnline | Column::ReceivedDirectPostal => "d.filed_at >= $1 AND d.received_at >= $1",
        Column::ResolvedTotal
        | Column::ResolvedEarly
        | Column::ResolvedOnTime
        | Column::ResolvedLate
        | Column::ResolvedNoDeadline
        | Column::ResolvedWithdrawn
        | Column::ResolvedTerminated => "(d.ended_at >= $1 AND d.ended_at < $2 OR d.interruptions ? 'ends')",
        Column::PendingTotal
        | Column::PendingInTime
        | Column::PendingOverdue
        | Column::PendingStopped
        | Column::PendingNoDeadline => "(d.ended_at IS NULL OR d.ended_at >= $2 OR d.interruptions ? 'ends')",
        Column::ReceivedTotal | Column::CarriedOver | Column::CarriedReopened => {
            "(d.ended_at IS NULL OR d.ended_at >= $1 OR d.interruptions ? 'ends')"
        }
    }
}

const ROW: &str = "id, code, procedure_version_id, competent_agency_id, channel, received_at, \
    CASE WHEN end_at IS NULL THEN due_on ELSE end_due_on END AS due_on, end_at AS ended_at, \
    CASE WHEN end_at IS NULL THEN NULL ELSE end_judged_at END AS judged_at, marks, on_time_by_index, \
    CASE WHEN end_at IS NULL THEN coalesce(index_overdue_from, overdue_from) ELSE coalesce(end_index_overdue_from, end_overdue_from) END AS index_late_from";

// The order of filing is indexed, and that of receipt for all that were received.
const ORDER: &str = "ORDER BY filed_at DESC, id DESC";

/// A page of the dossiers in a cell, the latest receipt first.
pub async fn page(
    conn: &mut AsyncPgConnection,
    cell: &Cell,
    page: &Page<Key>,
) -> QueryResult<Vec<PlacedRow>> {
    let Some((at, id)) = page.after else {
        let statement = of_cell(cell, ROW, |next| format!("{ORDER} LIMIT ${next}"));
        return statement.bind::<BigInt, _>(page.fetch()).load(conn).await;
    };
    let behind = |next| format!("AND (filed_at, id) < (${next}, ${}) {ORDER} LIMIT ${}", next + 1, next + 2);
    let statement = of_cell(cell, ROW, behind).bind::<Timestamptz, _>(at.utc()).bind::<SqlUuid, _>(id);
    statement.bind::<BigInt, _>(page.fetch()).load(conn).await
}

/// How many dossiers are in a cell.
pub async fn count(conn: &mut AsyncPgConnection, cell: &Cell) -> QueryResult<i64> {
    let counting = of_cell(cell, "count(*) AS dossiers, NULL::bigint AS digest", |_| String::new());
    Ok(counting.get_result::<Total>(conn).await?.dossiers)
}

/// All dossiers in a cell.
pub struct Whole(pub Cell);

impl WholeList for Whole {
    type Row = PlacedRow;

    async fn fingerprint(&self, conn: &mut AsyncPgConnection) -> QueryResult<Fingerprint> {
        let what = "count(*) AS dossiers, bit_xor(uuid_hash_extended(id, (version::bigint * 4 + coalesce(on_time_by_index::integer, 2)) * 262144 + marks)) AS digest";
        let total: Total = of_cell(&self.0, what, |_| String::new()).get_result(conn).await?;
        Ok((total.dossiers, total.digest).into())
    }

    async fn send(&self, conn: &mut AsyncPgConnection, sender: &RowSender<PlacedRow>) -> QueryResult<()> {
        let statement = of_cell(&self.0, ROW, |_| ORDER.to_owned());
        sender.send_all(statement.load_stream::<PlacedRow>(conn).await?).await
    }
}
