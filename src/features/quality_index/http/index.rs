//! GET /v1/quality-index.

use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::ReportsRead;
use crate::features::quality_index::json::{IndexBody, IndexFilter, Measured};
use crate::features::quality_index::openness::Openness;
use crate::features::reports::queries::index766::by_index;
use crate::http::caching;
use crate::http::error::Problem;
use crate::http::input::Input;
use actix_web::{HttpResponse, get, web};

/// Score by the national index
///
/// The metrics of groups 1 (openness and transparency, 18 points) and 2 (progress and results, 20 points) of QĐ 766/QĐ-TTg for any period of up
/// to a year, each with numerator, denominator, score and what is behind it. Without data a metric is null with a reason, and never 0: 1.4
/// is, for what the national portal has is not told to the service.
///
/// 1.1 to 1.3 are those of `/v1/compliance`, of all agencies together. 2.1 is on time, of all dossiers of the period that have a deadline, as the
/// Decision judges: the time of a supplement is subtracted, a second one is late, what is open is judged at the end of the period. So it may differ
/// from the report, which judges by the deadline that the applicant was told. 2.2 is the average of what ended.
#[utoipa::path(
    operation_id = "get_quality_index", tag = "quality index", params(IndexFilter), security(("key" = ["reports:read"])),
    responses((status = 200, description = "The index.", body = IndexBody))
)]
#[get("/v1/quality-index")]
pub(super) async fn get_one(
    caller: Authorized<ReportsRead>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let filter: IndexFilter = input.query()?;
    let as_of = AsOf::asked(filter.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let asked = filter.asked(&caller, as_of.now)?;
    let openness = Openness::read(&state, &as_of, &caller, &asked).await?.counts();
    let dossiers = state.slow.snapshot(as_of.known, async |conn| by_index(conn, &asked).await).await?;
    let agency = caller.agency_meant(filter.agency.as_deref());
    let measured = Measured { openness: &openness, dossiers: &dossiers };
    let body = IndexBody::new(&asked, &as_of, agency, measured);
    let mut response = HttpResponse::Ok().json(&body);
    caching::set(&mut response, &body.tag());
    Ok(response)
}
