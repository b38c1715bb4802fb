//! GET /v1/quality-index/{metric}/items.

use crate::domain::refusal::Refusal;
use crate::domain::report::Took;
use crate::domain::vocabulary::{Column, Metric};
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::scope::ReportsRead;
use crate::features::auth::{Authorized, Principal};
use crate::features::quality_index::json::{ItemBody, ItemFilter};
use crate::features::quality_index::openness::Openness;
use crate::features::reports::listing::Listing;
use crate::features::reports::queries::index766::by_index;
use crate::features::reports::queries::places::{Cell, Key, PlacedRow};
use crate::features::reports::queries::sums::Asked;
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Name of the files that hold the list.
const NAME: &str = "quality-index-items";

/// Position of an item that is no dossier: agency, if any, and procedure.
type ProcedureKey = (String, String);

/// List what is behind a metric
///
/// What a metric of `/v1/quality-index` counts, with the same parameters: as many items as its denominator, of which those with `is_counted` are
/// its numerator. By agency and procedure (1.1 to 1.3), the latest receipt first (2.1). Of 2.2 the procedures, by code, with how many dossiers
/// ended and how long they took. Of 1.4, which is not known, none.
#[utoipa::path(
    operation_id = "list_quality_index_items", tag = "quality index", security(("key" = ["reports:read"])),
    params(("metric" = Metric, Path, description = "The metric.", example = "2.1"), ItemFilter),
    responses((status = 200, description = "A page of items.", body = PageOf<ItemBody>))
)]
#[get("/v1/quality-index/{metric}/items")]
pub(super) async fn items(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    metric: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let metric: Metric = metric.parse().map_err(|_| Refusal::NotFound)?;
    if metric == Metric::OnTime {
        return dossiers(&caller, &request, &input, &state).await;
    }
    let (filter, list) = List::<ProcedureKey>::of::<ItemFilter>(&request, &input, &caller.key_id)?;
    let as_of = AsOf::asked(filter.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let asked = filter.asked(&caller, as_of.now)?;
    let mut found = match metric {
        Metric::Announced | Metric::Disclosed | Metric::Whole => {
            let openness = Openness::read(&state, &as_of, &caller, &asked).await?;
            of_openness(metric, &openness)
        }
        Metric::Duration => took(&state, &as_of, &asked).await?,
        Metric::Synced | Metric::OnTime => vec![],
    };
    found.retain(|item| filter.fits(item));
    let key = |item: &ItemBody| (item.agency.clone().unwrap_or_default(), item.procedure_code.clone());
    let total = list.narrow(&mut found, key);
    list.from_narrowed(NAME, found, total, key).await
}

/// What is behind a metric of group 1.
fn of_openness(metric: Metric, openness: &Openness<'_>) -> Vec<ItemBody> {
    match metric {
        Metric::Announced => {
            openness.announced().map(|(agency, it)| ItemBody::announced(agency, &it)).collect()
        }
        Metric::Disclosed => {
            openness.disclosing().map(|(agency, it)| ItemBody::disclosed(agency, &it)).collect()
        }
        _ => openness.assigned().filter_map(|item| ItemBody::whole(&item)).collect(),
    }
}

/// How long the dossiers of each procedure took. Its name is that of the newest of its versions among them.
async fn took(state: &State, as_of: &AsOf, asked: &Asked) -> Result<Vec<ItemBody>, Problem> {
    let found = state.slow.snapshot(as_of.known, async |conn| by_index(conn, asked).await).await?;
    let names = state.names.with(found.took.keys().copied(), &state.reader).await?;
    let mut procedures: BTreeMap<&str, (i32, Took)> = BTreeMap::new();
    for (version, took) in found.took {
        let (newest, sum) = procedures.entry(&names.of(version).procedure_code).or_default();
        *newest = version.max(*newest);
        *sum += took;
    }
    Ok(procedures.into_values().map(|(newest, sum)| ItemBody::took(names.of(newest), sum)).collect())
}

/// What is behind 2.1.
async fn dossiers(
    caller: &Principal,
    request: &HttpRequest,
    input: &Input,
    state: &State,
) -> Result<HttpResponse, Problem> {
    let (filter, list) = List::<Key>::of::<ItemFilter>(request, input, &caller.key_id)?;
    let as_of = AsOf::asked(filter.as_of, state.clock.now())?;
    let caller = as_of.caller(caller, state).await?;
    let Asked { frame, agencies } = filter.asked(&caller, as_of.now)?;
    let (column, by_index) = (Column::ReceivedTotal, Some(filter.judgement()));
    let cell = Cell { frame, column, by_index, agencies, versions: None };
    let (names, tree) = (state.names.fresh(&state.reader).await?, Arc::clone(&caller.tree));
    let show = move |row: PlacedRow| {
        let procedure = names.of(row.procedure_version_id);
        ItemBody::dossier(row, procedure, &tree)
    };
    let listing = Listing { request, list: &list, as_of: &as_of, slow: &state.slow, name: NAME };
    listing.answer(cell, show).await
}
