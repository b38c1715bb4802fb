//! Counts for the metrics how dossiers stand. Done by the worker and never by a scrape, however often one comes.

use crate::db::DbError;
use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree, ById};
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::domain::vocabulary::DisclosureState;
use crate::features::Shared;
use crate::features::disclosure::assess::Counts;
use crate::features::disclosure::queries as disclosure;
use crate::features::overdue::queries::mirror::Moment;
use crate::features::standing::queries::{self as standing, Open};
use crate::metrics::AgencyGauges;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;

/// Counts the open dossiers of every agency that is in force or has any, and shows them from now on. Says how many agencies
/// there are.
pub async fn count_dossiers(shared: &Shared, now: Instant) -> Result<usize, DbError> {
    let (tree, calendars, counted, undisclosed) = shared
        .slow
        .trying(async |conn| -> Result<_, DbError> {
            let tree = shared.agencies.within(conn).await?;
            let calendars = shared.calendars.within(conn).await?;
            let counted = standing::open(conn, &Moment::new(now, &calendars)).await?;
            let (today, known) = (now.local_date(), DateTime::<Utc>::MAX_UTC);
            let agencies: Vec<&Agency> =
                tree.all().into_iter().filter(|agency| agency.validity.contains(today)).collect();
            let ids: Vec<AgencyId> = agencies.iter().map(|agency| agency.id).collect();
            let period = Period { from: today, to: today };
            let known = disclosure::known(conn, &ids, period, known).await?;
            // How many procedures each agency does not disclose although the limit is over.
            let missing = |agency: &&Agency| {
                let counts = Counts::of(agency, &tree, &known, &calendars, period);
                (agency.id, counts.count(DisclosureState::Missing))
            };
            let undisclosed: ById<i64> = agencies.iter().map(missing).collect();
            Ok((tree, calendars, counted, undisclosed))
        })
        .await?;
    let shown = gauges(&tree, &calendars, (counted, undisclosed), now);
    shared.metrics.dossiers_counted(&shown, now.utc().timestamp_millis());
    Ok(shown.len())
}

fn gauges(
    tree: &AgencyTree,
    calendars: &Arc<Calendars>,
    (counted, undisclosed): (Vec<Open>, ById<i64>),
    now: Instant,
) -> Vec<AgencyGauges> {
    let today = now.local_date();
    let mut by_agency: HashMap<i32, Open> = counted.into_iter().map(|open| (open.agency_id, open)).collect();
    let shown = tree.all().into_iter().filter_map(|agency| {
        let open = by_agency.remove(&agency.id);
        let is_shown = open.is_some() || agency.validity.contains(today);
        let oldest = open.and_then(|open| open.oldest_due_on);
        let days = |due| calendars.of(agency.id).working_days_between(due, today).ok();
        is_shown.then(|| AgencyGauges {
            agency: agency.code.clone(),
            open: open.map_or(0, |open| open.open),
            due_soon: open.map_or(0, |open| open.due_soon),
            overdue: open.map_or(0, |open| open.overdue),
            stale: open.map_or(0, |open| open.stale),
            undisclosed: undisclosed.get(&agency.id).copied().unwrap_or(0),
            oldest_days_late: oldest.map_or(Some(0), days),
        })
    });
    shown.collect()
}
