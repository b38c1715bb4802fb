//! `GET /v1/procedures`, GET and PUT `/v1/procedures/{code}`.

use super::{code_of, draft_body, read, written};
use crate::domain::ids::ProcedureCode;
use crate::domain::refusal::{Refusal, Rule};
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::{AnyKey, CatalogueWrite};
use crate::features::procedures::actions::{self, Written};
use crate::features::procedures::json::{OneProcedure, ProcedureBody, ProcedureFilter, PutProcedure};
use crate::features::procedures::listing::{self, Who};
use crate::features::procedures::queries::Position;
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use crate::http::write::{self, Write, versioned};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, put, web};

/// List procedures
///
/// The versions in force on a day, by code; with `q` what is nearest first.
#[utoipa::path(
    operation_id = "list_procedures", tag = "procedures", params(ProcedureFilter), security(("key" = ["catalogue:read"])),
    responses((status = 200, description = "A page of procedures.", body = PageOf<ProcedureBody>))
)]
#[get("/v1/procedures")]
pub(super) async fn list(
    caller: Authorized<AnyKey>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<Position>::of::<ProcedureFilter>(&request, &input, &caller.key_id)?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    listing::answer(&request, (list, asked.into()), (&caller.tree, &as_of, Who::Key), &state.slow).await
}

/// Get a procedure
///
/// Its newest version, in force or not; while there is none, its draft. A code that was replaced or abolished keeps its last version,
/// with `replaced_by`.
#[utoipa::path(
    operation_id = "get_procedure", tag = "procedures", security(("key" = ["catalogue:read"])),
    params(("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"), OneProcedure),
    responses((status = 200, description = "The procedure.", body = ProcedureBody, headers(("ETag" = String, description = "How often it was changed."))))
)]
#[get("/v1/procedures/{code}")]
pub(super) async fn get_one(
    caller: Authorized<AnyKey>,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: OneProcedure = input.query()?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let wants_draft = asked.draft == Some(true);
    if wants_draft && as_of.known.is_some() {
        let message = "must not be true with as_of: earlier drafts are not kept";
        return Err(Refusal::parameter("draft", Rule::InvalidValue, message).into());
    }
    let code = code_of(&code)?;
    let found = read(&state, &as_of, &code, |number, newest| number == newest).await?;
    let newest = found.versions.into_iter().next().and_then(|(version, content)| Some((version, content?)));
    let draft = found.draft.filter(|_| as_of.known.is_none());
    let caller = as_of.caller(&caller, &state).await?;
    let body = match (newest, draft) {
        (Some((version, content)), _) if !wants_draft => {
            ProcedureBody::whole(&version, &content, &caller.tree, as_of.now.local_date())
        }
        (_, Some(draft)) => draft_body(code.as_str(), draft, &caller.tree, as_of.now)?,
        _ => return Err(Refusal::NotFound.into()),
    };
    Ok(versioned(found.revision, &body))
}

/// Write the draft of a procedure
///
/// Replaces the draft there is. It may be incomplete: `missing` says what a publication would miss, `warnings` where it contradicts itself.
/// Nothing is in force before its publication. Without `If-Match` it creates; a change needs `If-Match` with the procedure's `ETag`.
#[utoipa::path(
    operation_id = "put_procedure", tag = "procedures", request_body = PutProcedure, security(("key" = ["catalogue:write"])),
    params(
        ("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the procedure, to change it; `*` for any version.", example = json!("\"1\"")),
    ),
    responses(
        (status = 200, description = "Changed.", body = ProcedureBody, headers(("ETag" = String, description = "How often it was changed."), ("Location" = String, description = "Its address."))),
        (status = 201, description = "Created.", body = ProcedureBody, headers(("ETag" = String, description = "How often it was changed."), ("Location" = String, description = "Its address."))),
        (status = 409, description = "It was abolished or replaced."),
    )
)]
#[put("/v1/procedures/{code}")]
pub(super) async fn put_one(
    caller: Authorized<CatalogueWrite>,
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PutProcedure>::of(&request, &input, &caller.key_id)?;
    let (draft, sent) = asked.body.check(&code)?;
    let expects = |revision| asked.if_match.check(revision);
    let now = state.clock.now();
    let read = |draft| PutProcedure::stored(&code, draft);
    let show = |it: &Written| {
        let status = if it.revision == 1 { StatusCode::CREATED } else { StatusCode::OK };
        written(status, it, &caller.tree, now)
    };
    let sent = (&draft, &sent);
    let given = actions::put(&state.writer, &caller, now, sent, &asked.terms, expects, (read, show)).await?;
    Ok(write::respond(given))
}
