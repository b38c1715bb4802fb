//! GET /v1/compliance/violations.

use super::read;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::ReportsRead;
use crate::features::disclosure::assess::{self, Item};
use crate::features::disclosure::json::{ItemBody, ViolationFilter};
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// Position in the list: the agency and the procedure.
type Key = (String, String);

/// List what is not disclosed as it must be
///
/// The procedures behind the numbers of compliance, by agency and code: those that are missing, outdated, incomplete, stale or late, or
/// in the states that are asked for.
#[utoipa::path(
    operation_id = "list_violations", tag = "disclosure", params(ViolationFilter), security(("key" = ["reports:read"])),
    responses((status = 200, description = "A page of procedures.", body = PageOf<ItemBody>))
)]
#[get("/v1/compliance/violations")]
pub(super) async fn list(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (mut asked, list) = List::<Key>::of::<ViolationFilter>(&request, &input, &caller.key_id)?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let period = asked.period(as_of.now.local_date())?;
    let agencies = asked.agencies(&caller, period)?;
    let known = read(&state, &as_of, &agencies, period).await?;
    let seen = agencies.iter().filter_map(|id| caller.tree.get(*id));
    let items = seen.flat_map(|agency| assess::of_agency(agency, &known, &caller.calendars, period));
    let mut fitting: Vec<Item<'_>> = items.filter(|item| asked.fits(item)).collect();
    let key = |item: &Item<'_>| (item.agency.code.clone(), item.version.procedure_code.clone());
    let total = list.narrow(&mut fitting, key);
    let rows = fitting.iter().map(ItemBody::new).collect();
    let key = |row: &ItemBody| (row.agency.clone(), row.procedure_code.clone());
    list.from_narrowed("violations", rows, total, key).await
}
