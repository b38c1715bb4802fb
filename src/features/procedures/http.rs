//! Handlers of `/v1/procedures`.

use super::actions;
use super::json::{ProcedureBody, ProcedureFilter, PutProcedure};
use super::queries::Procedure;
use super::{listing, queries};
use crate::domain::ids::ProcedureCode;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::{AnyKey, CatalogueWrite};
use crate::http::error::Problem;
use crate::http::input::{Input, NoParameters};
use crate::http::page::PageOf;
use crate::http::write::{self, Write, versioned};
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
    listing::answer(&caller.tree, &caller.key_id, &request, &input, &state).await
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
    Ok(versioned(procedure.row.version, &ProcedureBody::new(&procedure, &caller.tree)))
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
    let asked = Write::<PutProcedure>::of(&request, &input, &caller.key_id)?;
    let body = asked.body.check(&code)?;
    let expects = |version| asked.if_match.check(version);
    let show = |procedure: &Procedure| {
        let address = format!("/v1/procedures/{}", procedure.row.procedure_code);
        write::put(procedure.row.version, address, &ProcedureBody::new(procedure, &caller.tree))
    };
    let now = state.clock.now();
    let given = actions::put(&state.writer, &caller, now, body, &asked.terms, expects, show).await?;
    Ok(write::respond(given))
}
