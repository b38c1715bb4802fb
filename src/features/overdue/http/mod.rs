//! Handlers of the lateness operations: `overdue` is the feed that scripts pull most, `feeds` has the other lists, `summary` counts.

mod feeds;
mod overdue;
mod summary;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(overdue::overdue)
        .service(summary::summary)
        .service(feeds::due_soon)
        .service(feeds::stale)
        .service(feeds::late)
        .service(feeds::unanswered);
}
