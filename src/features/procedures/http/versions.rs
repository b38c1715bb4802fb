//! The versions of a procedure, one of them, and what changed between two.

use super::{code_of, read};
use crate::domain::catalogue::content::Content;
use crate::domain::ids::ProcedureCode;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::as_of::{AsOf, AsOfParameter};
use crate::features::auth::Authorized;
use crate::features::auth::scope::AnyKey;
use crate::features::procedures::json::{DiffBody, ProcedureBody, VersionsBody, VersionsCompared};
use crate::features::procedures::queries::{Procedure, WithVersions};
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::write::versioned;
use actix_web::{HttpResponse, get, web};

/// List the versions of a procedure
///
/// Newest first, each with its decision and its state today. The draft is none of them.
#[utoipa::path(
    operation_id = "list_procedure_versions", tag = "procedures", security(("key" = ["catalogue:read"])),
    params(("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"), AsOfParameter),
    responses((status = 200, description = "Its versions.", body = VersionsBody))
)]
#[get("/v1/procedures/{code}/versions")]
pub(super) async fn list(
    caller: Authorized<AnyKey>,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: AsOfParameter = input.query()?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let found = read(&state, &as_of, &code_of(&code)?, |_, _| false).await?;
    let caller = as_of.caller(&caller, &state).await?;
    let day = as_of.now.local_date();
    let shown = found.versions.iter().map(|(version, _)| ProcedureBody::new(version, &caller.tree, day));
    Ok(versioned(found.revision, &VersionsBody { items: shown.collect(), next_cursor: None }))
}

/// Get a version of a procedure
///
/// In force or not. A dossier stays bound to the version in force on its day of receipt.
#[utoipa::path(
    operation_id = "get_procedure_version", tag = "procedures", security(("key" = ["catalogue:read"])),
    params(
        ("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"),
        ("version" = i32, Path, description = "Number of the version.", example = 1),
        AsOfParameter,
    ),
    responses((status = 200, description = "The version.", body = ProcedureBody, headers(("ETag" = String, description = "How often the procedure was changed."))))
)]
#[get("/v1/procedures/{code}/versions/{version}")]
pub(super) async fn get_version(
    caller: Authorized<AnyKey>,
    path: web::Path<(String, String)>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: AsOfParameter = input.query()?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let (code, number) = path.into_inner();
    let number: i32 = number.parse().map_err(|_| Refusal::NotFound)?;
    let found = read(&state, &as_of, &code_of(&code)?, |other, _| other == number).await?;
    let caller = as_of.caller(&caller, &state).await?;
    let (version, content) = numbered(&found, number)?;
    let body = ProcedureBody::whole(version, content, &caller.tree, as_of.now.local_date());
    Ok(versioned(found.revision, &body))
}

/// Compare two versions of a procedure
///
/// Field by field: what was added, removed or changed from one to the other.
#[utoipa::path(
    operation_id = "compare_procedure_versions", tag = "procedures", security(("key" = ["catalogue:read"])),
    params(("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"), VersionsCompared),
    responses((status = 200, description = "What differs.", body = DiffBody))
)]
#[get("/v1/procedures/{code}/diff")]
pub(super) async fn diff(
    caller: Authorized<AnyKey>,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: VersionsCompared = input.query()?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let wanted = [asked.from, asked.to];
    let found = read(&state, &as_of, &code_of(&code)?, |number, _| wanted.contains(&number)).await?;
    let caller = as_of.caller(&caller, &state).await?;
    let shown = |number| {
        let (version, content) = numbered(&found, number)?;
        Ok::<_, Refusal>(ProcedureBody::whole(version, content, &caller.tree, as_of.now.local_date()))
    };
    let (before, after) = (shown(asked.from)?, shown(asked.to)?);
    Ok(versioned(found.revision, &DiffBody::new(&code, (asked.from, &before), (asked.to, &after))))
}

fn numbered(found: &WithVersions, number: i32) -> Result<(&Procedure, &Content), Refusal> {
    let found = found.versions.iter().find(|(version, _)| version.row.version == number);
    found.and_then(|(version, content)| Some((version, content.as_ref()?))).ok_or(Refusal::NotFound)
}
