//! The table of a report on the handling of procedures.

use crate::domain::agency_tree::AgencyTree;
use crate::domain::local_time::{Day, Instant};
use crate::domain::report::{Counts, Frame};
use crate::domain::vocabulary::{Column, Level, ReportBy};
use crate::features::auth::Principal;
use crate::features::reports::table::{Difference, Row, TOTAL, Table};
use crate::http::etag::Tag;
use crate::http::export::ListRow;
use serde::Serialize;
use utoipa::ToSchema;

/// A report on the handling of procedures in a period.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ResolutionReport)]
pub struct ResolutionBody {
    /// The form of TT 01/2020/TT-VPCP: `II.06a` of an agency that handles procedures itself, `II.06b` of a ministry, `II.06c` of all
    /// levels of a province, or of all that the key sees.
    #[schema(example = "II.06a")]
    pub form: &'static str,
    /// Code of the agency; null: of all that the key sees, or of several that it was given for.
    #[schema(example = "H51.29")]
    pub agency: Option<String>,
    /// First local day of the period.
    #[schema(value_type = NaiveDate, example = "2021-12-15")]
    pub from: Day,
    /// Last local day of the period.
    #[schema(value_type = NaiveDate, example = "2022-02-14")]
    pub to: Day,
    /// The instant as of which it is made. Before the end of the period, the period is not over and its numbers will change.
    pub as_of: Instant,
    /// What a row is for.
    pub by: ReportBy,
    /// The rows that count any dossier, in the order of their keys; levels from the top.
    pub rows: Vec<RowBody>,
    /// All rows together.
    pub total: RowBody,
    /// What was recorded after the period.
    pub late_recorded: LateRecorded,
}

/// A row of a report. 3 to 13 are the columns of the form: `received_total` = `received_online` + `received_direct_postal` +
/// `carried_over` = `resolved_total` + `pending_total`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ResolutionRow)]
pub struct RowBody {
    /// The field, the code of the agency or the procedure, or the level; `total` for all rows together.
    #[schema(example = "ho-tich")]
    pub row: String,
    /// Its name.
    #[schema(example = "Hộ tịch")]
    pub name: String,
    /// 3: received and carried over.
    #[schema(example = 120)]
    pub received_total: i64,
    /// 4: received in the period, online.
    #[schema(example = 30)]
    pub received_online: i64,
    /// 5: received in the period, directly or by post.
    #[schema(example = 70)]
    pub received_direct_postal: i64,
    /// 6: received before the period, and not ended before it.
    #[schema(example = 20)]
    pub carried_over: i64,
    /// 7: ended in the period.
    #[schema(example = 100)]
    pub resolved_total: i64,
    /// 8: on a day before the due day.
    #[schema(example = 60)]
    pub resolved_early: i64,
    /// 9: on time, or without a deadline, for which the form has no column.
    #[schema(example = 30)]
    pub resolved_on_time: i64,
    /// 10: late.
    #[schema(example = 10)]
    pub resolved_late: i64,
    /// 11: open at the end of the period.
    #[schema(example = 20)]
    pub pending_total: i64,
    /// 12: not overdue.
    #[schema(example = 15)]
    pub pending_in_time: i64,
    /// 13: overdue.
    #[schema(example = 5)]
    pub pending_overdue: i64,
    /// What is counted in these columns and shown beside them. No column is the sum of these.
    pub of_which: OfWhich,
}

/// What is counted in the columns of the form and shown beside them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ResolutionOfWhich)]
pub struct OfWhich {
    /// Of `resolved_on_time`: without a deadline.
    #[schema(example = 2)]
    pub resolved_no_deadline: i64,
    /// Of `resolved_total`: withdrawn by the applicant.
    #[schema(example = 1)]
    pub resolved_withdrawn: i64,
    /// Of `resolved_total`: ended without a decision.
    #[schema(example = 0)]
    pub resolved_terminated: i64,
    /// Of `carried_over`: had ended before the period, and opened again in it.
    #[schema(example = 0)]
    pub carried_reopened: i64,
    /// Of `pending_in_time`: its clock stands still.
    #[schema(example = 4)]
    pub pending_stopped: i64,
    /// Of `pending_in_time`: without a deadline, or none yet.
    #[schema(example = 0)]
    pub pending_no_deadline: i64,
}

