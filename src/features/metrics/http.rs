//! Handler of `/metrics`.
//!
//! Needs no key, for whoever scrapes has none: it must not be reachable from the internet (`docs/operations.md`).

use crate::features::State;
use crate::http::error::{Code, Problem};
use crate::http::input::{Input, NoParameters};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(metrics);
}

/// Metrics of this process
///
/// In the text format of Prometheus. For scrapers inside the network, not for the internet.
#[utoipa::path(
    operation_id = "get_metrics", tag = "operations", security(()),
    responses((
        status = 200, description = "Every metric.", content_type = "text/plain", body = String
    ))
)]
#[get("/metrics")]
async fn metrics(input: Input, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    input.parameters::<NoParameters>()?;
    let [lists, exports] = state.slow.states();
    state.metrics.pool("slow", lists);
    state.metrics.pool("export", exports);
    state.metrics.pool("writer", state.writer.state());
    let text = state.metrics.text(state.clock.now().utc().timestamp_millis()).map_err(|error| {
        log::error!("the metrics could not be written: {error}");
        Problem::new(Code::Internal)
    })?;
    let answer = HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text);
    Ok(answer)
}
