//! Handlers of the checks: `checks` counts, `findings` lists what one of them found.

mod checks;
mod findings;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(checks::list).service(findings::list);
}
