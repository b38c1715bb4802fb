//! Reports that were sealed, and their corrections.

use super::resolution::{LateRecorded, ResolutionBody, RowBody, resolution};
use crate::domain::local_time::{Day, Instant};
use crate::domain::vocabulary::{Column, ReportBy, ReportKind};
use crate::features::reports::actions::seal::{CorrectionStamp, Stamp, text_of};
use crate::features::reports::queries::sealed::{CorrectionRow, ReportRow};
use crate::features::reports::table::{Difference, Row, Table};
use crate::http::export::ListRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

resolution! {
    /// A report that was sealed: it never changes. What turned out otherwise is in `corrections`.
    SealedBody as SealedReport {
        /// Id.
        #[schema(example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e")]
        pub id: Uuid,
        /// Number among the reports of the agency.
        #[schema(example = 7)]
        pub number: i32,
        /// What it reports.
        pub kind: ReportKind,
    } {
        /// When it was sealed.
        pub sealed_at: Instant,
        /// Who sealed it: a key, or a command.
        #[schema(example = "key:ck_0123456789ab")]
        pub sealed_by: String,
        /// SHA-256 of its canonical JSON (RFC 8785): of this object without `digest`, `corrections` and members that are null.
        #[schema(example = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
        pub digest: String,
        /// What was corrected since, in order.
        pub corrections: Vec<CorrectionBody>,
    }
}

/// A correction of a sealed report: what it should have said by what is known since.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportCorrection)]
pub struct CorrectionBody {
    /// Number among the corrections of the report.
    #[schema(example = 1)]
    pub number: i32,
    /// The instant as of which it is made.
    pub as_of: Instant,
    /// Why it was made.
    #[schema(example = "Hồ sơ kết thúc ngày 11/2 được cập nhật ngày 16/2.")]
    pub reason: String,
    /// The cells that are otherwise than in the report with the corrections before. The total is not among them.
    pub cells: Vec<CorrectedCell>,
    /// When it was made.
    pub corrected_at: Instant,
    /// Who made it.
    #[schema(example = "key:ck_0123456789ab")]
    pub corrected_by: String,
    /// Digest of the report, or of the correction before.
    #[schema(example = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    pub previous: String,
    /// SHA-256 of its canonical JSON (RFC 8785): of this object without `digest`.
    #[schema(example = "sha256:cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34")]
    pub digest: String,
}

/// A cell that was corrected.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CorrectedCell {
    /// Key of the row.
    #[schema(example = "ho-tich")]
    pub row: String,
    /// Name of the row.
    #[schema(example = "Hộ tịch")]
    pub name: String,
    /// The column.
    #[schema(example = "resolved_late")]
    pub column: Column,
    /// What the report said.
    #[schema(example = 9)]
    pub old: i64,
    /// What it should have said.
    #[schema(example = 10)]
    pub new: i64,
}

/// A sealed report in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SealedReportSummary)]
pub struct SummaryBody {
    /// Id.
    #[schema(example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e")]
    pub id: Uuid,
    /// Number among the reports of the agency.
    #[schema(example = 7)]
    pub number: i32,
    /// What it reports.
    pub kind: ReportKind,
    /// Code of the agency; null: of several, or of all.
    #[schema(example = "H51.29")]
    pub agency: Option<String>,
    /// First local day of the period.
    #[schema(value_type = NaiveDate, example = "2021-12-15")]
    pub from: Day,
    /// Last local day of the period.
    #[schema(value_type = NaiveDate, example = "2022-02-14")]
    pub to: Day,
    /// What a row is for.
    pub by: ReportBy,
    /// The instant as of which it was made.
    pub as_of: Instant,
    /// When it was sealed.
    pub sealed_at: Instant,
    /// Who sealed it.
    #[schema(example = "key:ck_0123456789ab")]
    pub sealed_by: String,
    /// Its digest.
    #[schema(example = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    pub digest: String,
    /// How many corrections it has.
    #[schema(example = 1)]
    pub corrections: i64,
}

