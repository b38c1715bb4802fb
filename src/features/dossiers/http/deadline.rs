//! GET /v1/dossiers/{code}/deadline.

use super::limit;
use crate::domain::ids::DossierCode;
use crate::features::State;
use crate::features::as_of::{AsOf, AsOfParameter};
use crate::features::auth::Authorized;
use crate::features::auth::scope::DossiersRead;
use crate::features::dossiers::json::ExplainedBody;
use crate::features::dossiers::sought::Sought;
use crate::http::error::Problem;
use crate::http::input::Input;
use actix_web::{HttpResponse, get, web};

/// Explain the deadline of a dossier
///
/// The date with its reasons: each day that counts or does not and why, stops, extensions and parts, by the calendars of its
/// agencies; and the events that moved it.
#[utoipa::path(
    operation_id = "get_dossier_deadline", tag = "dossiers", security(("key" = ["dossiers:read"])),
    params(("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001"), AsOfParameter),
    responses((status = 200, description = "The deadline.", body = ExplainedBody))
)]
#[get("/v1/dossiers/{code}/deadline")]
pub(super) async fn deadline(
    caller: Authorized<DossiersRead>,
    sought: Sought,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: AsOfParameter = input.query()?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let found = sought.seen_by(&caller, &as_of, &state).await?;
    let row = &found.dossier;
    let limit = limit(&state, row).await?;
    let by = (&*caller.calendars, &*caller.tree);
    Ok(HttpResponse::Ok().json(ExplainedBody::new(row, &found.events, &limit, by)))
}
