//! Handlers of disclosure: `agency` for the procedures of an agency, `compliance` for counts by agency, `history` for counts by day, `violations` for what is behind them.

mod agency;
mod compliance;
mod history;
mod violations;

use super::queries::{self, Known};
use crate::db::DbError;
use crate::domain::agency_tree::AgencyId;
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::features::State;
use crate::features::as_of::AsOf;
use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(agency::list)
        .service(agency::get_one)
        .service(agency::put_one)
        .service(compliance::list)
        .service(history::list)
        .service(violations::list);
}

/// What agencies are judged by at the end of a period, as known.
async fn read(state: &State, as_of: &AsOf, agencies: &[AgencyId], period: Period) -> Result<Known, DbError> {
    let known = as_of.known.map_or(DateTime::<Utc>::MAX_UTC, Instant::utc);
    state.slow.snapshot(None, async |conn| queries::known(conn, agencies, period, known).await).await
}
