//! The words of time limits and of the choices that the law leaves.

use super::UnknownWord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// Event that starts the clock of a time limit: receipt of a complete dossier at the one-stop desk, its receipt by
    /// the competent agency (NĐ 99/2022 Art. 16(2)), its acceptance (thụ lý), or the payment that was asked for.
    Starts {
        Received = "received",
        ReceivedByCompetent = "received_by_competent",
        Accepted = "accepted",
        PaymentReceived = "payment_received",
    }
}

// The words have no place for a derive of their own.
#[allow(clippy::derivable_impls)]
impl Default for Starts {
    fn default() -> Self {
        Self::Received
    }
}

words! {
    /// Whose time a segment of a chained limit is: of the agency that receives, that decides, or of the one above that.
    AgencyRole { Receiving = "receiving", Competent = "competent", Superior = "superior", }
}

words! {
    /// What a stop of the clock does to the due date when the clock runs again: the whole limit is counted again
    /// (NĐ 61/2018 Art. 19(4)), the date moves by the working days that were stopped, or the time that was stopped is
    /// taken off as the calendar has it (QĐ 766/QĐ-TTg).
    StopEffect { Restart = "restart", Shift = "shift", Subtract = "subtract", }
}

words! {
    /// When supplements are asked for: as the dossier is checked at its receipt (NĐ 61/2018 Art. 11(2), 17), or as its
    /// content is appraised (Art. 19(4)).
    SupplementStage { Intake = "intake", Appraisal = "appraisal", }
}

words! {
    /// What a second request for supplements does: as the first; of the same stage, nothing to the clock (only one,
    /// NĐ 61/2018 Art. 11(2)); or the dossier counts as late from then on, whatever the stage (QĐ 766/QĐ-TTg).
    SecondSupplement { Same = "same", Ignored = "ignored", Late = "late", }
}

words! {
    /// From when a limit in days is late: the end of the due day (Civil Code 91/2015 Art. 148), or the minute that the
    /// slip names.
    Granularity { Date = "date", Minute = "minute", }
}

words! {
    /// Which date judges lateness: the computed one, or the one that the slip promised.
    JudgeBy { Computed = "computed", Appointed = "appointed", }
}
