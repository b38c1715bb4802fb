//! The service: a folder for each part of the contract, with the same file names in each.
//!
//! `mod.rs` says what it is; `http.rs` has the handlers, `json.rs` the bodies, `actions.rs` the writes (one
//! transaction each), `queries.rs` the reads. Read `dossiers` first, it is what the service is for.

pub mod activity;
pub mod agencies;
pub mod as_of;
pub mod audit;
pub mod auth;
pub mod calendar;
pub mod deadlines;
pub mod disclosure;
pub mod document;
pub mod dossiers;
pub mod evidence;
pub mod health;
pub mod metrics;
pub mod national;
mod newest;
pub mod overdue;
pub mod personal;
pub mod policies;
pub mod procedures;
pub mod public;
pub mod quality_checks;
pub mod quality_index;
pub mod reminders;
pub mod reports;
pub mod reviews;
pub mod standing;
mod state;
pub mod vocabularies;

pub use state::{Shared, State};
use utoipa_actix_web::service_config::ServiceConfig;

/// Every route of the service. The API document is made from the same list.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(public::http::routes)
        .configure(deadlines::http::routes)
        .configure(vocabularies::http::routes)
        // Before the agencies, whose codes take its place in the path.
        .configure(activity::http::routes)
        .configure(agencies::http::routes)
        .configure(disclosure::http::routes)
        .configure(calendar::http::routes)
        .configure(procedures::http::routes)
        .configure(policies::http::routes)
        .configure(dossiers::http::routes)
        .configure(national::http::routes)
        .configure(evidence::http::routes)
        .configure(audit::http::routes)
        .configure(auth::http::routes)
        .configure(overdue::http::routes)
        .configure(reminders::http::routes)
        .configure(reports::http::routes)
        .configure(quality_index::http::routes)
        .configure(quality_checks::http::routes)
        .configure(reviews::http::routes)
        .configure(health::http::routes)
        .configure(metrics::http::routes);
}
