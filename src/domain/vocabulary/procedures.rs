//! The words of the catalogue of procedures.

use super::UnknownWord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// Level of the online service (mức độ dịch vụ công): information only (cung cấp thông tin), part of it (một phần), all of it
    /// (toàn trình).
    OnlineLevel { Information = "information", Partial = "partial", Full = "full", }
}

words! {
    /// Kind of a decision that announces procedures (NĐ 63/2010 Đ.14): newly issued (mới ban hành), amended (sửa đổi, bổ sung), replaced
    /// (thay thế), abolished (hủy bỏ, bãi bỏ).
    DecisionKind { New = "new", Amended = "amended", Replaced = "replaced", Abolished = "abolished", }
}

words! {
    /// How a procedure ended: abolished (bãi bỏ), or replaced by another code (thay thế).
    Ending { Abolished = "abolished", Replaced = "replaced", }
}

words! {
    /// State of a version of a procedure on a day; what each means is in `catalogue::state`.
    VersionState {
        Draft = "draft",
        Announced = "announced",
        Published = "published",
        Superseded = "superseded",
        Replaced = "replaced",
        Abolished = "abolished",
    }
}

words! {
    /// Kind of a procedure (loại TTHC): regulated in detail by the law of the centre (quy định chi tiết), of the locality (đặc thù địa
    /// phương), of several agencies in one (liên thông), between agencies of the state (nội bộ).
    ProcedureKind { Regulated = "regulated", Local = "local", Interlinked = "interlinked", Internal = "internal", }
}

words! {
    /// When a fee is paid: with the receipt of the dossier, or with its result.
    FeePaid { OnReceipt = "on_receipt", WithResult = "with_result", }
}

words! {
    /// Kind of a fee: for a service (phí), or for an act of the state (lệ phí).
    FeeKind { Fee = "fee", Charge = "charge", }
}

words! {
    /// What is contradictory or suspicious in a procedure; the rules are in `catalogue::contradictions`.
    WarningCode {
        LimitTextDiffers = "limit_text_differs",
        FeeTextDiffers = "fee_text_differs",
        FormNotAttached = "form_not_attached",
        CaseWithoutLimit = "case_without_limit",
    }
}

impl Channel {
    /// Number of the channel in the national format (`KenhThucHien`).
    pub const fn national_code(self) -> u8 {
        match self {
            Self::InPerson => 1,
            Self::Online => 2,
            Self::Postal => 3,
        }
    }

    /// Label in Vietnamese and in English.
    pub const fn labels(self) -> (&'static str, &'static str) {
        let en = match self {
            Self::InPerson => "In person",
            Self::Online => "Online",
            Self::Postal => "By post",
        };
        (self.vi(), en)
    }

    /// The Vietnamese term.
    pub const fn vi(self) -> &'static str {
        match self {
            Self::InPerson => "Trực tiếp",
            Self::Online => "Trực tuyến",
            Self::Postal => "Dịch vụ bưu chính công ích",
        }
    }
}

impl ApplicantKind {
    /// The Vietnamese term.
    pub const fn vi(self) -> &'static str {
        match self {
            Self::Individual => "Cá nhân",
            Self::Business => "Doanh nghiệp",
            Self::Organization => "Tổ chức",
            Self::StateAgency => "Cơ quan nhà nước",
        }
    }
}

impl VersionState {
    /// The Vietnamese term.
    pub const fn vi(self) -> &'static str {
        match self {
            Self::Draft => "Bản thảo",
            Self::Announced => "Đã công bố",
            Self::Published => "Đã công khai",
            Self::Superseded => "Có phiên bản mới",
            Self::Replaced => "Được thay thế",
            Self::Abolished => "Bị bãi bỏ",
        }
    }
}
