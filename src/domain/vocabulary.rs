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

// After the macro, which it uses.
mod disclosure;
mod keys;
mod lateness;
mod limits;
mod procedures;
mod quality;
mod reminders;
mod reports;
mod reviews;

pub use disclosure::DisclosureState;
pub use keys::{KeyState, Plan, Scope};
pub use lateness::{ClosingState, Measure, SummaryBy, TimingState};
pub use limits::{AgencyRole, Granularity, JudgeBy, SecondSupplement, Starts, StopEffect, SupplementStage};
pub use procedures::{
    ApplicantKind, Channel, DecisionKind, Ending, FeeKind, FeePaid, OnlineLevel, ProcedureKind, VersionState,
    WarningCode,
};
pub use quality::{QualityCheck, QualitySpan, ThresholdUnit};
pub use reminders::{About, FollowUp, ReminderStatus, Weekday};
pub use reports::{Column, Metric, NoScore, PeriodBasis, PeriodKind, ReportBy, ReportKind};
pub use reviews::{ReviewOutcome, ReviewStatus};

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

impl Level {
    /// Label in Vietnamese and in English.
    pub const fn labels(self) -> (&'static str, &'static str) {
        let en = match self {
            Self::Central => "Central",
            Self::Province => "Province",
            Self::District => "District",
            Self::Commune => "Commune",
        };
        (self.vi(), en)
    }

    /// The Vietnamese term.
    pub const fn vi(self) -> &'static str {
        match self {
            Self::Central => "Cấp trung ương",
            Self::Province => "Cấp tỉnh",
            Self::District => "Cấp huyện",
            Self::Commune => "Cấp xã",
        }
    }
}

words! {
    /// Status of a dossier (trạng thái hồ sơ). What may follow what is in `lifecycle`.
    Status {
        Registered = "registered",
        Received = "received",
        Refused = "refused",
        Processing = "processing",
        SupplementRequested = "supplement_requested",
        PaymentRequested = "payment_requested",
        Suspended = "suspended",
        Completed = "completed",
        Returned = "returned",
        Withdrawn = "withdrawn",
        Terminated = "terminated",
    }
}

impl Status {
    /// Number of the status in the national format (`TrangThaiHoSo`). Suspended and terminated share one.
    pub const fn national_code(self) -> u8 {
        match self {
            Self::Registered => 1,
            Self::Received => 2,
            Self::Refused => 3,
            Self::Processing => 4,
            Self::SupplementRequested => 5,
            Self::PaymentRequested => 6,
            Self::Withdrawn => 7,
            Self::Suspended | Self::Terminated => 8,
            Self::Completed => 9,
            Self::Returned => 10,
        }
    }

    /// Label for citizens, in Vietnamese and in English.
    pub const fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Registered => ("Mới đăng ký", "Registered"),
            Self::Received => ("Được tiếp nhận", "Received"),
            Self::Refused => ("Không được tiếp nhận", "Refused"),
            Self::Processing => ("Đang xử lý", "Processing"),
            Self::SupplementRequested => ("Yêu cầu bổ sung giấy tờ", "Supplement requested"),
            Self::PaymentRequested => ("Yêu cầu thực hiện nghĩa vụ tài chính", "Payment requested"),
            Self::Suspended => ("Tạm dừng xử lý", "Suspended"),
            Self::Completed => ("Đã xử lý xong", "Completed"),
            Self::Returned => ("Đã trả kết quả", "Result returned"),
            Self::Withdrawn => ("Công dân yêu cầu rút hồ sơ", "Withdrawn by the applicant"),
            Self::Terminated => ("Dừng giải quyết", "Terminated"),
        }
    }

    /// Whether the dossier waits for somebody outside the agency, or for a ground to fall away.
    pub const fn waits(self) -> bool {
        matches!(self, Self::SupplementRequested | Self::PaymentRequested | Self::Suspended)
    }

    /// Whether its handling has ended.
    pub const fn ended(self) -> bool {
        matches!(self, Self::Refused | Self::Completed | Self::Returned | Self::Withdrawn | Self::Terminated)
    }
}

words! {
    /// Kind of event in the life of a dossier.
    EventKind {
        Registered = "registered",
        Received = "received",
        Refused = "refused",
        ReceivedByCompetent = "received_by_competent",
        Accepted = "accepted",
        Forwarded = "forwarded",
        Noted = "noted",
        SupplementRequested = "supplement_requested",
        SupplementReceived = "supplement_received",
        PaymentRequested = "payment_requested",
        PaymentReceived = "payment_received",
        Suspended = "suspended",
        Resumed = "resumed",
        Extended = "extended",
        Apologised = "apologised",
        Completed = "completed",
        Returned = "returned",
        Withdrawn = "withdrawn",
        Terminated = "terminated",
        Reopened = "reopened",
        Corrected = "corrected",
        CalendarChanged = "calendar_changed",
    }
}

impl EventKind {
    /// Label for citizens, in Vietnamese and in English.
    pub const fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Registered => ("Đăng ký hồ sơ", "Dossier registered"),
            Self::Received => ("Tiếp nhận hồ sơ", "Dossier received"),
            Self::Refused => ("Từ chối tiếp nhận hồ sơ", "Dossier refused"),
            Self::ReceivedByCompetent => {
                ("Cơ quan có thẩm quyền nhận hồ sơ", "Received by the competent agency")
            }
            Self::Accepted => ("Thụ lý hồ sơ", "Accepted for handling"),
            Self::Forwarded => ("Chuyển xử lý", "Forwarded for handling"),
            Self::Noted => ("Ghi chú", "Note"),
            Self::SupplementRequested => ("Yêu cầu bổ sung", "Supplement requested"),
            Self::SupplementReceived => ("Nhận bổ sung", "Supplement received"),
            Self::PaymentRequested => ("Yêu cầu thực hiện nghĩa vụ tài chính", "Payment requested"),
            Self::PaymentReceived => ("Đã thực hiện nghĩa vụ tài chính", "Payment received"),
            Self::Suspended => ("Tạm dừng xử lý", "Handling suspended"),
            Self::Resumed => ("Tiếp tục xử lý", "Handling resumed"),
            Self::Extended => ("Gia hạn giải quyết", "Time limit extended"),
            Self::Apologised => ("Xin lỗi và hẹn lại ngày trả kết quả", "Apology and new appointment"),
            Self::Completed => ("Xử lý xong", "Handling completed"),
            Self::Returned => ("Trả kết quả", "Result returned"),
            Self::Withdrawn => ("Rút hồ sơ", "Withdrawn"),
            Self::Terminated => ("Dừng giải quyết hồ sơ", "Handling terminated"),
            Self::Reopened => ("Mở lại hồ sơ", "Reopened"),
            Self::Corrected => ("Đính chính", "Record corrected"),
            Self::CalendarChanged => ("Lịch làm việc thay đổi", "Office calendar changed"),
        }
    }

    /// Whether it undoes what was done in order, which needs the scope `admin`.
    pub const fn needs_admin(self) -> bool {
        matches!(self, Self::Reopened | Self::Corrected)
    }

    /// Whether the service records it by itself, or with the dossier: nobody sends it.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Registered | Self::CalendarChanged)
    }
}

words! {
    /// What a dossier can be shown with.
    Include { Events = "events", Delays = "delays", }
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
    /// How far a background job has come.
    JobStatus { Pending = "pending", Running = "running", Done = "done", }
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
