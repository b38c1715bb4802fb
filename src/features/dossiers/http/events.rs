//! GET /v1/dossiers/{code}/events.

use crate::domain::ids::DossierCode;
use crate::features::State;
use crate::features::as_of::{AsOf, AsOfParameter};
use crate::features::auth::Authorized;
use crate::features::auth::scope::DossiersRead;
use crate::features::dossiers::json::EventBody;
use crate::features::dossiers::sought::Sought;
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::write::versioned;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

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
    params(("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001"), AsOfParameter),
    responses((status = 200, description = "Its events.", body = Events))
)]
#[get("/v1/dossiers/{code}/events")]
pub(super) async fn events(
    caller: Authorized<DossiersRead>,
    sought: Sought,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: AsOfParameter = input.query()?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let found = sought.seen_by(&caller, &as_of, &state).await?;
    let items = EventBody::all(&found.events, &caller.tree);
    Ok(versioned(found.dossier.version, &Events { items, next_cursor: None }))
}
