//! Handlers of `/v1/audit/roots` and of the proofs of dossiers.

use super::json::{self, RootBody, RootFilter};
use super::queries::{log, proof};
use crate::domain::ids::DossierCode;
use crate::domain::proof::Proof;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::{AuditRead, DossiersRead};
use crate::features::dossiers::sought::Sought;
use crate::http::error::Problem;
use crate::http::export;
use crate::http::input::{Input, NoParameters};
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(prove).service(roots);
}

/// Prove a dossier
///
/// The chain of its events, each with what its hash covers, and the way from the latest event that is in a signed day to the root of
/// that day. `congkhai verify --proof` checks it with the public key alone; docs/tamper-evidence.md says how to check it with
/// anything else. A fresh dossier has `root` null until its day is over and signed, some minutes after midnight. Holds no
/// personal data, only salted digests of it.
#[utoipa::path(
    operation_id = "get_dossier_proof", tag = "dossiers", security(("key" = ["dossiers:read"])),
    params(("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001")),
    responses((status = 200, description = "The proof.", body = Proof))
)]
#[get("/v1/dossiers/{code}/proof")]
async fn prove(
    caller: Authorized<DossiersRead>,
    sought: Sought,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let present = AsOf::asked(None, state.clock.now())?;
    let found = sought.seen_by(&caller, &present, &state).await?;
    let (id, code) = (found.dossier.id, found.dossier.code.as_str());
    // The log first: an event that comes between is in the chain and not in the log, never the other way round.
    let logged = state.reader.read(async |conn| proof::latest_logged(conn, code).await).await?;
    let events = state.reader.read(async |conn| proof::events(conn, id).await).await?;
    Ok(HttpResponse::Ok().json(json::proof(code, &events, logged)))
}

/// List the signed roots
///
/// One for each local day, newest first: the root of the Merkle tree over the hashes of the events that were recorded on it, signed,
/// and naming the hash of the statement before. Who keeps them outside can tell later whether anything was changed
/// (`congkhai verify --roots`). They name no dossier.
#[utoipa::path(
    operation_id = "list_roots", tag = "audit", params(RootFilter), security(("key" = ["audit:read"])),
    responses((status = 200, description = "A page of roots.", body = PageOf<RootBody>))
)]
#[get("/v1/audit/roots")]
async fn roots(
    caller: Authorized<AuditRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (filter, list) = List::<NaiveDate>::of::<RootFilter>(&request, &input, &caller.key_id)?;
    let bounds = filter.bounds();
    if list.is_whole {
        let all = state.slow.read(async |conn| log::all(conn, bounds).await).await?;
        return export::page(list.format, "roots", all.into_iter().map(RootBody::new).collect()).await;
    }
    let (days, total) = state
        .slow
        .snapshot(None, async |conn| {
            let days = log::page(conn, bounds, &list.page).await?;
            Ok((days, if list.count { Some(log::count(conn, bounds).await?) } else { None }))
        })
        .await?;
    let (days, next) = list.page.cut(days, |day| day.day);
    list.answer("roots", days.into_iter().map(RootBody::new).collect(), next, total).await
}