impl ListRow for SummaryBody {}

impl SummaryBody {
    /// Shows a report, of the agency with a code, with the number of its corrections.
    pub fn new(row: &ReportRow, agency: Option<String>, corrections: i64) -> Self {
        Self {
            id: row.id,
            number: row.number,
            kind: row.kind,
            agency,
            from: row.first_day.into(),
            to: row.last_day.into(),
            by: row.by,
            as_of: row.as_of.into(),
            sealed_at: row.sealed_at.into(),
            sealed_by: row.sealed_by.clone(),
            digest: text_of(&row.digest),
            corrections,
        }
    }
}

impl SealedBody {
    /// What a report says, to be sealed.
    pub fn content(report: ResolutionBody, stamp: &Stamp<'_>) -> Value {
        let ResolutionBody { form, agency, from, to, as_of, by, rows, total, late_recorded } = report;
        let body = Self {
            id: stamp.id,
            number: stamp.number,
            kind: ReportKind::Resolution,
            form,
            agency,
            from,
            to,
            as_of,
            by,
            rows,
            total,
            late_recorded,
            sealed_at: stamp.sealed_at,
            sealed_by: stamp.sealed_by.to_owned(),
            digest: String::new(),
            corrections: vec![],
        };
        without(&body, &["digest", "corrections"])
    }

    /// Shows a report, of which this is what it says, with its corrections.
    pub fn new(
        (row, mut content): (&ReportRow, Value),
        corrections: &[CorrectionRow],
    ) -> serde_json::Result<Self> {
        content["digest"] = text_of(&row.digest).into();
        content["corrections"] = Value::Array(corrections.iter().map(CorrectionBody::shown).collect());
        serde_json::from_value(content)
    }

    /// Its table with its corrections.
    pub fn corrected(&self) -> Table {
        let rows = self.rows.iter().map(Row::from).collect();
        let mut table = Table { rows, total: Row::from(&self.total).counts };
        for cell in self.corrections.iter().flat_map(|correction| &correction.cells) {
            table.correct((&cell.row, &cell.name), cell.column, cell.new);
        }
        table
    }
}

impl CorrectionBody {
    /// What a correction says, to be kept; `None` when nothing is otherwise.
    pub fn content(
        (as_of, reason): (Instant, &str),
        (table, differences): (&Table, Vec<Difference>),
        stamp: &CorrectionStamp<'_>,
    ) -> Option<Value> {
        let name = |key: &str| table.rows.iter().find(|row| row.key == key).map(|row| row.name.clone());
        let cells = differences.into_iter().map(|it| CorrectedCell {
            name: name(&it.row).unwrap_or_else(|| it.row.clone()),
            row: it.row,
            column: it.column,
            old: it.then,
            new: it.now,
        });
        let body = Self {
            number: stamp.number,
            as_of,
            reason: reason.to_owned(),
            cells: cells.collect(),
            corrected_at: stamp.corrected_at,
            corrected_by: stamp.corrected_by.to_owned(),
            previous: stamp.previous.to_owned(),
            digest: String::new(),
        };
        (!body.cells.is_empty()).then(|| without(&body, &["digest"]))
    }

    fn shown(row: &CorrectionRow) -> Value {
        let mut content = row.content.clone();
        content["digest"] = text_of(&row.digest).into();
        content
    }

    /// Shows a correction.
    pub fn new(row: &CorrectionRow) -> serde_json::Result<Self> {
        serde_json::from_value(Self::shown(row))
    }
}

/// A body as a value, without some of its members.
fn without(body: &impl Serialize, members: &[&str]) -> Value {
    // Bodies hold strings, numbers and lists of these: serializing them into memory cannot fail.
    let mut value = serde_json::to_value(body).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.retain(|name, _| !members.contains(&name.as_str()));
    }
    value
}
