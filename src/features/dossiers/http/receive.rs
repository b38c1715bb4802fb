//! POST /v1/dossiers.

use super::context;
use crate::domain::calendar::Calendars;
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::DossiersWrite;
use crate::features::dossiers::actions::{self, Received};
use crate::features::dossiers::json::{DossierBody, PostDossier};
use crate::features::dossiers::queries::Listed;
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::write::{self, Write};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// Receive a dossier
///
/// Stores a complete dossier, dates it by the procedure's time limit and the office calendar, and gives it a code
/// unless it brings one. When the calendar of the due year is missing it is received all the same, with
/// `due_on` null and `provisional` true.
///
/// Without `received_at`, and with `submitted_at`, it is `registered`: it waits for the event `received` or `refused`, and has no
/// deadline until then.
#[utoipa::path(
    operation_id = "receive_dossier", tag = "dossiers", request_body = PostDossier, security(("key" = ["dossiers:write"])),
    responses((status = 201, description = "Received.", body = DossierBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))), (status = 409))
)]
#[post("/v1/dossiers")]
pub(super) async fn receive(
    caller: Authorized<DossiersWrite>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostDossier>::of(&request, &input, &caller.key_id)?;
    let body = asked.body.check()?;
    let actor = caller.actor();
    let policies = state.policies.at(caller.catalogue_version, &state.reader).await?;
    let context = context(&actor, &caller, &policies.rules, (state.keys()?, state.clock.now()));
    let show = |received: &Received, calendars: &Calendars| {
        let listed = Listed { dossier: &received.dossier, procedure: &received.procedure };
        let shown = DossierBody::new(listed, &caller.tree, calendars, context.now);
        let location = format!("/v1/dossiers/{}", shown.code);
        write::answer(StatusCode::CREATED, Some(location), Some(&shown.tag()), &shown)
    };
    let catalogue = caller.catalogue_version;
    let versions = state.procedures.at(catalogue, &body.procedure, &state.reader).await?;
    let (what, fresh) = ((&body, versions.as_slice()), async || state.calendars.fresh(&state.reader).await);
    let given = actions::receive(&state.writer, &context, what, &asked.terms, fresh, show).await?;
    Ok(write::respond(given))
}
