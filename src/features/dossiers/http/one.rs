//! GET /v1/dossiers/{code}.

use super::limit;
use crate::domain::ids::DossierCode;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::Include;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::DossiersRead;
use crate::features::dossiers::actions::dating::Offices;
use crate::features::dossiers::json::{DelaysBody, DossierBody};
use crate::features::dossiers::queries::Listed;
use crate::features::dossiers::sought::Sought;
use crate::features::personal::actions::unmask;
use crate::features::personal::asked::{self, AccessReason};
use crate::http::caching;
use crate::http::error::Problem;
use crate::http::input::{Input, Several};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

/// What to show of a dossier.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Including {
    /// `events` adds the events, `delays` where the days went: who held it for how long, and in whose step it was late.
    #[param(inline, value_type = Option<Vec<Include>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["events"]))]
    include: Option<Several<Include>>,
    /// Answers as it was answered at this instant, now or earlier. A dossier that was not recorded yet is not found.
    as_of: Option<Instant>,
}

impl Including {
    fn has(&self, wanted: Include) -> bool {
        self.include.as_ref().is_some_and(|include| include.0.contains(&wanted))
    }
}

/// Get a dossier
///
/// As it stands now, or as it stood at the instant `as_of`. One that the key does not see is not found.
///
/// Personal data is masked, unless the key has the scope `dossiers:personal` and says why in `X-Access-Reason`. Private notes are then
/// shown with `include=events`. Each such answer is in the audit trail.
#[utoipa::path(
    operation_id = "get_dossier", tag = "dossiers", security(("key" = ["dossiers:read"])),
    params(("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001"), Including, AccessReason),
    responses((status = 200, description = "The dossier.", body = DossierBody))
)]
#[get("/v1/dossiers/{code}")]
pub(super) async fn get_one(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    sought: Sought,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    asked::require_scope(&request, &caller)?;
    let including: Including = input.query()?;
    let asking = asked::by(&request, &caller)?;
    let as_of = AsOf::asked(including.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let found = sought.seen_by(&caller, &as_of, &state).await?;
    let names = state.names.with([found.dossier.procedure_version_id], &state.reader).await?;
    let now = as_of.now;
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
    let is_unmasked = asking.is_some();
    if let Some(actor) = asking {
        let (by, what) = ((&actor, state.clock.now()), (&found.dossier, including.has(Include::Events)));
        let opened = unmask::dossier(&state.writer, state.keys()?, by, what).await?;
        shown = shown.unmasked(opened.map_err(|why| asked::not_opened(&found.dossier.code, why))?);
    }
    let mut response = HttpResponse::Ok().json(&shown);
    caching::set(&mut response, &shown.tag());
    if is_unmasked {
        caching::never(&mut response);
    }
    Ok(response)
}
