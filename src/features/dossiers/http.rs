//! Handlers of `/v1/dossiers`.

use super::actions::dating::{self, Offices};
use super::actions::{self, Context, Received};
use super::json::{DelaysBody, DossierBody, DossierFilter, EventBody, ExplainedBody, PostDossier, PostEvent};
use super::queries::{DossierRow, EventRow, Listed, list};
use super::sought::Sought;
use crate::db::DbError;
use crate::domain::calendar::Calendars;
use crate::domain::ids::DossierCode;
use crate::domain::local_time::Instant;
use crate::domain::policy::PolicyRule;
use crate::domain::refusal::Refusal;
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::Include;
use crate::features::State;
use crate::features::audit::Actor;
use crate::features::auth::scope::{DossiersRead, DossiersWrite};
use crate::features::auth::{Authorized, Principal};
use crate::features::overdue::queries::mirror::Moment;
use crate::features::procedures::names::Names;
use crate::features::procedures::queries as procedures;
use crate::http::caching;
use crate::http::error::Problem;
use crate::http::export::Whole;
use crate::http::input::{Input, NoParameters, Several};
use crate::http::list::List;
use crate::http::page::PageOf;
use crate::http::write::{self, Write, versioned};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

/// Name of the files that hold the list.
const NAME: &str = "dossiers";

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(receive)
        .service(list_all)
        .service(get_one)
        .service(events)
        .service(deadline)
        .service(record);
}

fn context<'a>(
    actor: &'a Actor,
    caller: &'a Principal,
    policies: &'a [PolicyRule],
    now: Instant,
) -> Context<'a> {
    let (tree, visible, governed) = (&*caller.tree, &caller.visible, &caller.governed);
    Context { actor, tree, visible, governed, calendars: &caller.calendars, policies, now }
}

/// Receive a dossier
///
/// Stores a complete dossier, dates it by the procedure's time limit and the office calendar, and gives it a code
/// unless it brings one. When the calendar of the due year is missing it is received all the same, with
/// `due_on` null and `provisional` true.
#[utoipa::path(
    operation_id = "receive_dossier", tag = "dossiers", request_body = PostDossier, security(("key" = ["dossiers:write"])),
    responses((status = 201, description = "Received.", body = DossierBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))), (status = 409))
)]
#[post("/v1/dossiers")]
async fn receive(
    caller: Authorized<DossiersWrite>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostDossier>::of(&request, &input, &caller.key_id)?;
    let body = asked.body.check()?;
    let actor = caller.actor();
    let policies = state.policies.at(caller.catalogue_version, &state.reader).await?;
    let context = context(&actor, &caller, &policies.rules, state.clock.now());
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
    let (asked, list) = List::<list::Key>::of::<DossierFilter>(&request, &input, &caller.key_id)?;
    let now = state.clock.now();
    let moment = Moment::new(now, &caller.calendars);
    let filter = asked.read(&caller, now)?;
    let (tree, calendars) = (Arc::clone(&caller.tree), Arc::clone(&caller.calendars));
    let show = move |names: Arc<Names>| {
        move |dossier: DossierRow| {
            let procedure = names.of(dossier.procedure_version_id);
            DossierBody::new(Listed { dossier: &dossier, procedure }, &tree, &calendars, now)
        }
    };
    if list.is_whole {
        let (view, visible) = (now.local_date().to_string(), caller.visible.clone());
        let whole = Whole { request: &request, format: list.format, name: NAME, view: &view };
        let show = async || Ok(show(state.names.fresh(&state.reader).await?));
        return whole.answer(&state.slow, list::Whole { filter, visible, moment }, show).await;
    }
    let (visible, page) = (&caller.visible, &list.page);
    let (rows, total) = state
        .slow
        .snapshot(async |conn| {
            let rows = list::page(conn, &filter, visible, &moment, page).await?;
            let total =
                if list.count { Some(list::count(conn, &filter, visible, &moment).await?) } else { None };
            Ok((rows, total))
        })
        .await?;
    let (rows, next) = page.cut(rows, |dossier| (dossier.filed_at.into(), dossier.id));
    let names = state.names.with(rows.iter().map(|row| row.procedure_version_id), &state.reader).await?;
    list.answer(NAME, rows.into_iter().map(show(names)).collect(), next, total).await
}

