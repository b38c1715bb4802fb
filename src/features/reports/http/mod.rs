//! Handlers of reports: `resolution` gives the table of a period, `cells` the dossiers behind its numbers.

mod cells;
mod resolution;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(resolution::get_one).service(cells::list);
}
