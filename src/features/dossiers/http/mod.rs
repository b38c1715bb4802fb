//! Handlers of `/v1/dossiers`, a file for each: `receive`, `record` and `batch` write; `list`, `one`, `events` and `deadline` read.

mod batch;
mod deadline;
mod events;
mod list;
mod one;
mod receive;
mod record;

use super::actions::Context;
use super::actions::dating;
use super::queries::DossierRow;
use crate::db::DbError;
use crate::domain::local_time::Instant;
use crate::domain::policy::PolicyRule;
use crate::domain::sealing::DataKeys;
use crate::domain::time_limit::CaseLimit;
use crate::features::State;
use crate::features::audit::Actor;
use crate::features::auth::Principal;
use crate::features::procedures::queries as procedures;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(receive::receive)
        .service(batch::batch)
        .service(list::list_all)
        .service(one::get_one)
        .service(events::events)
        .service(deadline::deadline)
        .service(record::record);
}

fn context<'a>(
    actor: &'a Actor,
    caller: &'a Principal,
    policies: &'a [PolicyRule],
    (keys, now): (&'a DataKeys, Instant),
) -> Context<'a> {
    let (tree, visible, governed) = (&*caller.tree, &caller.visible, &caller.governed);
    Context { actor, tree, visible, governed, calendars: &caller.calendars, policies, keys, now }
}

/// The limit of a dossier.
async fn limit(state: &State, row: &DossierRow) -> Result<CaseLimit, DbError> {
    let version = [row.procedure_version_id];
    let limits = state.reader.read(async |conn| procedures::limits_by_version(conn, &version).await).await?;
    Ok(dating::limit_of(row, &limits))
}
