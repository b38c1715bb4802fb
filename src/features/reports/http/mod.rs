//! Handlers of reports: `resolution` gives the table of a period, `cells` the dossiers behind its numbers, `seal` seals, lists and
//! corrects reports, `sealed` shows and compares them, `periods` lists the standard periods, `printed` gives workbooks and pages, `disclosure` gives the report on disclosure.

mod cells;
mod disclosure;
mod periods;
mod printed;
mod resolution;
mod seal;
mod sealed;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(periods::periods)
        .service(resolution::get_one)
        .service(disclosure::get_one)
        .service(cells::dossiers)
        .service(seal::seal)
        .service(seal::all)
        .service(sealed::get_one)
        .service(sealed::dossiers)
        .service(seal::correct)
        .service(sealed::compare);
}
