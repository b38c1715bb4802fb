//! Handlers of reports: `resolution` gives the table of a period, `cells` the dossiers behind its numbers, `sealed` seals, lists, shows,
//! corrects and compares reports.

mod cells;
mod resolution;
mod sealed;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(resolution::get_one)
        .service(cells::dossiers)
        .service(sealed::seal)
        .service(sealed::all)
        .service(sealed::get_one)
        .service(sealed::dossiers)
        .service(sealed::correct)
        .service(sealed::compare);
}
