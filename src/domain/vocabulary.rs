//! The closed lists of words of the contract: levels, channels, statuses, event kinds and so on.
//!
//! Each word is written once, here; JSON, SQL and documents use the same spelling. Rules about the words live
//! elsewhere: moves between statuses in `lifecycle`, timing states in `timing`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Defines an enum whose variants each have one spelling, used in JSON, in SQL and in the API document.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:tt,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every value, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The spelling of the contract.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { expected: &[$($word,)+] }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// A word that is not in its list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {}", .expected.join(", "))]
pub struct UnknownWord {
    /// The words that are.
    pub expected: &'static [&'static str],
}

words! {
    /// Administrative level (cấp). `district` exists until 30/6/2025 and stays for history.
    Level { Central = "central", Province = "province", District = "district", Commune = "commune", }
}

words! {
    /// Channel by which a dossier is filed (kênh thực hiện).
    Channel { InPerson = "in_person", Online = "online", Postal = "postal", }
}

words! {
    /// Kind of applicant (đối tượng thực hiện).
    ApplicantKind {
        Individual = "individual",
        Business = "business",
        Organization = "organization",
        StateAgency = "state_agency",
    }
}

words! {
    /// Status of a dossier (trạng thái hồ sơ).
    Status { Received = "received", Processing = "processing", Completed = "completed", Returned = "returned", }
}

impl Status {
    /// Number of the status in the national format (`TrangThaiHoSo`).
    pub const fn national_code(self) -> u8 {
        match self {
            Self::Received => 2,
            Self::Processing => 4,
            Self::Completed => 9,
            Self::Returned => 10,
        }
    }

    /// Label for citizens, in Vietnamese and in English.
    pub const fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Received => ("Được tiếp nhận", "Received"),
            Self::Processing => ("Đang xử lý", "Processing"),
            Self::Completed => ("Đã xử lý xong", "Completed"),
            Self::Returned => ("Đã trả kết quả", "Result returned"),
        }
    }
}

words! {
    /// Kind of event in the life of a dossier.
    EventKind {
        Received = "received",
        Forwarded = "forwarded",
        Noted = "noted",
        Completed = "completed",
        Returned = "returned",
        CalendarChanged = "calendar_changed",
    }
}

impl EventKind {
    /// Label for citizens, in Vietnamese and in English.
    pub const fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Received => ("Tiếp nhận hồ sơ", "Dossier received"),
            Self::Forwarded => ("Chuyển xử lý", "Forwarded for handling"),
            Self::Noted => ("Ghi chú", "Note"),
            Self::Completed => ("Xử lý xong", "Handling completed"),
            Self::Returned => ("Trả kết quả", "Result returned"),
            Self::CalendarChanged => ("Lịch làm việc thay đổi", "Office calendar changed"),
        }
    }
}

words! {
    /// Where a record of an event came from: made here as it happened, replayed from other software, or sent in
    /// the national format.
    Origin { Live = "live", Import = "import", National = "national", }
}

words! {
    /// Whether the time limit of a dossier runs. It stops for good when the dossier ends.
    Clock { Running = "running", Stopped = "stopped", }
}

words! {
    /// How a completed dossier was decided. A negative decision is an outcome too.
    Outcome { Granted = "granted", Rejected = "rejected", }
}

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
    /// How far a background job has come.
    JobStatus { Pending = "pending", Running = "running", Done = "done", }
}

words! {
    /// What a key may do.
    Scope {
        CatalogueRead = "catalogue:read",
        CatalogueWrite = "catalogue:write",
        CalendarWrite = "calendar:write",
        DossiersRead = "dossiers:read",
        DossiersWrite = "dossiers:write",
        DossiersPersonal = "dossiers:personal",
        ReportsRead = "reports:read",
        ReportsSeal = "reports:seal",
        RemindersWrite = "reminders:write",
        AuditRead = "audit:read",
        Admin = "admin",
    }
}

words! {
    /// How fast a key may call. The rates stand in `http/limit`.
    Plan { Standard = "standard", Bulk = "bulk", Unmetered = "unmetered", }
}

words! {
    /// Unit of a time limit: working days (ngày làm việc, fractions allowed), calendar days (ngày, whole), office
    /// hours (giờ làm việc), the day of receipt or the next working day when received after the cut-off
    /// (trong ngày; Luật Hộ tịch 60/2014 Art. 5(3)), or none.
    Unit {
        WorkingDays = "working_days",
        CalendarDays = "calendar_days",
        WorkingHours = "working_hours",
        SameDay = "same_day",
        None = "none",
    }
}

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

impl Default for Starts {
    /// Where nothing is said, receipt.
    fn default() -> Self {
        Self::Received
    }
}

words! {
    /// Whose time a segment of a chained limit is: of the agency that received the dossier, of the one that decides it,
    /// or of the one above that.
    AgencyRole { Receiving = "receiving", Competent = "competent", Superior = "superior", }
}

words! {
    /// What a stop of the clock does to the due date when the clock runs again: the whole limit is counted again
    /// (NĐ 61/2018 Art. 19(4)), the date moves by the working days that were stopped, or the time that was stopped is
    /// taken off as the calendar has it (QĐ 766/QĐ-TTg).
    StopEffect { Restart = "restart", Shift = "shift", Subtract = "subtract", }
}

words! {
    /// What a second request for supplements does: the same as the first, nothing to the clock (one request only,
    /// NĐ 61/2018 Art. 11(2)), or the dossier counts as late from then on (QĐ 766/QĐ-TTg).
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
