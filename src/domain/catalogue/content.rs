//! What a procedure says to people: the parts of NĐ 63/2010 Đ.8(2) beside its name, time limits and agencies.
//!
//! A case (trường hợp) is named by its slug, as in the time limits; null is what holds for every case.

use crate::domain::ids::{AgencyCode, Slug};
use crate::domain::local_time::Day;
use crate::domain::object::{objects, optional_object};
use crate::domain::vocabulary::{ApplicantKind, Channel, FeeKind, FeePaid, ProcedureKind};
use crate::domain::whole::{optional_whole, whole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a procedure says. Each part may be empty in a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ProcedureContent)]
pub struct Content {
    /// Kind (loại TTHC); null: not said.
    pub kind: Option<ProcedureKind>,
    /// Code of the ministry or province that announced it (cơ quan công bố), of this service or not.
    #[schema(value_type = Option<AgencyCode>, example = "G15")]
    pub publishing_agency: Option<String>,
    /// Code of the field in the national catalogue (mã lĩnh vực), such as `G03-GD10`: ministry and field (TT 01/2018/TT-VPCP Đ.20).
    #[schema(max_length = 100, example = "G15-HT01")]
    pub field_code: Option<String>,
    /// Steps (trình tự thực hiện), by case.
    #[serde(deserialize_with = "objects")]
    #[schema(max_items = 200)]
    pub steps: Vec<CaseSteps>,
    /// How it can be filed (cách thức thực hiện).
    #[serde(deserialize_with = "objects")]
    #[schema(max_items = 200)]
    pub channels: Vec<ChannelTerms>,
    /// Fees (phí, lệ phí), by case and channel.
    #[serde(deserialize_with = "objects")]
    #[schema(max_items = 200)]
    pub fees: Vec<Fee>,
    /// Documents to hand in (thành phần hồ sơ), by case.
    #[serde(deserialize_with = "objects")]
    #[schema(max_items = 200)]
    pub documents: Vec<CaseDocuments>,
    /// How many sets of them (số lượng hồ sơ).
    #[serde(deserialize_with = "optional_whole")]
    #[schema(minimum = 1, maximum = 100, example = 1)]
    pub sets: Option<i32>,
    /// Who may apply (đối tượng thực hiện).
    #[schema(max_items = 200)]
    pub applicants: Vec<ApplicantKind>,
    /// The same in words; at most 20,000 characters, as every text here that says nothing else.
    #[schema(max_length = 20_000)]
    pub applicants_note: Option<String>,
    /// Codes of agencies that take part (cơ quan phối hợp).
    #[schema(value_type = Vec<AgencyCode>, max_items = 200, example = json!(["H51.29.05"]))]
    pub coordinating_agencies: Vec<String>,
    /// What the applicant gets (kết quả thực hiện).
    #[serde(deserialize_with = "objects")]
    #[schema(max_items = 200)]
    pub results: Vec<ResultPaper>,
    /// Requirements and conditions (yêu cầu, điều kiện).
    #[schema(max_length = 20_000)]
    pub conditions: Option<String>,
    /// Legal basis (căn cứ pháp lý).
    #[serde(deserialize_with = "objects")]
    #[schema(max_items = 200)]
    pub legal_basis: Vec<LegalText>,
    /// Whether the One-Stop Unit receives it (TT 01/2018/TT-VPCP Đ.3); null: not said.
    pub one_stop: Option<bool>,
    /// Where it is received (địa điểm thực hiện).
    #[schema(max_length = 20_000)]
    pub place: Option<String>,
}

/// The steps of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseSteps {
    /// Case; null: every case.
    #[serde(default)]
    #[schema(value_type = Option<Slug>, example = "xac-minh")]
    pub case: Option<String>,
    /// The steps in their order.
    #[schema(value_type = Vec<Step>, min_items = 1, max_items = 200, example = json!(["Nộp hồ sơ tại Bộ phận Một cửa", "Nhận kết quả"]))]
    pub steps: Vec<String>,
}

/// A step. The text is that of the body; this says in the API document what it may hold.
#[derive(ToSchema)]
#[schema(
    as = ProcedureStep,
    value_type = String,
    min_length = 1,
    max_length = 20_000,
    pattern = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$",
    example = "Nộp hồ sơ tại Bộ phận Một cửa"
)]
pub struct Step(pub String);

