//! The frame of the API document: what it is about, how keys are sent, and what problems look like.
//!
//! The operations come from the handlers, through the same list as the routes (`app`). A handler says what is its own;
//! `conventions` adds what the kit does for all: problems and headers. `complete` gives examples and links their
//! places. Read next: `conventions`.

mod complete;
mod conventions;
mod problems;
mod reads_and_writes;

pub use complete::{Link, add_examples, add_links};
pub use conventions::add_conventions;
pub use reads_and_writes::{conditional_gets, list_formats, write_conventions};

use serde_json::Value;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{HttpMethod, OpenApi as Document, RefOr};
use utoipa::{OpenApi, ToSchema};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Congkhai",
        description = "Publishes a government's administrative procedures (thủ tục hành chính) and the progress of the dossiers (hồ sơ) filed under them.\n\n- **Instants** are RFC 3339, accepted with any offset, answered in `+07:00`. **Dates** are local days (Asia/Ho_Chi_Minh). **Decimals** are strings.\n- **Problems** are `application/problem+json` (RFC 9457), in Vietnamese with `Accept-Language: vi`; `code` is stable.\n- **Lists** have `limit` and `cursor`; `next_cursor` is null on the last page.\n- **Keys** are sent as `Authorization: Bearer ck_<id>_<secret>`; each operation names its scope. `/v1/public/*` needs none.\n- **Personal data** is masked in every answer.",
        contact(name = "The Congkhai authors"),
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "The service that serves this document.")),
    components(schemas(Problem, ProblemError)),
    tags(
        (name = "public", description = "For citizens, through the portal. No key, never personal data."),
        (name = "agencies", description = "The agency tree (cơ quan, đơn vị)."),
        (name = "calendars", description = "Office hours, days off and worked rest days (lịch làm việc), and the jobs that follow from their change."),
        (name = "procedures", description = "Administrative procedures (thủ tục hành chính) and their time limits."),
        (name = "disclosure", description = "Whether agencies disclose (công khai) the procedures they handle."),
        (name = "policies", description = "Choices where law, practice and the national index differ."),
        (name = "dossiers", description = "Dossiers (hồ sơ) and their events."),
        (name = "national format", description = "Dossiers and their steps as connectors send them to the national portal (Cổng Dịch vụ công quốc gia)."),
        (name = "lateness", description = "What is overdue, for scripts."),
        (name = "reminders", description = "Reminders (đôn đốc) to agencies about their dossiers, and the rules that issue them."),
        (name = "reviews", description = "Review campaigns (đợt rà soát): agencies look at every procedure that they handle."),
        (name = "quality index", description = "The index that assesses public administrative services (Bộ chỉ số, QĐ 766/QĐ-TTg): scores, and what is behind each."),
        (name = "quality checks", description = "What is wrong or suspicious in the records of dossiers (kiểm tra chất lượng dữ liệu): counts, and the list behind each."),
        (name = "reports", description = "Periodic reports (báo cáo định kỳ): what came in, what ended, what is pending and what is late."),
        (name = "audit", description = "The audit trail (nhật ký), and the signed roots of the daily log."),
        (name = "keys", description = "Keys (khóa truy cập): who may call, for what, and until when."),
        (name = "operations", description = "For those who run the service."),
    )
)]
struct Frame;

/// A problem (RFC 9457).
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct Problem {
    /// Where the code is explained.
    #[schema(example = "/problems/unknown_procedure")]
    r#type: String,
    /// Short title in the language of the answer.
    title: String,
    /// HTTP status.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    status: u16,
    /// Stable name of the problem, for programs.
    #[schema(example = "unknown_procedure", pattern = "^[a-z_]+$")]
    code: String,
    /// What is wrong in this case.
    detail: String,
    /// Finds the request in the service's log.
    request_id: String,
    /// The values that broke a rule, when there are any.
    #[schema(nullable = false, min_items = 1)]
    errors: Option<Vec<ProblemError>>,
    /// JSON pointer to the one value in the body that is at fault: `agency_out_of_scope`, `insufficient_scope` where a key would give
    /// what it has not, `duplicate_code`, `duplicate_ref`, `event_out_of_order`.
    #[schema(nullable = false, example = "/occurred_at")]
    pointer: Option<String>,
    /// Name of the one query parameter that is at fault: `agency_out_of_scope`.
    #[schema(nullable = false, example = "agency")]
    parameter: Option<String>,
    /// Status of the dossier: `event_not_allowed`.
    #[schema(nullable = false, example = "returned")]
    state: Option<crate::domain::vocabulary::Status>,
    /// Events that this status allows: `event_not_allowed`.
    #[schema(nullable = false)]
    allowed: Option<Vec<crate::domain::vocabulary::EventKind>>,
    /// When the step occurred that the event must not precede: `event_out_of_order`.
    #[schema(nullable = false)]
    last_event_at: Option<crate::domain::local_time::Instant>,
    /// Number of the recorded event that would not be allowed after it: `event_out_of_order`.
    #[schema(nullable = false, example = 3)]
    seq: Option<i32>,
    /// What that recorded event says happened: `event_out_of_order`.
    #[schema(nullable = false)]
    kind: Option<crate::domain::vocabulary::EventKind>,
    /// The procedure that replaces it: `procedure_ended`.
    #[schema(nullable = false, example = "1.013225")]
    replaced_by: Option<String>,
}

/// A value that broke a rule. It has a pointer, a parameter or a header.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct ProblemError {
    /// JSON pointer into the body.
    #[schema(nullable = false, example = "/procedure")]
    pointer: Option<String>,
    /// Name of the query parameter.
    #[schema(nullable = false)]
    parameter: Option<String>,
    /// Name of the header.
    #[schema(nullable = false)]
    header: Option<String>,
    /// Stable name of the rule.
    #[schema(example = "unknown_procedure", pattern = "^[a-z_]+$")]
    code: String,
    /// What the value must be.
    message: String,
}

/// The document without operations.
pub fn frame() -> Document {
    let mut document = Frame::openapi();
    if let Some(components) = document.components.as_mut() {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.bearer_format = Some("ck_<id>_<secret>".into());
        scheme.description =
            Some("A key made with `congkhai keys create`. Its scopes are named at each operation.".into());
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
    }
    document
}

/// The document as it is committed and served.
pub fn text(document: &Document) -> serde_json::Result<String> {
    let value: Value = serde_json::to_value(document)?;
    Ok(format!("{}\n", serde_json::to_string_pretty(&value)?))
}

/// Every operation of the document with its method and path.
fn operations(document: &mut Document) -> impl Iterator<Item = (HttpMethod, &str, &mut Operation)> {
    document.paths.paths.iter_mut().flat_map(|(path, item)| {
        let operations = [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Delete, &mut item.delete),
            (HttpMethod::Patch, &mut item.patch),
        ];
        let there =
            operations.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)));
        there.map(move |(method, operation)| (method, path.as_str(), operation))
    })
}

/// The scope that an operation asks of the key; `None` when it needs no key.
fn scope(operation: &Operation) -> Option<String> {
    let first = operation.security.as_ref()?.first()?;
    let value = serde_json::to_value(first).ok()?;
    Some(value.get("key")?.get(0)?.as_str()?.to_owned())
}

/// Whether an operation has a parameter in this place, of this name if one is given.
fn takes(operation: &Operation, place: &ParameterIn, name: Option<&str>) -> bool {
    operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(it) => it.parameter_in == *place && name.is_none_or(|name| it.name == name),
        RefOr::Ref(_) => false,
    })
}

#[cfg(test)]
mod tests;