/// What was recorded after the period, and what it changed.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LateRecorded {
    /// Events that were recorded after the last day and had happened by then, or correct one that had.
    #[schema(example = 3)]
    pub events: i64,
    /// The cells that are not what they were at the end of the last day. The total is not among them.
    pub cells: Vec<LateCell>,
}

/// A cell that is not what it was.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LateCell {
    /// Key of the row.
    #[schema(example = "ho-tich")]
    pub row: String,
    /// The column.
    #[schema(example = "resolved_late")]
    pub column: Column,
    /// What it was at the end of the period.
    #[schema(example = 9)]
    pub then: i64,
    /// What it is.
    #[schema(example = 10)]
    pub now: i64,
}

impl ListRow for RowBody {}

impl RowBody {
    fn new(row: String, name: String, counts: &Counts) -> Self {
        use Column as C;
        let n = |column: C| counts[column];
        Self {
            row,
            name,
            received_total: n(C::ReceivedTotal),
            received_online: n(C::ReceivedOnline),
            received_direct_postal: n(C::ReceivedDirectPostal),
            carried_over: n(C::CarriedOver),
            resolved_total: n(C::ResolvedTotal),
            resolved_early: n(C::ResolvedEarly),
            resolved_on_time: n(C::ResolvedOnTime),
            resolved_late: n(C::ResolvedLate),
            pending_total: n(C::PendingTotal),
            pending_in_time: n(C::PendingInTime),
            pending_overdue: n(C::PendingOverdue),
            of_which: OfWhich {
                resolved_no_deadline: n(C::ResolvedNoDeadline),
                resolved_withdrawn: n(C::ResolvedWithdrawn),
                resolved_terminated: n(C::ResolvedTerminated),
                carried_reopened: n(C::CarriedReopened),
                pending_stopped: n(C::PendingStopped),
                pending_no_deadline: n(C::PendingNoDeadline),
            },
        }
    }
}

impl From<Row> for RowBody {
    fn from(row: Row) -> Self {
        Self::new(row.key, row.name, &row.counts)
    }
}

impl LateRecorded {
    /// Shows what was recorded late.
    pub fn new(events: i64, differences: Vec<Difference>) -> Self {
        let cell = |it: Difference| LateCell { row: it.row, column: it.column, then: it.then, now: it.now };
        Self { events, cells: differences.into_iter().map(cell).collect() }
    }
}

impl ResolutionBody {
    /// Shows a table, of the agency with a code or of all that the caller sees.
    pub fn new(
        (frame, by): (Frame, ReportBy),
        agency: Option<&str>,
        caller: &Principal,
        table: Table,
        late_recorded: LateRecorded,
    ) -> Self {
        let tree = &caller.tree;
        let root = match caller.roots() {
            Some([root]) => tree.get(*root),
            _ => None,
        };
        let agency = agency.and_then(|code| tree.find(code)).or(root);
        Self {
            form: form(agency.map(|agency| agency.level), agency.is_some_and(|it| is_alone(tree, it.id))),
            agency: agency.map(|agency| agency.code.clone()),
            from: frame.period.from.into(),
            to: frame.period.to.into(),
            as_of: frame.now,
            by,
            total: RowBody::new(TOTAL.to_owned(), "Tổng cộng".to_owned(), &table.total),
            rows: table.rows.into_iter().map(RowBody::from).collect(),
            late_recorded,
        }
    }

    /// Its tag: it changes when its numbers do, and not with the instant as of which it is made.
    pub fn tag(&self) -> Tag {
        let Self { form, agency, by, rows, total, late_recorded, .. } = self;
        Tag::of_stream(format!("{form} {agency:?} {by} {rows:?} {total:?} {late_recorded:?}").as_bytes())
    }
}

fn is_alone(tree: &AgencyTree, agency: i32) -> bool {
    tree.subtree(agency).len() == 1
}

/// The form of TT 01/2020/TT-VPCP for an agency of a level; without one, of all levels.
const fn form(level: Option<Level>, is_alone: bool) -> &'static str {
    match level {
        Some(Level::Central) => "II.06b",
        Some(Level::Province) if is_alone => "II.06a",
        None | Some(Level::Province) => "II.06c",
        Some(Level::District | Level::Commune) => "II.06a",
    }
}
