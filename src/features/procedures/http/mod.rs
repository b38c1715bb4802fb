//! Handlers of `/v1/procedures`: `one` the list and a procedure with its draft, `versions` its versions and what changed between them,
//! `acts` publications and ends.

mod acts;
mod one;
mod versions;

use super::actions::{ProcedureInput, Written};
use super::json::{ProcedureBody, PutProcedure};
use super::queries::{self, DraftRow, WithVersions};
use crate::db::Answer;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::ids::ProcedureCode;
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::http::error::Problem;
use crate::http::etag::Tag;
use crate::http::write;
use actix_web::http::StatusCode;
use actix_web::http::header::ETAG;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(one::list)
        .service(one::get_one)
        .service(one::put_one)
        .service(versions::list)
        .service(versions::get_version)
        .service(versions::diff)
        .service(acts::publish)
        .service(acts::abolish)
        .service(acts::replace);
}

/// The code in a path; what is none is not there.
fn code_of(path: &str) -> Result<ProcedureCode, Refusal> {
    ProcedureCode::parse(path).map_err(|_| Refusal::NotFound)
}

/// A procedure with its versions, as it is or as it was known. `wanted` says which versions are read whole, by their number and that of
/// the newest.
async fn read(
    state: &State,
    as_of: &AsOf,
    code: &ProcedureCode,
    wanted: impl Fn(i32, i32) -> bool,
) -> Result<WithVersions, Problem> {
    let code = code.as_str();
    let found = if as_of.known.is_none() {
        state.reader.read(async |conn| queries::with_versions(conn, code, &wanted).await).await?
    } else {
        let query = async |conn: &mut _| queries::with_versions(conn, code, &wanted).await;
        state.slow.snapshot(as_of.known, query).await?
    };
    // An earlier instant at which it had no version is one at which nothing was known of it.
    let known = found.filter(|found| as_of.known.is_none() || !found.versions.is_empty());
    Ok(known.ok_or(Refusal::NotFound)?)
}

/// A draft as it is shown.
fn draft_body(
    code: &str,
    draft: DraftRow,
    tree: &AgencyTree,
    now: Instant,
) -> Result<ProcedureBody, Refusal> {
    let input: ProcedureInput = PutProcedure::stored(code, draft.content)?;
    let procedure = input.procedure(tree, draft.recorded_at.into())?;
    Ok(ProcedureBody::whole(&procedure, &input.content, tree, now.local_date()))
}

/// The answer to a write, with the tag of the procedure that it left behind.
fn written(status: StatusCode, written: &Written, tree: &AgencyTree, now: Instant) -> Answer {
    let procedure = &written.procedure;
    let body = ProcedureBody::whole(procedure, &written.content, tree, now.local_date());
    let address = format!("/v1/procedures/{}", procedure.row.procedure_code);
    let address = match procedure.row.version {
        0 => address,
        number => format!("{address}/versions/{number}"),
    };
    let mut answer = write::answer(status, Some(address), None, &body);
    let tag = Tag::of_version(written.revision, &answer.body);
    answer.headers.push((ETAG.to_string(), tag.as_str().to_owned()));
    answer
}
