//! What is done to a procedure by a decision: its publication, abolition and replacement.

use super::{code_of, written};
use crate::db::Terms;
use crate::domain::ids::ProcedureCode;
use crate::features::State;
use crate::features::auth::scope::CatalogueWrite;
use crate::features::auth::{Authorized, Principal};
use crate::features::procedures::actions::{self, End, Written};
use crate::features::procedures::json::{
    PostAbolition, PostPublication, PostReplacement, ProcedureBody, PutProcedure,
};
use crate::http::error::Problem;
use crate::http::etag::IfMatch;
use crate::http::input::Input;
use crate::http::write::{self, Write};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// Publish a procedure
///
/// Makes a numbered version of its draft, or of the one in the body, by the decision that announces it. The seven mandatory parts of NĐ 63/2010/NĐ-CP Đ.8(2) must be
/// there; `warnings` says where it contradicts itself. The version before ends where the new one begins.
#[utoipa::path(
    operation_id = "publish_procedure", tag = "procedures", request_body = PostPublication, security(("key" = ["catalogue:write"])),
    params(
        ("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the procedure; `*` for any version.", example = json!("\"1\"")),
    ),
    responses(
        (status = 201, description = "Published.", body = ProcedureBody, headers(("ETag" = String, description = "How often the procedure was changed."), ("Location" = String, description = "The address of the version."))),
        (status = 409, description = "There is no draft, or the procedure has ended."),
        (status = 428, description = "Without `If-Match`, of a procedure that is there."),
    )
)]
#[post("/v1/procedures/{code}/publications")]
pub(super) async fn publish(
    caller: Authorized<CatalogueWrite>,
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostPublication>::of(&request, &input, &caller.key_id)?;
    let code = code_of(&code)?;
    let code = code.as_str();
    let (publication, draft) = asked.body.check(code)?;
    let expects = |revision| asked.if_match.check(revision);
    let now = state.clock.now();
    let read = |draft| PutProcedure::stored(code, draft);
    let show = |it: &Written| written(StatusCode::CREATED, it, &caller.tree, now);
    let what = (code, &publication, draft.as_ref());
    let given =
        actions::publish(&state.writer, &caller, now, what, &asked.terms, expects, (read, show)).await?;
    Ok(write::respond(given))
}

/// Abolish a procedure
///
/// Ends it with its newest version, on the day that the decision names. Its draft is taken away. Once only.
#[utoipa::path(
    operation_id = "abolish_procedure", tag = "procedures", request_body = PostAbolition, security(("key" = ["catalogue:write"])),
    params(
        ("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the procedure; `*` for any version.", example = json!("\"1\"")),
    ),
    responses(
        (status = 201, description = "Abolished.", body = ProcedureBody, headers(("ETag" = String, description = "How often the procedure was changed."), ("Location" = String, description = "The address of the version."))),
        (status = 409, description = "It was abolished or replaced already."),
        (status = 428, description = "Without `If-Match`."),
    )
)]
#[post("/v1/procedures/{code}/abolition")]
pub(super) async fn abolish(
    caller: Authorized<CatalogueWrite>,
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostAbolition>::of(&request, &input, &caller.key_id)?;
    end(&caller, &state, &code_of(&code)?, (asked.body.check()?, &asked.if_match, &asked.terms)).await
}

/// Replace a procedure by another
///
/// Ends it with its newest version, on the day that the decision names; its code leads to the other from then on. Once only.
#[utoipa::path(
    operation_id = "replace_procedure", tag = "procedures", request_body = PostReplacement, security(("key" = ["catalogue:write"])),
    params(
        ("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the procedure; `*` for any version.", example = json!("\"1\"")),
    ),
    responses(
        (status = 201, description = "Replaced.", body = ProcedureBody, headers(("ETag" = String, description = "How often the procedure was changed."), ("Location" = String, description = "The address of the version."))),
        (status = 409, description = "It was abolished or replaced already."),
        (status = 428, description = "Without `If-Match`."),
    )
)]
#[post("/v1/procedures/{code}/replacement")]
pub(super) async fn replace(
    caller: Authorized<CatalogueWrite>,
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostReplacement>::of(&request, &input, &caller.key_id)?;
    end(&caller, &state, &code_of(&code)?, (asked.body.check()?, &asked.if_match, &asked.terms)).await
}

async fn end(
    caller: &Principal,
    state: &State,
    code: &ProcedureCode,
    (end, if_match, terms): (End, &IfMatch, &Terms),
) -> Result<HttpResponse, Problem> {
    let expects = |revision| if_match.check(revision);
    let now = state.clock.now();
    let show = |it: &Written| written(StatusCode::CREATED, it, &caller.tree, now);
    let what = (code.as_str(), &end);
    let given = actions::end(&state.writer, caller, now, what, terms, expects, show).await?;
    Ok(write::respond(given))
}
