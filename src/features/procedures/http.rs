//! Handlers of `/v1/procedures`.

use super::actions;
use super::json::{ProcedureBody, ProcedureFilter, PutProcedure};
use super::{listing, queries};
use crate::domain::ids::ProcedureCode;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::{AnyKey, CatalogueWrite};
use crate::http::error::Problem;
use crate::http::etag::{self, IfMatch};
use crate::http::input::{Input, NoParameters};
use crate::http::page::PageOf;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(get_one).service(put_one);
}

/// List procedures
///
/// The versions in force on a day, by code.
#[utoipa::path(
    operation_id = "list_procedures", tag = "procedures", params(ProcedureFilter), security(("key" = ["catalogue:read"])),
    responses((status = 200, description = "A page of procedures.", body = PageOf<ProcedureBody>))
)]
#[get("/v1/procedures")]
async fn list(
    caller: Authorized<AnyKey>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    listing::page(&caller.tree, &caller.key_id, &request, &input, &state).await
}

/// Get a procedure
///
/// Its newest version, in force or not.
#[utoipa::path(
    operation_id = "get_procedure", tag = "procedures", security(("key" = ["catalogue:read"])),
    params(("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873")),
    responses((status = 200, description = "The procedure.", body = ProcedureBody, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/procedures/{code}")]
async fn get_one(
    caller: Authorized<AnyKey>,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let code = ProcedureCode::parse(&code).map_err(|_| Refusal::NotFound)?;
    let found = state.reader.read(async |conn| queries::newest(conn, code.as_str()).await).await?;
    let procedure = found.ok_or(Refusal::NotFound)?;
    let tag = (ETAG, etag::tag(procedure.row.version));
    Ok(HttpResponse::Ok().insert_header(tag).json(ProcedureBody::new(&procedure, &caller.tree)))
}

/// Create or change a procedure
///
/// Writes its next version, which replaces the present one from `effective_from` on; dossiers keep the version they
/// were received under. Without `If-Match` it creates; a change needs `If-Match` with the procedure's `ETag`.
#[utoipa::path(
    operation_id = "put_procedure", tag = "procedures", request_body = PutProcedure, security(("key" = ["catalogue:write"])),
    params(
        ("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the procedure, to change it; `*` for any version.", example = json!("\"1\"")),
    ),
    responses(
        (status = 200, description = "Changed.", body = ProcedureBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))),
        (status = 201, description = "Created.", body = ProcedureBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))),
    )
)]
#[put("/v1/procedures/{code}")]
async fn put_one(
    caller: Authorized<CatalogueWrite>,
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let body = input.json::<PutProcedure>()?.check(&code)?;
    let if_match = IfMatch::of(&request);
    let expects = |version| if_match.check(version);
    let procedure = actions::put(&state.writer, &caller, state.clock.now(), body, expects).await?;
    let version = procedure.row.version;
    let status = if version == 1 { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    response.insert_header((ETAG, etag::tag(version)));
    response.insert_header((LOCATION, format!("/v1/procedures/{}", procedure.row.procedure_code)));
    Ok(response.json(ProcedureBody::new(&procedure, &caller.tree)))
}