/// How a procedure can be filed by a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelTerms {
    /// Channel.
    pub channel: Channel,
    /// Case; null: every case.
    #[serde(default)]
    #[schema(value_type = Option<Slug>, example = "xac-minh")]
    pub case: Option<String>,
    /// The time limit in words. What counts is `limits`.
    #[serde(default)]
    #[schema(max_length = 20_000, example = "03 ngày làm việc")]
    pub limit_text: Option<String>,
    /// The fees in words. What counts is `fees`.
    #[serde(default)]
    #[schema(max_length = 20_000, example = "Không thu phí")]
    pub fee_text: Option<String>,
    /// What else is to be known.
    #[serde(default)]
    #[schema(max_length = 20_000)]
    pub note: Option<String>,
}

/// A fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// Code (mã phí, lệ phí).
    #[serde(default)]
    #[schema(max_length = 100)]
    pub code: Option<String>,
    /// Name.
    #[schema(min_length = 1, max_length = 500, example = "Lệ phí đăng ký nuôi con nuôi")]
    pub name: String,
    /// Kind.
    pub kind: FeeKind,
    /// Case; null: every case.
    #[serde(default)]
    #[schema(value_type = Option<Slug>, example = "xac-minh")]
    pub case: Option<String>,
    /// Channel; null: every channel.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// Amount in đồng.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, example = 400_000)]
    pub amount: i64,
    /// When it is paid; null: not said.
    #[serde(default)]
    pub paid: Option<FeePaid>,
    /// Per what, and who is exempt.
    #[serde(default)]
    #[schema(max_length = 20_000)]
    pub note: Option<String>,
}

/// The documents of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseDocuments {
    /// Case; null: every case.
    #[serde(default)]
    #[schema(value_type = Option<Slug>, example = "xac-minh")]
    pub case: Option<String>,
    /// The documents.
    #[serde(deserialize_with = "objects")]
    #[schema(min_items = 1, max_items = 200)]
    pub items: Vec<Document>,
}

/// A document to hand in or to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProcedureDocument)]
pub struct Document {
    /// Code (mã giấy tờ).
    #[serde(default)]
    #[schema(max_length = 100)]
    pub code: Option<String>,
    /// Name.
    #[schema(min_length = 1, max_length = 20_000, example = "Tờ khai cấp Giấy xác nhận tình trạng hôn nhân")]
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// How many originals.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 100)]
    pub originals: i32,
    /// How many copies.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 100)]
    pub copies: i32,
    /// Form to fill in (mẫu đơn, tờ khai).
    #[serde(default, deserialize_with = "optional_object")]
    pub form: Option<Form>,
}

/// A form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Name.
    #[schema(min_length = 1, max_length = 500)]
    pub name: String,
    /// Address of the file, https or http; null: it is not attached.
    #[serde(default)]
    #[schema(
        max_length = 2_000,
        pattern = "^https?://[!-~]+$",
        example = "https://example.org/to-khai.docx"
    )]
    pub file: Option<String>,
}

/// A result of a procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultPaper {
    /// Code (mã kết quả).
    #[serde(default)]
    #[schema(max_length = 100)]
    pub code: Option<String>,
    /// Name.
    #[schema(min_length = 1, max_length = 20_000, example = "Giấy xác nhận tình trạng hôn nhân")]
    pub name: String,
}

/// A legal text that the procedure rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalText {
    /// Number.
    #[schema(min_length = 1, max_length = 200, example = "60/2014/QH13")]
    pub number: String,
    /// Title.
    #[schema(min_length = 1, max_length = 2_000, example = "Luật Hộ tịch")]
    pub title: String,
    /// Day on which it was issued.
    #[serde(default)]
    pub issued_on: Option<Day>,
    /// First day in force.
    #[serde(default)]
    pub effective_on: Option<Day>,
    /// Who issued it.
    #[serde(default)]
    #[schema(max_length = 500, example = "Quốc hội")]
    pub issued_by: Option<String>,
}

impl Content {
    /// Every case that a part names, with where it stands.
    pub fn cases(&self) -> Vec<(String, &str)> {
        fn of<'a>(part: &str, cases: impl Iterator<Item = &'a Option<String>>) -> Vec<(String, &'a str)> {
            let at = |i: usize| format!("/content/{part}/{i}/case");
            cases.enumerate().filter_map(|(i, case)| Some((at(i), case.as_deref()?))).collect()
        }
        let steps = of("steps", self.steps.iter().map(|it| &it.case));
        let channels = of("channels", self.channels.iter().map(|it| &it.case));
        let fees = of("fees", self.fees.iter().map(|it| &it.case));
        let documents = of("documents", self.documents.iter().map(|it| &it.case));
        [steps, channels, fees, documents].concat()
    }
}
