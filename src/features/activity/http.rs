//! The handler of `/v1/agencies/activity`.

use super::json::{ActivityBody, ActivityFilter};
use super::queries::{self, delays};
use crate::db::DbError;
use crate::domain::activity::{self, WEEKS};
use crate::domain::agency_tree::{Agency, AgencyId};
use crate::domain::period::Period;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::scope::DossiersRead;
use crate::features::auth::{Authorized, Principal};
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use crate::http::routes::not_found;
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

/// Where it is.
const PATH: &str = "/v1/agencies/activity";

/// Name of the files that hold the list.
const NAME: &str = "activity";

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    // Else another method would be one of the agency with the code `activity`.
    config.service(list).route(PATH, web::route().to(not_found));
}

/// List what agencies record
///
/// Every agency that the key sees and that was in force in the last 8 weeks, by code, those that recorded nothing too: the
/// last event, events in each week, what was to be expected, and how soon events were recorded. An event counts for the
/// agency that acted.
#[utoipa::path(
    operation_id = "list_agency_activity", tag = "agencies", params(ActivityFilter), security(("key" = ["dossiers:read"])),
    responses((status = 200, description = "A page of agencies.", body = PageOf<ActivityBody>))
)]
#[get("/v1/agencies/activity")]
async fn list(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (mut asked, list) = List::<String>::of::<ActivityFilter>(&request, &input, &caller.key_id)?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let weeks = activity::weeks(as_of.now.local_date());
    let mut agencies = asked.agencies(&caller, &weeks)?;
    let key = |row: &ActivityBody| row.code.clone();
    if let Some(silent) = asked.silent {
        // Who is silent is known when all were read.
        let mut rows = read(&state, &as_of, &caller, agencies, &weeks).await?;
        rows.retain(|row| row.silent == silent);
        let total = list.narrow(&mut rows, key);
        return list.from_narrowed(NAME, rows, total, key).await;
    }
    let total = list.narrow(&mut agencies, |agency| caller.tree.code(*agency).to_owned());
    let rows = read(&state, &as_of, &caller, agencies, &weeks).await?;
    list.from_narrowed(NAME, rows, total, key).await
}

async fn read(
    state: &State,
    as_of: &AsOf,
    caller: &Principal,
    agencies: Vec<AgencyId>,
    weeks: &[Period; WEEKS],
) -> Result<Vec<ActivityBody>, DbError> {
    let at = (weeks[0].to, as_of.now);
    let (mut recorded, mut last) = state
        .slow
        .snapshot(as_of.known, async |conn| {
            let recorded = delays::recorded(conn, &agencies, &caller.calendars, at).await?;
            Ok((recorded, queries::last(conn, &agencies).await?))
        })
        .await?;
    let known = agencies.iter().filter_map(|id| caller.tree.get(*id));
    let body = |agency: &Agency| {
        let found = (recorded.remove(&agency.id).unwrap_or_default(), last.remove(&agency.id));
        ActivityBody::new(agency, found, weeks, caller.calendars.of(agency.id))
    };
    Ok(known.map(body).collect())
}
