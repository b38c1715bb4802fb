//! POST /v1/dossiers/{code}/events.

use super::context;
use crate::domain::ids::DossierCode;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::DossiersWrite;
use crate::features::dossiers::actions::{self, Recorded};
use crate::features::dossiers::json::{EventBody, PostEvent};
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::write::{self, Write};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// Record an event
///
/// What happened, with the fields of its kind. An event that the dossier's state does not allow is a 409 with the state and
/// what it allows. A stop (`supplement_requested`, `payment_requested`, `suspended`) and its end move the due date, as does
/// `extended`; none of them clears lateness.
///
/// A step that happened before steps that are recorded is put in its place, as the policy of the dossier allows, and the date is
/// derived anew; an event that stands in its way is named in a 409. `corrected` says what another event should have said, or
/// that it did not happen; `reopened` undoes an end. Both need a reason and the scope `admin` as well, and delete nothing.
#[utoipa::path(
    operation_id = "record_event", tag = "dossiers", request_body = PostEvent, security(("key" = ["dossiers:write"])),
    params(
        ("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001"),
        ("If-Match" = Option<String>, Header, description = "ETag of any view of the dossier: refused when it has changed since."),
    ),
    responses((status = 201, description = "Recorded.", body = EventBody), (status = 409))
)]
#[post("/v1/dossiers/{code}/events")]
pub(super) async fn record(
    caller: Authorized<DossiersWrite>,
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostEvent>::of(&request, &input, &caller.key_id)?;
    if asked.body.kind.needs_admin() {
        caller.require_admin()?;
    }
    let body = asked.body.check()?;
    let code = DossierCode::parse(&code).map_err(|_| Refusal::NotFound)?;
    let actor = caller.actor();
    // For one that is received only now; any other keeps the policy it was received under.
    let policies = state.policies.at(caller.catalogue_version, &state.reader).await?;
    let context = context(&actor, &caller, &policies.rules, (state.keys()?, state.clock.now()));
    let expects = |version| asked.if_match.check_if_given(Some(version));
    let show = |recorded: &Recorded| {
        let shown = EventBody::new(&recorded.event, recorded.stage, &caller.tree);
        write::answer(StatusCode::CREATED, None, None, &shown)
    };
    let what = (code.as_str(), &body);
    let fresh = async || state.calendars.fresh(&state.reader).await;
    let given = actions::record(&state.writer, &context, what, &asked.terms, (expects, fresh), show).await?;
    Ok(write::respond(given))
}
