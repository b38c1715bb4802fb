//! The words of lateness.

use super::UnknownWord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// Timing of a dossier: exclusive states, defined in `timing`.
    TimingState {
        InTime = "in_time",
        DueSoon = "due_soon",
        Overdue = "overdue",
        Stopped = "stopped",
        NoDeadline = "no_deadline",
        Early = "early",
        OnTime = "on_time",
        Late = "late",
    }
}

impl TimingState {
    /// Label in Vietnamese and in English.
    pub const fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::InTime => ("Trong hạn", "In time"),
            Self::DueSoon => ("Sắp đến hạn", "Due soon"),
            Self::Overdue => ("Quá hạn", "Overdue"),
            Self::Stopped => ("Tạm dừng tính thời hạn", "Clock stopped"),
            Self::NoDeadline => ("Không có thời hạn", "No deadline"),
            Self::Early => ("Trước hạn", "Early"),
            Self::OnTime => ("Đúng hạn", "On time"),
            Self::Late => ("Quá hạn", "Late"),
        }
    }
}

words! {
    /// Whether the closing of a dossier (its result recorded as returned) came in time.
    ClosingState { Open = "open", InTime = "in_time", Late = "late", }
}

words! {
    /// What lateness of an ended dossier is measured by: when its handling ended, or when its closing was recorded.
    Measure { Processing = "processing", Closing = "closing", }
}

words! {
    /// What overdue dossiers are counted by: the agency that decides, the field, the procedure, or the agency that holds.
    SummaryBy { Agency = "agency", Field = "field", Procedure = "procedure", Holder = "holder", }
}
