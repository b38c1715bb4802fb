//! Two sealed reports beside each other.

use super::sealed::SealedBody;
use crate::domain::local_time::Day;
use crate::domain::report::Counts;
use crate::domain::vocabulary::{Column, ReportBy};
use crate::features::reports::table::{Row, Table};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The report to compare with.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct With {
    /// Id of another report whose rows are for the same: usually of the period before.
    #[param(value_type = Uuid, example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6f")]
    pub with: String,
}

/// Two reports beside each other, both with their corrections.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportComparison)]
pub struct ComparisonBody {
    /// The report.
    pub report: ComparedReport,
    /// The other one.
    pub with: ComparedReport,
    /// What a row is for.
    pub by: ReportBy,
    /// The rows of both, in the order of their keys.
    pub rows: Vec<ComparedRow>,
    /// All rows together.
    pub total: ComparedRow,
}

/// One of two reports.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComparedReport {
    /// Id.
    #[schema(example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e")]
    pub id: Uuid,
    /// Number.
    #[schema(example = 7)]
    pub number: i32,
    /// Code of its agency.
    #[schema(example = "H51.29")]
    pub agency: Option<String>,
    /// First local day of its period.
    #[schema(value_type = NaiveDate, example = "2021-12-15")]
    pub from: Day,
    /// Last local day of its period.
    #[schema(value_type = NaiveDate, example = "2022-02-14")]
    pub to: Day,
}

/// A row of both reports.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComparedRow {
    /// Key of the row; `total` for all rows together.
    #[schema(example = "ho-tich")]
    pub row: String,
    /// Its name.
    #[schema(example = "Hộ tịch")]
    pub name: String,
    /// Its columns.
    pub cells: Vec<ComparedCell>,
}

/// A column of both reports.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComparedCell {
    /// The column.
    #[schema(example = "resolved_late")]
    pub column: Column,
    /// In the report; 0 where it has no such row.
    #[schema(example = 10)]
    pub value: i64,
    /// In the other one.
    #[schema(example = 12)]
    pub with: i64,
    /// By how much the report has more; negative: less.
    #[schema(example = -2)]
    pub change: i64,
}

impl ComparedReport {
    fn new(report: &SealedBody) -> Self {
        let SealedBody { id, number, from, to, .. } = *report;
        Self { id, number, agency: report.agency.clone(), from, to }
    }
}

impl ComparisonBody {
    /// Puts a report beside another one.
    pub fn new(report: &SealedBody, with: &SealedBody) -> Self {
        let (table, other) = (report.corrected(), with.corrected());
        let row = |row: &Row| compared(row, &table, &other);
        let mut keyed: Vec<&Row> = table.rows.iter().collect();
        keyed.extend(other.rows.iter().filter(|row| table.rows.iter().all(|it| it.key != row.key)));
        if report.by != ReportBy::Level {
            keyed.sort_by(|a, b| a.key.cmp(&b.key));
        }
        Self {
            report: ComparedReport::new(report),
            with: ComparedReport::new(with),
            by: report.by,
            rows: keyed.into_iter().map(row).collect(),
            total: beside(&table.total_row(), &table.total, &other.total),
        }
    }
}

fn compared(row: &Row, table: &Table, other: &Table) -> ComparedRow {
    beside(row, &table.counts(&row.key), &other.counts(&row.key))
}

fn beside(row: &Row, value: &Counts, with: &Counts) -> ComparedRow {
    let cell = |column: &Column| {
        let (value, with) = (value[*column], with[*column]);
        ComparedCell { column: *column, value, with, change: value - with }
    };
    ComparedRow {
        row: row.key.clone(),
        name: row.name.clone(),
        cells: Column::ALL.iter().map(cell).collect(),
    }
}
