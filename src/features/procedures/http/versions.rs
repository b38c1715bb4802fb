//! The versions of a procedure, one of them, and what changed between two.

use super::code_of;
use crate::domain::catalogue::content::Content;
use crate::domain::ids::ProcedureCode;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::AnyKey;
use crate::features::procedures::json::{DiffBody, ProcedureBody, VersionsBody, VersionsCompared};
use crate::features::procedures::queries::{self, Procedure};
use crate::http::error::Problem;
use crate::http::input::{Input, NoParameters};
use crate::http::write::versioned;
use actix_web::{HttpResponse, get, web};

/// List the versions of a procedure
///
/// Newest first, each with its decision and its state today. The draft is none of them.
#[utoipa::path(
    operation_id = "list_procedure_versions", tag = "procedures", security(("key" = ["catalogue:read"])),
    params(("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873")),
    responses((status = 200, description = "Its versions.", body = VersionsBody))
)]
#[get("/v1/procedures/{code}/versions")]
pub(super) async fn list(
    caller: Authorized<AnyKey>,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let (revision, versions) = read(&code, &state, &[]).await?;
    let day = state.clock.now().local_date();
    let items = versions.iter().map(|(version, _)| ProcedureBody::new(version, &caller.tree, day)).collect();
    Ok(versioned(revision, &VersionsBody { items, next_cursor: None }))
}

/// Get a version of a procedure
///
/// In force or not. A dossier stays bound to the version in force on its day of receipt.
#[utoipa::path(
    operation_id = "get_procedure_version", tag = "procedures", security(("key" = ["catalogue:read"])),
    params(
        ("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"),
        ("version" = i32, Path, description = "Number of the version.", example = 1),
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
    input.query::<NoParameters>()?;
    let (code, number) = path.into_inner();
    let number: i32 = number.parse().map_err(|_| Refusal::NotFound)?;
    let (revision, versions) = read(&code, &state, &[number]).await?;
    let (version, content) = numbered(&versions, number)?;
    let day = state.clock.now().local_date();
    Ok(versioned(revision, &ProcedureBody::whole(version, content, &caller.tree, day)))
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
    let (revision, versions) = read(&code, &state, &[asked.from, asked.to]).await?;
    let day = state.clock.now().local_date();
    let shown = |number| {
        let (version, content) = numbered(&versions, number)?;
        Ok::<_, Refusal>(ProcedureBody::whole(version, content, &caller.tree, day))
    };
    let (before, after) = (shown(asked.from)?, shown(asked.to)?);
    Ok(versioned(revision, &DiffBody::new(&code, (asked.from, &before), (asked.to, &after))))
}

type Read = Vec<(Procedure, Option<Content>)>;

/// The versions of a procedure, those with a wanted number with what they say.
async fn read(path: &str, state: &State, wanted: &[i32]) -> Result<(i32, Read), Problem> {
    let code = code_of(path)?;
    let read = state.reader.read(async |conn| {
        let standing = queries::standing(conn, code.as_str()).await?;
        let (_, versions) = queries::versions_at(conn, code.as_str()).await?;
        let mut read = vec![];
        for version in versions {
            let content = if wanted.contains(&version.row.version) {
                Some(queries::content(conn, version.row.id).await?)
            } else {
                None
            };
            read.push((version, content));
        }
        Ok((standing, read))
    });
    let (standing, versions) = read.await?;
    let (revision, _) = standing.ok_or(Refusal::NotFound)?;
    Ok((revision, versions))
}

fn numbered(versions: &Read, number: i32) -> Result<(&Procedure, &Content), Refusal> {
    let found = versions.iter().find(|(version, _)| version.row.version == number);
    found.and_then(|(version, content)| Some((version, content.as_ref()?))).ok_or(Refusal::NotFound)
}
