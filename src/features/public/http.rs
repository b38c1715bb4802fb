//! Handlers of `/v1/public`.

mod progress;
mod statistics;

use super::json::PublicDossierBody;
use super::json::linked::LinkedBody;
use crate::domain::ids::{DossierCode, ProcedureCode};
use crate::domain::local_time::Day;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::dossiers::queries::{Listed, WithEvents};
use crate::features::procedures::json::{ProcedureBody, PublicProcedureFilter};
use crate::features::procedures::listing::{self, Who};
use crate::features::procedures::queries::{self as procedures, Position, Procedure};
use crate::features::public::source::{self, Doors};
use crate::http::error::Problem;
use crate::http::format::Format;
use crate::http::input::{Input, NoParameters};
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_procedures).service(get_procedure).service(get_dossier);
    config.service(progress::progress).service(statistics::statistics);
}

/// List the procedures in force
///
/// On a day, today when none is given, and disclosed by now; by code, with `q` what is nearest first.
#[utoipa::path(
    operation_id = "list_public_procedures", tag = "public", params(PublicProcedureFilter), security(()),
    responses((status = 200, description = "A page of procedures.", body = PageOf<ProcedureBody>))
)]
#[get("/v1/public/procedures")]
async fn list_procedures(
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let now = state.clock.now();
    let make = async |doors: Doors<'_>| {
        let tree = state.agencies.fresh(doors.reader).await?;
        let (asked, list) = List::<Position>::of::<PublicProcedureFilter>(&request, &input, "public")?;
        let as_of = AsOf::asked(None, now)?;
        listing::answer(&request, (list, asked.into()), (&tree, &as_of, Who::Public), doors.slow).await
    };
    state.public.answer(&request, now, async || source::read(&state, now, make).await).await
}

/// On which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OnDay {
    /// The version in force on this day; today when not given.
    in_force_on: Option<Day>,
}

/// Get a procedure in force
///
/// The version of a day, today when none is given, once it is disclosed. A code that was replaced or abolished keeps its last version, with
/// `replaced_by`, when no day is asked for. `Accept: application/ld+json` gives it as a public service of CPSV-AP 3.2.
#[utoipa::path(
    operation_id = "get_public_procedure", tag = "public", security(()),
    params(("code" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"), OnDay),
    responses((status = 200, description = "The version in force.", content(
        (ProcedureBody = "application/json"), (LinkedBody = "application/ld+json"),
    )))
)]
#[get("/v1/public/procedures/{code}")]
async fn get_procedure(
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let now = state.clock.now();
    let make = async |doors: Doors<'_>| {
        let offered = &[Format::Json, Format::JsonLd];
        let (asked, format) = input.query_and_format(offered, |_: &OnDay| None)?;
        let code = ProcedureCode::parse(&code).map_err(|_| Refusal::NotFound)?;
        let day = asked.in_force_on.map_or_else(|| now.local_date(), Day::date);
        let tree = state.agencies.fresh(doors.reader).await?;
        let read = doors.reader.read(async |conn| {
            let (_, versions) = procedures::versions_at(conn, code.as_str()).await?;
            let in_force = procedures::in_force_on(&versions, day);
            // A code that has ended leads to what replaces it.
            let ended =
                versions.first().filter(|it| it.row.ended_by.is_some() && asked.in_force_on.is_none());
            let disclosed = |it: &&Procedure| it.row.published_on <= now.local_date();
            let Some(found) = in_force.or(ended).filter(disclosed) else { return Ok(None) };
            Ok(Some((found.clone(), procedures::content(conn, found.row.id).await?)))
        });
        let (found, content) = read.await?.ok_or(Refusal::NotFound)?;
        if format == Format::JsonLd {
            let body = LinkedBody::new(&found, &content, &tree, day);
            return Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, format.content_type())).json(body));
        }
        Ok(HttpResponse::Ok().json(ProcedureBody::whole(&found, &content, &tree, day)))
    };
    state.public.answer(&request, now, async || source::read(&state, now, make).await).await
}

/// Look up a dossier
///
/// What it is, who has it, when it is due and what happened. Never whose it is.
#[utoipa::path(
    operation_id = "get_public_dossier", tag = "public", security(()),
    params(("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001")),
    responses((status = 200, description = "The dossier.", body = PublicDossierBody))
)]
#[get("/v1/public/dossiers/{code}")]
async fn get_dossier(
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let now = state.clock.now();
    let make = async |doors: Doors<'_>| {
        input.query::<NoParameters>()?;
        let code = DossierCode::parse(&code).map_err(|_| Refusal::NotFound)?;
        let (tree, calendars) = state.fresh(doors.reader).await?;
        let found = doors.reader.find::<WithEvents>(code.as_str().to_owned()).await?;
        let found = found.ok_or(Refusal::NotFound)?;
        let names = state.names.with([found.dossier.procedure_version_id], doors.reader).await?;
        let procedure = names.of(found.dossier.procedure_version_id);
        let listed = Listed { dossier: &found.dossier, procedure };
        let calendar = calendars.of(found.dossier.competent_agency_id);
        let shown = PublicDossierBody::new(listed, &found.events, &tree, calendar, now);
        Ok(HttpResponse::Ok().json(shown))
    };
    state.public.answer(&request, now, async || source::read(&state, now, make).await).await
}
