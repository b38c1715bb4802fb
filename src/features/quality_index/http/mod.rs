//! Handlers of the index: `index` for the metrics, `items` for what is behind one.

mod index;
mod items;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(index::get_one).service(items::items);
}
