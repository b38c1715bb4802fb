//! GET /v1/overdue/summary.

use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::DossiersRead;
use crate::features::overdue::json::{Cells, SummaryBody, SummaryFilter};
use crate::features::overdue::queries::mirror::Moment;
use crate::features::overdue::queries::summary::counts;
use crate::http::caching;
use crate::http::error::Problem;
use crate::http::input::Input;
use actix_web::{HttpResponse, get, web};

/// Count overdue dossiers
///
/// What is open and what of it is overdue, by the agency that decides, by field, by procedure, or by the agency that holds it.
/// Each `count` is that of `/v1/overdue` with the same filters and this cell. The most overdue dossiers come first; a cell without
/// any is there as long as it has open ones.
#[utoipa::path(
    operation_id = "summarise_overdue", tag = "lateness", params(SummaryFilter), security(("key" = ["dossiers:read"])),
    responses((status = 200, description = "The counts.", body = SummaryBody))
)]
#[get("/v1/overdue/summary")]
pub(super) async fn summary(
    caller: Authorized<DossiersRead>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: SummaryFilter = input.query()?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let moment = Moment::new(as_of.now, &caller.calendars);
    let (by, filter) = asked.read(&caller, as_of.now)?;
    let (open, late) = state
        .slow
        .snapshot(as_of.known, async |conn| counts(conn, &filter, &caller.visible, &moment).await)
        .await?;
    let names = state.names.with(open.iter().map(|alike| alike.version), &state.reader).await?;
    let cells = Cells { by, names: &names, tree: &caller.tree, calendars: &caller.calendars };
    let shown = SummaryBody::new(&cells, &open, &late, as_of.now);
    let mut response = HttpResponse::Ok().json(&shown);
    caching::set(&mut response, &shown.tag());
    Ok(response)
}
