//! The table of problems: one line each with code, status, titles and explanation, in English and Vietnamese.
//!
//! `GET /problems/{code}` shows a line, and `docs/errors.md` is made from it. A code, once published, stays.

use crate::domain::refusal::Rule;
use actix_web::http::StatusCode;

/// A line of the table.
#[derive(Debug)]
pub struct Entry {
    /// Stable name, for programs.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Title in English.
    pub title_en: &'static str,
    /// Title in Vietnamese.
    pub title_vi: &'static str,
    /// What it means and what to do, in English.
    pub help_en: &'static str,
    /// What it means and what to do, in Vietnamese.
    pub help_vi: &'static str,
}

macro_rules! problems {
    ($($variant:ident = $code:literal $status:literal
        $title_en:literal / $title_vi:literal : $help_en:literal / $help_vi:literal;)+) => {
        /// Every problem the service reports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $(#[doc = concat!("`", $code, "`")] $variant,)+ }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its line.
            pub const fn entry(self) -> &'static Entry {
                match self { $(Self::$variant => &Entry {
                    code: $code, status: $status, title_en: $title_en, title_vi: $title_vi,
                    help_en: $help_en, help_vi: $help_vi,
                },)+ }
            }
        }
    };
}

problems! {
    NotFound = "not_found" 404 "Not found" / "Không tìm thấy":
        "There is no such path or resource, or the key may not know of it."
        / "Không có đường dẫn hoặc dữ liệu này, hoặc khóa truy cập không được phép biết.";
    MethodNotAllowed = "method_not_allowed" 405 "Method not allowed" / "Phương thức không được hỗ trợ":
        "The path exists, but not for this method. The Allow header names the methods."
        / "Đường dẫn tồn tại nhưng không nhận phương thức này. Xem tiêu đề Allow.";
    NotAcceptable = "not_acceptable" 406 "Not acceptable" / "Định dạng trả về không được hỗ trợ":
        "None of the media types in the Accept header can be given here."
        / "Không có định dạng nào trong tiêu đề Accept được hỗ trợ ở đây.";
    Unauthorized = "unauthorized" 401 "Key needed" / "Cần khóa truy cập":
        "The request needs a valid key: Authorization: Bearer ck_<id>_<secret>."
        / "Yêu cầu cần khóa hợp lệ: Authorization: Bearer ck_<id>_<secret>.";
    InsufficientScope = "insufficient_scope" 403 "Scope missing" / "Khóa thiếu quyền":
        "The key lacks the scope that the operation needs."
        / "Khóa truy cập không có quyền mà thao tác này yêu cầu.";
    AgencyOutOfScope = "agency_out_of_scope" 403 "Agency out of scope" / "Cơ quan ngoài phạm vi":
        "The agency is not in the part of the agency tree that the key covers."
        / "Cơ quan không thuộc phạm vi của khóa truy cập.";
    BadRequest = "bad_request" 400 "Bad request" / "Yêu cầu không hợp lệ":
        "The request could not be read."
        / "Không đọc được yêu cầu.";
    MalformedJson = "malformed_json" 400 "Not JSON" / "Không phải JSON":
        "The body is not well-formed JSON in UTF-8."
        / "Nội dung gửi lên không phải JSON hợp lệ (UTF-8).";
    UnknownParameter = "unknown_parameter" 400 "Unknown parameter" / "Tham số không được hỗ trợ":
        "The operation does not know this query parameter."
        / "Thao tác không có tham số truy vấn này.";
    CursorMismatch = "cursor_mismatch" 400 "Cursor does not fit" / "Con trỏ trang không khớp":
        "The cursor belongs to another list, filter, sort or key, or is damaged. Start again without it."
        / "Con trỏ trang thuộc danh sách, bộ lọc hoặc khóa khác, hoặc bị hỏng. Hãy bắt đầu lại.";
    RequestTimeout = "request_timeout" 408 "Request too slow" / "Yêu cầu gửi quá chậm":
        "The body did not arrive in time. Send it again."
        / "Nội dung không đến kịp thời hạn. Hãy gửi lại.";
    UriTooLong = "uri_too_long" 414 "Path or query too long" / "Đường dẫn hoặc truy vấn quá dài":
        "The path with its query is longer than the service takes. Ask for fewer things at once."
        / "Đường dẫn kèm truy vấn dài hơn giới hạn cho phép. Hãy hỏi ít dữ liệu hơn mỗi lần.";
    HeadersTooLarge = "headers_too_large" 431 "Headers too large" / "Tiêu đề quá lớn":
        "The request has too many headers, or too long ones."
        / "Yêu cầu có quá nhiều tiêu đề hoặc tiêu đề quá dài.";
    PayloadTooLarge = "payload_too_large" 413 "Body too large" / "Nội dung quá lớn":
        "The body is larger than the service takes."
        / "Nội dung gửi lên lớn hơn giới hạn cho phép.";
    UnsupportedMediaType = "unsupported_media_type" 415 "Media type not supported" / "Kiểu nội dung không được hỗ trợ":
        "The body must be sent as application/json, not compressed."
        / "Nội dung phải được gửi dạng application/json, không nén.";
    ValidationFailed = "validation_failed" 422 "Several values are not valid" / "Nhiều giá trị không hợp lệ":
        "Several values break different rules; each is named in errors."
        / "Nhiều giá trị vi phạm các quy tắc khác nhau; xem errors.";
    UnknownField = "unknown_field" 422 "Unknown field" / "Trường không được hỗ trợ":
        "The operation does not know this field."
        / "Thao tác không có trường này.";
    MissingField = "missing_field" 422 "Field missing" / "Thiếu trường bắt buộc":
        "A required field is missing."
        / "Thiếu trường bắt buộc.";
    WrongType = "wrong_type" 422 "Wrong type" / "Sai kiểu dữ liệu":
        "The value has the wrong JSON type."
        / "Giá trị sai kiểu dữ liệu JSON.";
    InvalidValue = "invalid_value" 422 "Value not valid" / "Giá trị không hợp lệ":
        "The value is not allowed here."
        / "Giá trị không được chấp nhận.";
    UnknownProcedure = "unknown_procedure" 422 "Unknown procedure" / "Không có thủ tục này":
        "No procedure has this code."
        / "Không có thủ tục hành chính nào mang mã này.";
    ProcedureNotInForce = "procedure_not_in_force" 422 "Procedure not in force" / "Thủ tục không có hiệu lực":
        "The procedure was not in force on the day in question; when another has replaced it, the message names that."
        / "Thủ tục hành chính không có hiệu lực vào ngày đó; nếu đã được thay thế, thông báo nêu mã thay thế.";
    UnknownCase = "unknown_case" 422 "Unknown case" / "Không có trường hợp này":
        "The procedure has no time limit for this case and channel."
        / "Thủ tục không quy định thời hạn cho trường hợp và kênh này.";
    UnknownAgency = "unknown_agency" 422 "Unknown agency" / "Không có cơ quan này":
        "No agency has this code."
        / "Không có cơ quan nào mang mã này.";
    AgencyNotInForce = "agency_not_in_force" 422 "Agency not in force" / "Cơ quan không còn hoạt động":
        "The agency did not exist on the day in question."
        / "Cơ quan không tồn tại vào ngày đó.";
    AgencyNotCompetent = "agency_not_competent" 422 "Agency not competent" / "Cơ quan không có thẩm quyền":
        "The procedure is not decided by this agency or at its level."
        / "Thủ tục không thuộc thẩm quyền của cơ quan này.";
    InTheFuture = "in_the_future" 422 "In the future" / "Thời điểm trong tương lai":
        "The instant is more than 5 minutes ahead of the service's clock."
        / "Thời điểm vượt đồng hồ hệ thống hơn 5 phút.";
    AgencyCycle = "agency_cycle" 422 "Agency above itself" / "Cơ quan cấp trên của chính mình":
        "The parent is the agency itself or below it."
        / "Cơ quan cấp trên là chính nó hoặc thuộc cấp dưới của nó.";
    ValidityOverlap = "validity_overlap" 422 "Validity overlaps" / "Hiệu lực chồng lấn":
        "The version would begin before the version that it replaces."
        / "Phiên bản mới có hiệu lực trước phiên bản mà nó thay thế.";
    PartMissing = "part_missing" 422 "Part of the procedure missing" / "Thiếu bộ phận của thủ tục":
        "The draft lacks a part that NĐ 63/2010/NĐ-CP Đ.8(2) demands; each is named in errors, with a pointer into the draft."
        / "Bản thảo thiếu bộ phận bắt buộc theo NĐ 63/2010/NĐ-CP Đ.8(2); xem errors, pointer chỉ vào bản thảo.";
    WrongDecision = "wrong_decision" 422 "Decision of the wrong kind" / "Loại quyết định không phù hợp":
        "The decision is of a kind that does not fit the act (NĐ 63/2010/NĐ-CP Đ.14)."
        / "Loại quyết định công bố không phù hợp với thao tác (NĐ 63/2010/NĐ-CP Đ.14).";
    ProlongationNotAllowed = "prolongation_not_allowed" 422 "Prolongation not allowed" / "Không được kéo dài":
        "The law of the procedure does not allow the extension on this ground, again, or by so much."
        / "Quy định của thủ tục không cho phép kéo dài thời hạn với lý do, số lần hoặc mức này.";
    CalendarMissing = "calendar_missing" 409 "Calendar missing" / "Thiếu lịch làm việc":
        "The calculation needs a year for which no calendar is loaded; detail names it. Dossiers are received all the same."
        / "Phép tính cần lịch làm việc của năm chưa được nạp; detail nêu năm đó. Hồ sơ vẫn được tiếp nhận.";
    PreconditionRequired = "precondition_required" 428 "If-Match needed" / "Cần If-Match":
        "A change of an existing resource needs If-Match with its ETag."
        / "Sửa dữ liệu đã có cần tiêu đề If-Match với ETag hiện tại.";
    PreconditionFailed = "precondition_failed" 412 "Changed meanwhile" / "Dữ liệu đã thay đổi":
        "The resource has changed since the ETag in If-Match. Read it again."
        / "Dữ liệu đã thay đổi so với ETag trong If-Match. Hãy đọc lại.";
    IdempotencyKeyReused = "idempotency_key_reused" 422 "Idempotency key reused" / "Khóa chống lặp đã dùng":
        "The Idempotency-Key was used within 48 hours for a request with another body. Use a new one."
        / "Idempotency-Key đã được dùng trong 48 giờ qua cho yêu cầu có nội dung khác. Hãy dùng khóa mới.";
    IdempotencyKeyInUse = "idempotency_key_in_use" 409 "Still running" / "Yêu cầu trước đang được xử lý":
        "A request with this Idempotency-Key is still being carried out. Send it again after the seconds in Retry-After."
        / "Yêu cầu mang Idempotency-Key này đang được xử lý. Hãy gửi lại sau số giây trong Retry-After.";
    DuplicateCode = "duplicate_code" 409 "Code taken" / "Mã hồ sơ đã tồn tại":
        "Another dossier has this code."
        / "Đã có hồ sơ khác mang mã này.";
    DuplicateRef = "duplicate_ref" 409 "Reference taken" / "Mã tham chiếu đã tồn tại":
        "Another event of the dossier, with other content, has this ref."
        / "Hồ sơ đã có sự kiện khác, nội dung khác, mang mã tham chiếu này.";
    AgencyCodeTaken = "agency_code_taken" 409 "Code taken" / "Mã cơ quan đã tồn tại":
        "Another agency has this code."
        / "Đã có cơ quan khác mang mã này.";
    EventNotAllowed = "event_not_allowed" 409 "Event not allowed" / "Sự kiện không được phép":
        "The dossier's state does not allow the event; state and allowed say what does."
        / "Trạng thái hồ sơ không cho phép sự kiện; xem state và allowed.";
    EventOutOfOrder = "event_out_of_order" 409 "Event out of order" / "Sự kiện sai thứ tự":
        "The event would lie before one that is recorded already, and cannot be put there: it is too long ago, or the recorded one would not be allowed after it. last_event_at says when that was; seq and kind say which it is."
        / "Sự kiện xảy ra trước sự kiện đã ghi nhận và không thể chèn vào đó: đã quá lâu, hoặc sự kiện đã ghi nhận sẽ không còn được phép. Xem last_event_at, seq và kind.";
    ReminderNotOpen = "reminder_not_open" 409 "Reminder not open" / "Văn bản đôn đốc không còn chờ trả lời":
        "The reminder was acknowledged already, or every dossier it speaks of is resolved."
        / "Văn bản đôn đốc đã được trả lời, hoặc mọi hồ sơ trong đó đã được giải quyết.";
    ReviewClosed = "review_closed" 409 "Review closed" / "Đợt rà soát đã kết thúc":
        "The review was closed. Nothing is confirmed or closed in it again."
        / "Đợt rà soát đã kết thúc nên không xác nhận hoặc kết thúc lại được.";
    KeyEnded = "key_ended" 409 "Key ended or replaced" / "Khóa đã hết hiệu lực hoặc đã được thay":
        "The key was revoked, has expired, or another replaces it already; detail says which. Create another key."
        / "Khóa đã bị thu hồi, đã hết hạn hoặc đã có khóa khác thay; xem detail. Hãy tạo khóa mới.";
    NothingToCorrect = "nothing_to_correct" 409 "Nothing to correct" / "Không có gì để đính chính":
        "Everything that the report says, with its corrections, is what is known now."
        / "Số liệu của báo cáo, kể cả các lần đính chính, vẫn đúng với dữ liệu hiện có.";
    NoDraft = "no_draft" 409 "Nothing to publish" / "Không có bản thảo":
        "The procedure has no draft. PUT one first."
        / "Thủ tục không có bản thảo để công bố. Hãy gửi bản thảo trước.";
    ProcedureEnded = "procedure_ended" 409 "Procedure ended" / "Thủ tục đã bị bãi bỏ hoặc thay thế":
        "The procedure was abolished or replaced: its code is not changed or published again. replaced_by names its successor."
        / "Thủ tục đã bị bãi bỏ hoặc thay thế nên không sửa hoặc công bố lại được. replaced_by nêu thủ tục thay thế.";
    RateLimited = "rate_limited" 429 "Too many requests" / "Quá nhiều yêu cầu":
        "The client or the key calls faster than its limit. Try again after the seconds in Retry-After; the RateLimit headers say how the limit stands."
        / "Máy khách hoặc khóa truy cập gọi nhanh hơn giới hạn. Hãy thử lại sau số giây trong Retry-After; xem các tiêu đề RateLimit.";
    TooManyConnections = "too_many_connections" 429 "Too many connections" / "Quá nhiều kết nối":
        "The client's address has as many connections as it may have at once. Close some, or use those that are open again."
        / "Địa chỉ của máy khách đã mở số kết nối tối đa. Hãy đóng bớt hoặc dùng lại kết nối đang mở.";
    Internal = "internal_error" 500 "Internal error" / "Lỗi hệ thống":
        "The service failed. The request id finds the cause in its log."
        / "Hệ thống gặp lỗi. Dùng request_id để tra nhật ký.";
    Unavailable = "unavailable" 503 "Temporarily unavailable" / "Tạm thời không phục vụ được":
        "The database is away or busy. Try again after the seconds in Retry-After; look first whether a write was made."
        / "Cơ sở dữ liệu tạm thời không phục vụ được. Hãy thử lại sau số giây trong Retry-After; kiểm tra trước xem dữ liệu đã được ghi chưa.";
    DataKeyMissing = "data_key_missing" 503 "No data key" / "Thiếu khóa mã hóa dữ liệu":
        "The service has no key to encrypt what it would keep of people, or not the one that encrypted it. Whoever runs it sets CONGKHAI_DATA_KEY."
        / "Hệ thống chưa có khóa để mã hóa dữ liệu cá nhân, hoặc thiếu khóa đã dùng để mã hóa. Quản trị viên cần đặt CONGKHAI_DATA_KEY.";
}

impl Code {
    /// The status of its line.
    pub fn status(self) -> StatusCode {
        // A status that is none would show as 500, and the test of the table fails.
        StatusCode::from_u16(self.entry().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<Rule> for Code {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::UnknownField => Self::UnknownField,
            Rule::MissingField => Self::MissingField,
            Rule::WrongType => Self::WrongType,
            Rule::InvalidValue => Self::InvalidValue,
            Rule::UnknownProcedure => Self::UnknownProcedure,
            Rule::ProcedureNotInForce => Self::ProcedureNotInForce,
            Rule::UnknownCase => Self::UnknownCase,
            Rule::UnknownAgency => Self::UnknownAgency,
            Rule::AgencyNotInForce => Self::AgencyNotInForce,
            Rule::AgencyNotCompetent => Self::AgencyNotCompetent,
            Rule::InTheFuture => Self::InTheFuture,
            Rule::AgencyCycle => Self::AgencyCycle,
            Rule::ValidityOverlap => Self::ValidityOverlap,
            Rule::PartMissing => Self::PartMissing,
            Rule::WrongDecision => Self::WrongDecision,
            Rule::ProlongationNotAllowed => Self::ProlongationNotAllowed,
        }
    }
}
