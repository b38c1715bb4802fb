//! The words of reports.

use super::UnknownWord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// Kinds of reports that can be sealed: how procedures were handled.
    ReportKind { Resolution = "resolution", }
}

words! {
    /// What a report is made for, row by row: the field, the agency that decides, the procedure, or the level of that agency.
    ReportBy { Field = "field", Agency = "agency", Procedure = "procedure", Level = "level", }
}

words! {
    /// Standard periods of reports: a month, a quarter, the first half of a year, its first nine months, a year.
    PeriodKind {
        Month = "month",
        Quarter = "quarter",
        HalfYear = "half_year",
        NineMonths = "nine_months",
        Year = "year",
    }
}

words! {
    /// How standard periods begin and end: on the 15th, as reports close (NĐ 09/2019/NĐ-CP), or with the calendar (QĐ 766/QĐ-TTg).
    PeriodBasis { Reporting = "reporting", Calendar = "calendar", }
}

words! {
    /// Columns of the report on the handling of procedures: 3 to 13 of form II.06 (TT 01/2020/TT-VPCP), then what is counted in them
    /// and shown beside.
    Column {
        ReceivedTotal = "received_total",
        ReceivedOnline = "received_online",
        ReceivedDirectPostal = "received_direct_postal",
        CarriedOver = "carried_over",
        ResolvedTotal = "resolved_total",
        ResolvedEarly = "resolved_early",
        ResolvedOnTime = "resolved_on_time",
        ResolvedLate = "resolved_late",
        PendingTotal = "pending_total",
        PendingInTime = "pending_in_time",
        PendingOverdue = "pending_overdue",
        ResolvedNoDeadline = "resolved_no_deadline",
        ResolvedWithdrawn = "resolved_withdrawn",
        ResolvedTerminated = "resolved_terminated",
        CarriedReopened = "carried_reopened",
        PendingStopped = "pending_stopped",
        PendingNoDeadline = "pending_no_deadline",
    }
}

words! {
    /// Metrics of the national index (QĐ 766/QĐ-TTg), by their numbers in the Decision: of group 1, openness and transparency, and of group 2,
    /// progress and results.
    Metric {
        /// Procedures announced in time.
        Announced = "1.1",
        /// Procedures disclosed in time.
        Disclosed = "1.2",
        /// Procedures disclosed with everything they must say.
        Whole = "1.3",
        /// Dossiers that the national portal has.
        Synced = "1.4",
        /// Dossiers handled on time.
        OnTime = "2.1",
        /// How long dossiers take on average. Without points.
        Duration = "2.2",
    }
}

words! {
    /// Why a metric has no score: there is nothing to judge in the period, or the service does not know it (`no_data`); or the Decision gives
    /// it no points (`no_points`).
    NoScore { NoData = "no_data", NoPoints = "no_points", }
}

impl Column {
    /// Its bit in a number that marks columns.
    pub const fn mark(self) -> i32 {
        1 << self as i32
    }
}
