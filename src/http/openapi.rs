//! The frame of the API document: what it is about, how keys are sent, and what problems look like.
//!
//! The operations come from the handlers, through the same list as the routes (`app`).

use serde_json::Value;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, ResponseBuilder};
use utoipa::{OpenApi, ToSchema};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Congkhai",
        description = "Publishes a government's administrative procedures (thủ tục hành chính) and the progress of the dossiers (hồ sơ) filed under them.\n\n- **Instants** are RFC 3339, accepted with any offset, answered in `+07:00`. **Dates** are local days (Asia/Ho_Chi_Minh). **Decimals** are strings.\n- **Problems** are `application/problem+json` (RFC 9457), in Vietnamese with `Accept-Language: vi`; `code` is stable.\n- **Lists** have `limit` and `cursor`; `next_cursor` is null on the last page.\n- **Keys** are sent as `Authorization: Bearer ck_<id>_<secret>`; each operation names its scope. `/v1/public/*` needs none.\n- **Personal data** is masked in every answer."
    ),
    servers((url = "/")),
    components(schemas(Problem, ProblemError)),
    tags(
        (name = "public", description = "For citizens, through the portal. No key, never personal data."),
        (name = "agencies", description = "The agency tree (cơ quan, đơn vị)."),
        (name = "procedures", description = "Administrative procedures (thủ tục hành chính) and their time limits."),
        (name = "dossiers", description = "Dossiers (hồ sơ) and their events."),
        (name = "lateness", description = "What is overdue, for scripts."),
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
    #[schema(example = 422)]
    status: u16,
    /// Stable name of the problem, for programs.
    #[schema(example = "unknown_procedure")]
    code: String,
    /// What is wrong in this case.
    detail: String,
    /// Finds the request in the service's log.
    request_id: String,
    /// The values that broke a rule, when there are any.
    #[schema(nullable = false)]
    errors: Option<Vec<ProblemError>>,
}

/// A value that broke a rule.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct ProblemError {
    /// JSON pointer into the body.
    #[schema(nullable = false, example = "/procedure")]
    pointer: Option<String>,
    /// Name of the query parameter.
    #[schema(nullable = false)]
    parameter: Option<String>,
    /// Stable name of the rule.
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

/// Adds to each operation that any other answer is a problem.
pub fn with_problems(mut document: Document) -> Document {
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            let schema = Ref::from_schema_name("Problem");
            let content = ContentBuilder::new().schema(Some(schema)).build();
            let problem = ResponseBuilder::new()
                .description("A problem; see its `code`.")
                .content("application/problem+json", content)
                .build();
            operation.responses.responses.insert("default".into(), problem.into());
        }
    }
    document
}

/// The document as it is committed and served.
pub fn text(document: &Document) -> serde_json::Result<String> {
    let value: Value = serde_json::to_value(document)?;
    Ok(format!("{}\n", serde_json::to_string_pretty(&value)?))
}
