//! GET /v1/dossiers.

use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::DossiersRead;
use crate::features::dossiers::json::{DossierBody, DossierFilter};
use crate::features::dossiers::queries::{DossierRow, Listed, list};
use crate::features::overdue::queries::mirror::Moment;
use crate::features::procedures::names::Names;
use crate::http::error::Problem;
use crate::http::export::Whole;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use std::sync::Arc;

/// Name of the files that hold the list.
const NAME: &str = "dossiers";

/// List dossiers
///
/// Those the key sees: received, decided or held in its part of the agency tree, or watched by it. Newest receipt
/// first.
#[utoipa::path(
    operation_id = "list_dossiers", tag = "dossiers", params(DossierFilter), security(("key" = ["dossiers:read"])),
    responses((status = 200, description = "A page of dossiers.", body = PageOf<DossierBody>))
)]
#[get("/v1/dossiers")]
pub(super) async fn list_all(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<list::Key>::of::<DossierFilter>(&request, &input, &caller.key_id)?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let now = as_of.now;
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
        let (view, visible) = (as_of.view(), caller.visible.clone());
        let whole =
            Whole { request: &request, format: list.format, name: NAME, view: &view, as_of: as_of.known };
        let show = async || Ok(show(state.names.fresh(&state.reader).await?));
        return whole.answer(&state.slow, list::Whole { filter, visible, moment }, show).await;
    }
    let (visible, page) = (&caller.visible, &list.page);
    let (rows, total) = state
        .slow
        .snapshot(as_of.known, async |conn| {
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
