//! How far the agencies of a review are in a round.

use super::assess::{self, Counts, Item, Shown};
use super::queries::{self, ReviewRow, Said};
use crate::db::DbError;
use crate::domain::agency_tree::{Agency, AgencyId};
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::features::State;
use crate::features::auth::Principal;
use crate::features::disclosure::queries::{self as disclosure, Known};
use chrono::{DateTime, Utc};

/// A round of a review with everything that it is judged by.
pub struct Progress<'a> {
    /// The agencies, by code.
    pub agencies: Vec<&'a Agency>,
    known: Known,
    said: Said,
    shown: Shown,
    caller: &'a Principal,
}

impl<'a> Progress<'a> {
    /// Reads what agencies that the caller saw at the instant of the round are to confirm, and what they did.
    pub async fn of(
        row: &ReviewRow,
        shown: Shown,
        caller: &'a Principal,
        state: &State,
    ) -> Result<Self, DbError> {
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
    pub fn items(&self, agency: &'a Agency) -> impl Iterator<Item = Item<'_>> {
        assess::items(agency, &self.known, &self.said, &self.caller.calendars, self.shown)
    }

    /// The agencies that have anything to confirm, with the counts of each.
    pub fn counts(&self) -> Vec<(&'a Agency, Counts)> {
        let counts = self.agencies.iter().map(|agency| (*agency, Counts::of(self.items(agency))));
        counts.filter(|(_, counts)| counts.procedures > 0).collect()
    }
}
