//! Handlers of reviews: `reviews` creates, lists, shows and closes them, `progress` lists their agencies and procedures, `confirmations`
//! records what agencies say.

mod confirmations;
mod progress;
mod reviews;

use super::actions::seen;
use super::queries::{self, ReviewRow};
use crate::features::State;
use crate::features::auth::Principal;
use crate::http::error::Problem;
use crate::http::input::id_of;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(reviews::create)
        .service(reviews::list)
        .service(reviews::get_one)
        .service(reviews::close)
        .service(confirmations::confirm)
        .service(progress::agencies)
        .service(progress::procedures);
}

/// A review of which the caller sees an agency.
async fn found(path: &str, caller: &Principal, state: &State) -> Result<ReviewRow, Problem> {
    let id = id_of(path)?;
    let row = state.reader.read(async |conn| queries::find(conn, id).await).await?;
    Ok(seen(row, caller)?)
}
