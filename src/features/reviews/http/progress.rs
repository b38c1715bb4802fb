//! GET /v1/reviews/{id}/agencies and /v1/reviews/{id}/procedures.

use super::found;
use crate::domain::agency_tree::AgencyId;
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::ReportsRead;
use crate::features::reviews::assess::{Item, Shown};
use crate::features::reviews::json::{AgencyBody, AgencyFilter, ItemBody, ItemFilter};
use crate::features::reviews::progress::Progress;
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use std::collections::BTreeSet;

/// Position in the list of procedures: the agency and the procedure.
type Key = (String, String);

/// List the agencies of a review
///
/// How far each agency that the key sees and that has anything to confirm is in a round, without those below it, by code.
#[utoipa::path(
    operation_id = "list_review_agencies", tag = "reviews", security(("key" = ["reports:read"])),
    params(("id" = Uuid, Path, description = "Id of the review.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e"), AgencyFilter),
    responses((status = 200, description = "A page of agencies.", body = PageOf<AgencyBody>))
)]
#[get("/v1/reviews/{id}/agencies")]
pub(super) async fn agencies(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<String>::of::<AgencyFilter>(&request, &input, &caller.key_id)?;
    let row = found(&id, &caller, &state).await?;
    let shown = Shown::of(&row, asked.round, state.clock.now())?;
    let caller = shown.as_of.caller(&caller, &state).await?;
    let mut rows = Progress::of(&row, shown, &caller, &state).await?.counts();
    rows.retain(|(_, counts)| asked.late.is_none_or(|wanted| (counts.late > 0) == wanted));
    let total = list.narrow(&mut rows, |(agency, _)| agency.code.clone());
    let rows = rows.iter().map(|(agency, counts)| AgencyBody::new(agency, counts)).collect();
    list.from_narrowed("review-agencies", rows, total, |row: &AgencyBody| row.agency.clone()).await
}

/// List the procedures of a review
///
/// What each agency that the key sees is to confirm in a round, and what it said last, by agency and code.
#[utoipa::path(
    operation_id = "list_review_procedures", tag = "reviews", security(("key" = ["reports:read"])),
    params(("id" = Uuid, Path, description = "Id of the review.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e"), ItemFilter),
    responses((status = 200, description = "A page of procedures.", body = PageOf<ItemBody>))
)]
#[get("/v1/reviews/{id}/procedures")]
pub(super) async fn procedures(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (mut asked, list) = List::<Key>::of::<ItemFilter>(&request, &input, &caller.key_id)?;
    let row = found(&id, &caller, &state).await?;
    let shown = Shown::of(&row, asked.round, state.clock.now())?;
    let alone = |_: &_, agency: AgencyId| BTreeSet::from([agency]);
    let named = caller.agencies_named("agency", asked.agency.take(), alone)?;
    let caller = shown.as_of.caller(&caller, &state).await?;
    let mut read = Progress::of(&row, shown, &caller, &state).await?;
    read.agencies.retain(|agency| named.as_ref().is_none_or(|named| named.contains(&agency.id)));
    let items = read.agencies.iter().flat_map(|agency| read.items(agency));
    let mut fitting: Vec<Item<'_>> = items.filter(|item| asked.fits(item)).collect();
    let total =
        list.narrow(&mut fitting, |item| (item.agency.code.clone(), item.version.procedure_code.clone()));
    let rows = fitting.iter().map(ItemBody::new).collect();
    let key = |row: &ItemBody| (row.agency.clone(), row.procedure_code.clone());
    list.from_narrowed("review-procedures", rows, total, key).await
}
