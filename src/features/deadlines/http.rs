//! The handler of `/v1/public/deadlines`.

use super::calculate;
use super::json::{CalculatedBody, CalculationsBody, PostDeadlines};
use crate::features::State;
use crate::http::error::Problem;
use crate::http::input::{Input, NoParameters};
use actix_web::{HttpResponse, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(calculate_deadlines);
}

/// Calculate deadlines
///
/// Up to 1,000 at once, each with its reasons, by the engine and the calendars that date dossiers. Nothing is stored. An item
/// that is malformed refuses the whole request; one that needs a year which no calendar has gets a problem of its own.
#[utoipa::path(
    operation_id = "calculate_deadlines", tag = "public", request_body = PostDeadlines, security(()),
    responses((status = 200, description = "A result for each item, in their order.", body = CalculationsBody))
)]
#[post("/v1/public/deadlines")]
async fn calculate_deadlines(input: Input, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let (body, NoParameters {}) = input.json::<PostDeadlines, NoParameters>()?;
    let (tree, calendars) = state.fresh(&state.reader).await?;
    let items = body.check(&tree)?;
    let calculated = calculate::all(&items, &calendars, &tree)?;
    let items = calculated.into_iter().enumerate().map(|(i, result)| CalculatedBody::new(i, result));
    Ok(HttpResponse::Ok().json(CalculationsBody { items: items.collect() }))
}