/// What to include with a dossier.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Including {
    /// `events` adds the events, `delays` where the days went: who held it for how long, and in whose step it was late.
    #[param(inline, value_type = Option<Vec<Include>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["events"]))]
    include: Option<Several<Include>>,
}

impl Including {
    fn has(&self, wanted: Include) -> bool {
        self.include.as_ref().is_some_and(|include| include.0.contains(&wanted))
    }
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
    sought: Sought,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let including: Including = input.query()?;
    let found = sought.seen_by(&caller)?;
    let names = state.names.with([found.dossier.procedure_version_id], &state.reader).await?;
    let now = state.clock.now();
    let mut shown = DossierBody::new(
        Listed { dossier: &found.dossier, procedure: names.of(found.dossier.procedure_version_id) },
        &caller.tree,
        &caller.calendars,
        now,
    );
    if including.has(Include::Events) {
        shown = shown.with_events(&found.events, &caller.tree);
    }
    if including.has(Include::Delays) {
        let limit = limit(&state, &found.dossier).await?;
        let offices = Offices { tree: &caller.tree, calendars: &caller.calendars };
        shown.delays = Some(DelaysBody::new(&found.dossier, &found.events, &limit, &offices, now));
    }
    let mut response = HttpResponse::Ok().json(&shown);
    caching::set(&mut response, &shown.tag());
    Ok(response)
}

/// The limit of a dossier.
async fn limit(state: &State, row: &DossierRow) -> Result<CaseLimit, DbError> {
    let version = [row.procedure_version_id];
    let limits = state.reader.read(async |conn| procedures::limits_by_version(conn, &version).await).await?;
    Ok(dating::limit_of(row, &limits))
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
    sought: Sought,
    input: Input,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let found = sought.seen_by(&caller)?;
    let items = EventBody::all(&found.events, &caller.tree);
    Ok(versioned(found.dossier.version, &Events { items, next_cursor: None }))
}

/// Explain the deadline of a dossier
///
/// The date with its reasons: each day that counts or does not and why, stops, extensions and parts, by the calendars of its
/// agencies; and the events that moved it.
#[utoipa::path(
    operation_id = "get_dossier_deadline", tag = "dossiers", security(("key" = ["dossiers:read"])),
    params(("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001")),
    responses((status = 200, description = "The deadline.", body = ExplainedBody))
)]
#[get("/v1/dossiers/{code}/deadline")]
async fn deadline(
    caller: Authorized<DossiersRead>,
    sought: Sought,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let found = sought.seen_by(&caller)?;
    let row = &found.dossier;
    let limit = limit(&state, row).await?;
    let by = (&*caller.calendars, &*caller.tree);
    Ok(HttpResponse::Ok().json(ExplainedBody::new(row, &found.events, &limit, by)))
}

/// Record an event
///
/// What happened, with the fields of its kind. An event that the dossier's state does not allow is a 409 with the state and
/// what it allows. A stop (`supplement_requested`, `payment_requested`, `suspended`) and its end move the due date, as does
/// `extended`; none of them clears lateness. Events are recorded in the order they happened; only `noted` may be added about
/// an earlier moment. `reopened` undoes an end, deletes nothing, and needs the scope `admin` as well.
#[utoipa::path(
    operation_id = "record_event", tag = "dossiers", request_body = PostEvent, security(("key" = ["dossiers:write"])),
    params(
        ("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001"),
        ("If-Match" = Option<String>, Header, description = "ETag of any view of the dossier: refused when it has changed since."),
    ),
    responses((status = 201, description = "Recorded.", body = EventBody), (status = 409))
)]
#[post("/v1/dossiers/{code}/events")]
async fn record(
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
    let context = context(&actor, &caller, &policies.rules, state.clock.now());
    let expects = |version| asked.if_match.check_if_given(Some(version));
    let show = |event: &EventRow| {
        write::answer(StatusCode::CREATED, None, None, &EventBody::new(event, &caller.tree))
    };
    let what = (code.as_str(), &body);
    let fresh = async || state.calendars.fresh(&state.reader).await;
    let given = actions::record(&state.writer, &context, what, &asked.terms, (expects, fresh), show).await?;
    Ok(write::respond(given))
}
