//! Handlers of disclosure: `agency` for the procedures of an agency, `compliance` for counts by agency, `violations` for what is behind them.

mod agency;
mod compliance;
mod violations;

use super::queries::{self, Disclosures, VersionRow};
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
        .service(violations::list);
}

/// The versions in force at the end of a period and what agencies disclose, as known.
async fn read(
    state: &State,
    as_of: &AsOf,
    agencies: &[AgencyId],
    period: Period,
) -> Result<(Vec<VersionRow>, Disclosures), DbError> {
    let known = as_of.known.map_or(DateTime::<Utc>::MAX_UTC, Instant::utc);
    state
        .slow
        .snapshot(None, async |conn| {
            let versions = queries::in_force(conn, period.to, known).await?;
            Ok((versions, queries::disclosures(conn, agencies, known).await?))
        })
        .await
}
