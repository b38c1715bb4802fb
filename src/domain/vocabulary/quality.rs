//! The words of data quality.

use super::UnknownWord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// Checks of data quality: what is wrong or suspicious in the record of a dossier. What each finds is in `domain/quality`.
    QualityCheck {
        NotReceived = "not_received",
        OnlineForInformationOnly = "online_for_information_only",
        ProcedureNotPublished = "procedure_not_published",
        DueBeforeReceipt = "due_before_receipt",
        AppointedDiffers = "appointed_differs",
        OverdueWithoutApology = "overdue_without_apology",
        Stale = "stale",
        CompletedNotReturned = "completed_not_returned",
        RecordedLate = "recorded_late",
        RepeatedStops = "repeated_stops",
        MovedAfterDue = "moved_after_due",
        ClosedInBulk = "closed_in_bulk",
    }
}

impl QualityCheck {
    /// Label in Vietnamese and in English.
    pub const fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::NotReceived => ("Hồ sơ đã nộp nhưng chưa được tiếp nhận", "Submitted and not received"),
            Self::OnlineForInformationOnly => (
                "Hồ sơ trực tuyến của thủ tục chỉ cung cấp thông tin",
                "Online dossier of a procedure that is online for information only",
            ),
            Self::ProcedureNotPublished => {
                ("Thủ tục chưa được công khai khi tiếp nhận", "Procedure not published at receipt")
            }
            Self::DueBeforeReceipt => ("Ngày hẹn trả trước ngày tiếp nhận", "Due before receipt"),
            Self::AppointedDiffers => {
                ("Ngày hẹn trả khác ngày tính theo thời hạn", "Appointed date differs from the computed one")
            }
            Self::OverdueWithoutApology => {
                ("Quá hạn mà chưa có văn bản xin lỗi", "Overdue without an apology")
            }
            Self::Stale => ("Hồ sơ lâu không được cập nhật", "Nothing happens"),
            Self::CompletedNotReturned => {
                ("Đã xử lý xong nhưng chưa trả kết quả", "Completed and not returned")
            }
            Self::RecordedLate => {
                ("Cập nhật muộn so với thời điểm xảy ra", "Recorded long after it happened")
            }
            Self::RepeatedStops => ("Dừng tính thời hạn nhiều lần", "Clock stopped repeatedly"),
            Self::MovedAfterDue => ("Thời hạn bị thay đổi sau khi đã qua", "Date moved after it had passed"),
            Self::ClosedInBulk => {
                ("Kết thúc hàng loạt vào cuối kỳ báo cáo", "Closed in bulk at a period's end")
            }
        }
    }
}

words! {
    /// What the parameters `from` and `to` bound: when dossiers were received (or submitted, while they wait for it), or when they ended.
    QualitySpan { Received = "received", Ended = "ended", }
}

words! {
    /// Unit of a threshold: working days, times, or percent.
    ThresholdUnit { WorkingDays = "working_days", Times = "times", Percent = "percent", }
}
