//! Handlers of reviews: `reviews` creates, lists, shows and closes them, `progress` lists their agencies and procedures, `confirmations`
//! records what agencies say.

mod confirmations;
mod progress;
mod reviews;

use super::actions::seen;
use super::assess::{self, Counts, Item, Shown};
use super::queries::{self, ReviewRow, Said};
use crate::domain::agency_tree::{Agency, AgencyId};
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::features::State;
use crate::features::auth::Principal;
use crate::features::disclosure::queries::{self as disclosure, Known};
use crate::http::error::Problem;
use crate::http::input::id_of;
use chrono::{DateTime, Utc};
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

/// A round of a review with everything that it is judged by.
struct Read<'a> {
    agencies: Vec<&'a Agency>,
    known: Known,
    said: Said,
    shown: Shown,
    caller: &'a Principal,
}

impl<'a> Read<'a> {
    /// Reads what agencies that the caller saw at the instant of the round are to confirm, and what they did.
    async fn of(
        row: &ReviewRow,
        shown: Shown,
        caller: &'a Principal,
        state: &State,
    ) -> Result<Self, Problem> {
        let day = shown.day();
        let agencies = assess::agencies(row, &caller.tree, day, |id| caller.visible.contains(id));
        let ids: Vec<AgencyId> = agencies.iter().map(|agency| agency.id).collect();
        let at = shown.as_of.known.map_or(DateTime::<Utc>::MAX_UTC, Instant::utc);
        let (period, round) = (Period { from: day, to: day }, (row.id, shown.round.number));
        let (known, said) = state
            .slow
            .snapshot(None, async |conn| {
                let known = disclosure::known(conn, &ids, period, at).await?;
                Ok((known, queries::said(conn, round, &ids, at).await?))
            })
            .await?;
        Ok(Self { agencies, known, said, shown, caller })
    }

    /// What an agency is to confirm.
    fn items(&self, agency: &'a Agency) -> impl Iterator<Item = Item<'_>> {
        assess::items(agency, &self.known, &self.said, &self.caller.calendars, self.shown)
    }

    /// The agencies that have anything to confirm, with the counts of each.
    fn counts(&self) -> Vec<(&'a Agency, Counts)> {
        let counts = self.agencies.iter().map(|agency| (*agency, Counts::of(self.items(agency))));
        counts.filter(|(_, counts)| counts.procedures > 0).collect()
    }
}
