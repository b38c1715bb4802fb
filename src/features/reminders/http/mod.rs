//! Handlers of reminders: `reminders` issues, shows, lists and acknowledges them, `items` lists their dossiers, `rules` has the
//! rules.

mod items;
mod reminders;
mod rules;

use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::auth::Principal;
use crate::features::reminders::queries::{self, ReminderRow};
use crate::http::error::Problem;
use crate::http::input::id_of;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(reminders::issue)
        .service(reminders::list)
        .service(reminders::get_one)
        .service(reminders::acknowledge)
        .service(items::list)
        .service(rules::get_rule)
        .service(rules::put_rule);
}

/// A reminder to an agency that the caller sees.
async fn seen(path: &str, caller: &Principal, state: &State) -> Result<ReminderRow, Problem> {
    let id = id_of(path)?;
    let found = state.reader.read(async |conn| queries::find(conn, id).await).await?;
    Ok(found.filter(|row| caller.visible.contains(row.agency_id)).ok_or(Refusal::NotFound)?)
}
