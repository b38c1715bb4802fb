//! The handler of `/v1/vocabularies`.

use super::json::VocabulariesBody;
use crate::http::error::Problem;
use crate::http::input::{Input, NoParameters};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list);
}

/// List the words of the contract
///
/// Statuses, kinds of event, levels, channels, timing states and quality checks with their labels in both languages, and the number that the national format
/// has for each, where it has one. They change with a release only.
#[utoipa::path(
    operation_id = "list_vocabularies", tag = "public", security(()),
    responses((status = 200, description = "Every list, in the order of the contract.", body = VocabulariesBody))
)]
#[get("/v1/vocabularies")]
async fn list(input: Input) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    // The same for everybody, key or not.
    let kept = (CACHE_CONTROL, "public, max-age=3600");
    Ok(HttpResponse::Ok().insert_header(kept).json(VocabulariesBody::all()))
}
