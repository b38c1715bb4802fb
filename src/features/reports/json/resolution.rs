//! The table of a report on the handling of procedures.

use crate::domain::agency_tree::Agency;
use crate::domain::local_time::{Day, Instant};
use crate::domain::report::{Counts, Frame};
use crate::domain::vocabulary::{Column, Level, ReportBy};
use crate::features::reports::numbers::Numbers;
use crate::features::reports::table::{Difference, Row, Rows};
use crate::http::etag::Tag;
use crate::http::export::ListRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Defines a body with the table of a report, and its own fields before and after it.
macro_rules! resolution {
    ($(#[$meta:meta])* $name:ident as $schema:ident { $($before:tt)* } { $($after:tt)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
        #[schema(as = $schema)]
        pub struct $name {
            $($before)*
            /// The form of TT 01/2020/TT-VPCP: `II.06a` of an agency that handles procedures itself, `II.06b` of a ministry, `II.06c` of all
            /// levels of a province, or of all that the key sees.
            #[schema(example = "II.06a")]
            pub form: String,
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
            $($after)*
        }
    };
}

pub(super) use resolution;

resolution! {
    /// A report on the handling of procedures in a period.
    ResolutionBody as ResolutionReport {} {}
}

/// Defines a body with numbers of columns, and its own fields before and after them.
macro_rules! numbers {
    (
        $(#[$meta:meta])* $name:ident as $schema:ident
        { $($(#[$first:meta])* $before:ident: $before_type:ty,)* }
        { $($(#[$number:meta])* $field:ident = $column:ident,)+ }
        { $($(#[$last:meta])* $after:ident: $after_type:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
        #[schema(as = $schema)]
        pub struct $name {
            $($(#[$first])* pub $before: $before_type,)*
            $($(#[$number])* pub $field: i64,)+
            $($(#[$last])* pub $after: $after_type,)*
        }

        impl $name {
            fn counted($($before: $before_type,)* counts: &Counts, $($after: $after_type,)*) -> Self {
                Self { $($before,)* $($field: counts[Column::$column],)+ $($after,)* }
            }

            fn put(&self, counts: &mut Counts) {
                $(counts[Column::$column] = self.$field;)+
            }
        }
    };
}

numbers! {
    /// A row of a report. 3 to 13 are the columns of the form: `received_total` = `received_online` + `received_direct_postal` +
    /// `carried_over` = `resolved_total` + `pending_total`.
    RowBody as ResolutionRow {
        /// The field, the code of the agency or the procedure, or the level; `total` for all rows together.
        #[schema(example = "ho-tich")]
        row: String,
        /// Its name.
        #[schema(example = "Hộ tịch")]
        name: String,
    } {
        /// 3: received and carried over.
        #[schema(example = 120)]
        received_total = ReceivedTotal,
        /// 4: received in the period, online.
        #[schema(example = 30)]
        received_online = ReceivedOnline,
        /// 5: received in the period, directly or by post.
        #[schema(example = 70)]
        received_direct_postal = ReceivedDirectPostal,
        /// 6: received before the period, and not ended before it.
        #[schema(example = 20)]
        carried_over = CarriedOver,
        /// 7: ended in the period.
        #[schema(example = 100)]
        resolved_total = ResolvedTotal,
        /// 8: on a day before the due day.
        #[schema(example = 60)]
        resolved_early = ResolvedEarly,
        /// 9: on time, or without a deadline, for which the form has no column.
        #[schema(example = 30)]
        resolved_on_time = ResolvedOnTime,
        /// 10: late.
        #[schema(example = 10)]
        resolved_late = ResolvedLate,
        /// 11: open at the end of the period.
        #[schema(example = 20)]
        pending_total = PendingTotal,
        /// 12: not overdue.
        #[schema(example = 15)]
        pending_in_time = PendingInTime,
        /// 13: overdue.
        #[schema(example = 5)]
        pending_overdue = PendingOverdue,
    } {
        /// What is counted in these columns and shown beside them. No column is the sum of these.
        of_which: OfWhich,
    }
}

numbers! {
    /// What is counted in the columns of the form and shown beside them.
    OfWhich as ResolutionOfWhich {} {
        /// Of `resolved_on_time`: without a deadline.
        #[schema(example = 2)]
        resolved_no_deadline = ResolvedNoDeadline,
        /// Of `resolved_total`: withdrawn by the applicant.
        #[schema(example = 1)]
        resolved_withdrawn = ResolvedWithdrawn,
        /// Of `resolved_total`: ended without a decision.
        #[schema(example = 0)]
        resolved_terminated = ResolvedTerminated,
        /// Of `carried_over`: had ended before the period, and opened again in it.
        #[schema(example = 0)]
        carried_reopened = CarriedReopened,
        /// Of `pending_in_time`: its clock stands still.
        #[schema(example = 4)]
        pending_stopped = PendingStopped,
        /// Of `pending_in_time`: without a deadline, or none yet.
        #[schema(example = 0)]
        pending_no_deadline = PendingNoDeadline,
    } {}
}

/// What was recorded after the period, and what it changed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct LateRecorded {
    /// Events that were recorded after the last day and had happened by then, or correct one that had.
    #[schema(example = 3)]
    pub events: i64,
    /// The cells that are not what they were at the end of the last day. The total is not among them.
    pub cells: Vec<LateCell>,
}

/// A cell that is not what it was.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
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

impl From<Row> for RowBody {
    fn from(row: Row) -> Self {
        Self::counted(row.key, row.name, &row.counts, OfWhich::counted(&row.counts))
    }
}

impl From<&RowBody> for Row {
    fn from(body: &RowBody) -> Self {
        let mut counts = Counts::default();
        body.put(&mut counts);
        body.of_which.put(&mut counts);
        Self { key: body.row.clone(), name: body.name.clone(), counts }
    }
}

impl LateRecorded {
    fn new(events: i64, differences: Vec<Difference>) -> Self {
        let cell = |it: Difference| LateCell { row: it.row, column: it.column, then: it.then, now: it.now };
        Self { events, cells: differences.into_iter().map(cell).collect() }
    }
}

impl ResolutionBody {
    /// Shows the numbers of an agency, or of several.
    pub fn new(frame: Frame, rows: Rows<'_>, agency: Option<&Agency>, numbers: &Numbers) -> Self {
        let (table, differences) = numbers.table(rows);
        let is_alone = agency.is_some_and(|agency| rows.tree.subtree(agency.id).len() == 1);
        Self {
            form: form(agency.map(|agency| agency.level), is_alone).to_owned(),
            agency: agency.map(|agency| agency.code.clone()),
            from: frame.period.from.into(),
            to: frame.period.to.into(),
            as_of: frame.now,
            by: rows.by,
            total: table.total_row().into(),
            rows: table.rows.into_iter().map(RowBody::from).collect(),
            late_recorded: LateRecorded::new(numbers.late_events, differences),
        }
    }

    /// Its tag: it changes when its numbers do, and not with the instant as of which it is made.
    pub fn tag(&self) -> Tag {
        let Self { form, agency, by, rows, total, late_recorded, .. } = self;
        Tag::of_stream(format!("{form} {agency:?} {by} {rows:?} {total:?} {late_recorded:?}").as_bytes())
    }
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
