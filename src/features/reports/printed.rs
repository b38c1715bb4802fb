//! A report as it is printed: what the workbook and the page have in common.

use super::table::Table;
use crate::domain::local_time::{Day, Instant};
use crate::domain::vocabulary::{Column, ReportBy};
use chrono::Datelike;

/// The columns of the form, 3 to 13, with their headings: those of the form, and short ones for a narrow page.
pub const COLUMNS: [(Column, &str, &str); 11] = [
    (Column::ReceivedTotal, "Tổng số", "Tổng số"),
    (Column::ReceivedOnline, "Trực tuyến", "Trực tuyến"),
    (Column::ReceivedDirectPostal, "Trực tiếp, dịch vụ bưu chính", "Trực tiếp, bưu chính"),
    (Column::CarriedOver, "Từ kỳ trước", "Kỳ trước"),
    (Column::ResolvedTotal, "Tổng số", "Tổng số"),
    (Column::ResolvedEarly, "Trước hạn", "Trước hạn"),
    (Column::ResolvedOnTime, "Đúng hạn", "Đúng hạn"),
    (Column::ResolvedLate, "Quá hạn", "Quá hạn"),
    (Column::PendingTotal, "Tổng số", "Tổng số"),
    (Column::PendingInTime, "Trong hạn", "Trong hạn"),
    (Column::PendingOverdue, "Quá hạn", "Quá hạn"),
];

/// What is printed.
#[derive(Clone, Debug)]
pub struct Printed {
    /// The form.
    pub form: String,
    /// Name of the agency; empty: of several, or of all.
    pub agency: String,
    /// The period, and as of when.
    pub span: Span,
    /// What a row is for.
    pub by: ReportBy,
    /// The table.
    pub table: Table,
    /// Of a sealed report: its number, digest, and how many corrections are in the table.
    pub sealed: Option<(i32, String, usize)>,
}

impl Printed {
    /// Whose report it is.
    pub fn whose(&self) -> &str {
        whose(&self.agency)
    }
}

/// Whose report it is, by the name of the agency.
pub fn whose(agency: &str) -> &str {
    if agency.is_empty() { "Các cơ quan, đơn vị" } else { agency }
}

/// What a report speaks of, in time.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// First and last local day of the period.
    pub period: (Day, Day),
    /// As of when.
    pub as_of: Instant,
}

impl Span {
    /// First and last day of the period, as they are written.
    pub fn days(&self) -> (String, String) {
        (written(self.period.0), written(self.period.1))
    }

    /// Time and day up to which it knows, as they are written.
    pub fn known_at(&self) -> String {
        let at = self.as_of.local();
        format!("{} ngày {}", at.format("%H:%M"), written(at.date_naive().into()))
    }
}

/// A day as Vietnamese writes it.
fn written(day: Day) -> String {
    let day = day.date();
    format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
}
