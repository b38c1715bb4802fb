//! Handlers of `/health`, `/problems` and `/openapi.json`.

use crate::features::State;
use crate::features::agencies::queries;
use crate::http::error::{Code, Language, Problem};
use crate::http::input::{Input, NoParameters};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(live).service(ready).service(problem).service(document);
}

/// State of the service.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// Always `ok`; anything else is a problem.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Is the process alive?
///
/// Asks nothing else: a supervisor restarts what does not answer.
#[utoipa::path(
    operation_id = "health_live", tag = "operations", security(()),
    responses((status = 200, description = "It is.", body = Health))
)]
#[get("/health/live")]
async fn live(input: Input) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(Health { status: "ok" }))
}

/// Can it do its work?
///
/// Asks the database through each door. 503 while it is away, and when the process is about to end: send it nothing more.
#[utoipa::path(
    operation_id = "health_ready", tag = "operations", security(()),
    responses((status = 200, description = "It can.", body = Health), (status = 503))
)]
#[get("/health/ready")]
async fn ready(input: Input, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    if state.draining.has_begun() {
        return Err(Problem::busy());
    }
    state.reader.read(async |conn| queries::version(conn).await).await?;
    state.slow.read(async |conn| queries::version(conn).await).await?;
    state.writer.transaction(async |tx| Ok::<_, crate::db::Failure>(queries::version(tx).await?)).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(Health { status: "ok" }))
}

/// What a problem means.
#[derive(Debug, Serialize, ToSchema)]
struct Explanation {
    /// Stable name.
    code: &'static str,
    /// HTTP status.
    status: u16,
    /// Title.
    title: &'static str,
    /// What it means and what to do.
    help: &'static str,
}

/// Explain a problem
///
/// In Vietnamese with `Accept-Language: vi`.
#[utoipa::path(
    operation_id = "get_problem", tag = "operations", security(()),
    params(("code" = String, Path, description = "Code of the problem.", example = "unknown_procedure")),
    responses((status = 200, description = "What it means.", body = Explanation))
)]
#[get("/problems/{code}")]
async fn problem(
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let found = Code::ALL.iter().map(|c| c.entry()).find(|entry| entry.code == code.as_str());
    let entry = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    let language = Language::of(request.headers());
    let (title, help) = match language {
        Language::English => (entry.title_en, entry.help_en),
        Language::Vietnamese => (entry.title_vi, entry.help_vi),
    };
    let body = Explanation { code: entry.code, status: entry.status, title, help };
    Ok(HttpResponse::Ok().insert_header((CONTENT_LANGUAGE, language.tag())).json(body))
}

/// The API document as JSON text.
pub struct DocumentText(pub String);

/// This document
///
/// The same as `openapi/openapi.json` in the source.
#[utoipa::path(
    operation_id = "get_document", tag = "operations", security(()),
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value))
)]
#[get("/openapi.json")]
async fn document(input: Input, text: web::Data<DocumentText>) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    Ok(HttpResponse::Ok().content_type("application/json").body(text.0.clone()))
}
