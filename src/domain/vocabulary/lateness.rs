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
