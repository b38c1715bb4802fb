//! Handlers of `/v1/dossiers`.

use super::actions::{self, Context};
use super::json::{DossierBody, DossierFilter, EventBody, PostDossier, PostEvent};
use super::queries::{self, Listed, list};
use crate::domain::ids::DossierCode;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::audit::Actor;
use crate::features::auth::scope::{DossiersRead, DossiersWrite};
use crate::features::auth::{Authorized, Principal};
use crate::features::overdue::queries::mirror::Moment;
use crate::http::error::Problem;
use crate::http::input::{Input, NoParameters};
use crate::http::page::{Binding, PageOf};
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(receive).service(list_all).service(get_one).service(events).service(record);
}

fn context<'a>(actor: &'a Actor, caller: &'a Principal, state: &'a State) -> Context<'a> {
    let (tree, visible, governed) = (&*caller.tree, &caller.visible, &caller.governed);
    Context { actor, tree, visible, governed, calendar: state.calendar, now: state.clock.now() }
}

/// Receive a dossier
///
/// Stores a complete dossier, dates it by the procedure's time limit and the office calendar, and gives it a code
/// unless it brings one. When the calendar of the due year is missing it is received all the same, with
/// `due_on` null and `provisional` true.
#[utoipa::path(
    operation_id = "receive_dossier", tag = "dossiers", request_body = PostDossier, security(("key" = ["dossiers:write"])),
    responses((status = 201, description = "Received.", body = DossierBody, headers(("Location" = String, description = "Its address."))), (status = 409))
)]
#[post("/v1/dossiers")]
async fn receive(
    caller: Authorized<DossiersWrite>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let body = input.json::<PostDossier>()?.check()?;
    let actor = caller.actor();
    let context = context(&actor, &caller, &state);
    let received = actions::receive(&state.writer, &context, &body).await?.dossier;
    let location = (LOCATION, format!("/v1/dossiers/{}", received.dossier.code));
    let shown = DossierBody::new(&received, &caller.tree, state.calendar, context.now);
    Ok(HttpResponse::Created().insert_header(location).json(shown))
}

/// List dossiers
///
/// Those the key sees: received, decided or held in its part of the agency tree, or watched by it. Newest receipt
/// first.
#[utoipa::path(
    operation_id = "list_dossiers", tag = "dossiers", params(DossierFilter), security(("key" = ["dossiers:read"])),
    responses((status = 200, description = "A page of dossiers.", body = PageOf<DossierBody>))
)]
#[get("/v1/dossiers")]
async fn list_all(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: DossierFilter = input.query()?;
    let binding = Binding::of(&request, &input, &caller.key_id);
    let page = binding.page::<list::Key>(asked.limit, asked.cursor.as_deref())?;
    let now = state.clock.now();
    let moment = Moment::new(now, state.calendar);
    let count = asked.count;
    let filter = asked.read(&caller, now)?;
    let (rows, total) = state
        .slow
        .snapshot(async |conn| {
            let rows = list::page(conn, &filter, &caller.visible, &moment, &page).await?;
            let total = match count {
                Some(_) => Some(list::count(conn, &filter, &caller.visible, &moment).await?),
                None => None,
            };
            Ok((rows, total))
        })
        .await?;
    let (rows, next) = page.cut(rows, |listed| (listed.dossier.received_at.into(), listed.dossier.id));
    let items =
        rows.iter().map(|listed| DossierBody::new(listed, &caller.tree, state.calendar, now)).collect();
    Ok(binding.answer(items, next, total))
}

/// What to include with a dossier.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Including {
    /// `events` adds the events.
    #[param(inline)]
    include: Option<Include>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Include {
    Events,
}

/// The dossier with a code, if the caller sees it. One they do not see is not there.
async fn find(caller: &Principal, code: &str, state: &State) -> Result<Listed, Problem> {
    let code = DossierCode::parse(code).map_err(|_| Refusal::NotFound)?;
    let found = state
        .reader
        .read(async |conn| queries::visible_by_code(conn, code.as_str(), &caller.visible).await)
        .await?;
    Ok(found.ok_or(Refusal::NotFound)?)
}

/// Get a dossier
///
/// As it stands now. One that the key does not see is not found.
#[utoipa::path(
    operation_id = "get_dossier", tag = "dossiers", security(("key" = ["dossiers:read"])),
    params(("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001"), Including),
    responses((status = 200, description = "The dossier.", body = DossierBody))
)]
#[get("/v1/dossiers/{code}")]
async fn get_one(
    caller: Authorized<DossiersRead>,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let including: Including = input.query()?;
    let found = find(&caller, &code, &state).await?;
    let mut shown = DossierBody::new(&found, &caller.tree, state.calendar, state.clock.now());
    if including.include.is_some() {
        let rows = state.reader.read(async |conn| queries::events(conn, &found.dossier).await).await?;
        shown = shown.with_events(&rows, &caller.tree);
    }
    Ok(HttpResponse::Ok().json(shown))
}

/// The events of a dossier.
#[derive(Debug, Serialize, ToSchema)]
struct Events {
    /// In order of recording. A dossier has few, so there is one page.
    items: Vec<EventBody>,
    /// Always null.
    next_cursor: Option<String>,
}

/// Get the timeline of a dossier
///
/// Its events in the order they were recorded.
#[utoipa::path(
    operation_id = "list_dossier_events", tag = "dossiers", security(("key" = ["dossiers:read"])),
    params(("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001")),
    responses((status = 200, description = "Its events.", body = Events))
)]
#[get("/v1/dossiers/{code}/events")]
async fn events(
    caller: Authorized<DossiersRead>,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let found = find(&caller, &code, &state).await?;
    let rows = state.reader.read(async |conn| queries::events(conn, &found.dossier).await).await?;
    let items = rows.iter().map(|row| EventBody::new(row, &caller.tree)).collect();
    Ok(HttpResponse::Ok().json(Events { items, next_cursor: None }))
}

/// Record an event
///
/// `forwarded`, `noted`, `completed` or `returned`. An event that the dossier's state does not allow is a 409 with
/// the state and what it allows. Events are recorded in the order they happened; only `noted` may be added about an
/// earlier moment.
#[utoipa::path(
    operation_id = "record_event", tag = "dossiers", request_body = PostEvent, security(("key" = ["dossiers:write"])),
    params(("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001")),
    responses((status = 201, description = "Recorded.", body = EventBody), (status = 409))
)]
#[post("/v1/dossiers/{code}/events")]
async fn record(
    caller: Authorized<DossiersWrite>,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let body = input.json::<PostEvent>()?.check()?;
    let code = DossierCode::parse(&code).map_err(|_| Refusal::NotFound)?;
    let actor = caller.actor();
    let context = context(&actor, &caller, &state);
    let recorded = actions::record(&state.writer, &context, code.as_str(), &body).await?;
    Ok(HttpResponse::Created().json(EventBody::new(&recorded.event, &caller.tree)))
}
