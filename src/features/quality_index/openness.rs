//! Group 1 of the index, openness and transparency: what agencies announced and disclose.

use crate::db::DbError;
use crate::domain::agency_tree::{Agency, AgencyId};
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Principal;
use crate::features::disclosure::assess::{self, Counts, Item};
use crate::features::disclosure::metrics::{self, Announced, Disclosing};
use crate::features::disclosure::queries::{self, Known};
use crate::features::reports::queries::sums::Asked;
use chrono::{DateTime, Utc};

/// What agencies announced and disclose in a period.
pub struct Openness<'a> {
    caller: &'a Principal,
    agencies: Vec<AgencyId>,
    period: Period,
    known: Known,
}

impl<'a> Openness<'a> {
    /// Reads it. A period that is not over ends today: what is to be disclosed later is nothing to judge yet.
    pub async fn read(
        state: &State,
        as_of: &AsOf,
        caller: &'a Principal,
        asked: &Asked,
    ) -> Result<Self, DbError> {
        let period = asked.frame.period;
        let period = Period { to: period.to.min(as_of.now.local_date()), ..period };
        let is_meant = |agency: &&Agency| {
            asked.agencies.as_ref().is_none_or(|agencies| agencies.contains(&agency.id))
                && caller.visible.contains(agency.id)
                && agency.validity.contains(period.to)
        };
        let agencies: Vec<AgencyId> =
            caller.tree.all().into_iter().filter(is_meant).map(|agency| agency.id).collect();
        let at = as_of.known.map_or(DateTime::<Utc>::MAX_UTC, Instant::utc);
        let known =
            state.slow.snapshot(None, async |conn| queries::known(conn, &agencies, period, at).await).await?;
        Ok(Self { caller, agencies, period, known })
    }

    /// How many there are, of all agencies together.
    pub fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        for agency in self.agencies() {
            sum += Counts::of(agency, &self.caller.tree, &self.known, &self.caller.calendars, self.period);
        }
        sum
    }

    /// What was announced, by agency and procedure.
    pub fn announced(&self) -> impl Iterator<Item = (&Agency, Announced<'_>)> {
        let of = |agency| metrics::announced(agency, &self.caller.tree, &self.known, &self.caller.calendars);
        self.agencies().flat_map(move |agency| of(agency).map(move |it| (agency, it)))
    }

    /// What was disclosed or was to be, by agency and procedure.
    pub fn disclosing(&self) -> impl Iterator<Item = (&Agency, Disclosing<'_>)> {
        let of = |agency| metrics::disclosing(agency, &self.known, &self.caller.calendars, self.period);
        self.agencies().flat_map(move |agency| of(agency).map(move |it| (agency, it)))
    }

    /// What is to be disclosed, by agency and procedure.
    pub fn assigned(&self) -> impl Iterator<Item = Item<'_>> {
        let of = |agency| assess::of_agency(agency, &self.known, &self.caller.calendars, self.period);
        self.agencies().flat_map(of).filter(|item| item.is_assigned)
    }

    fn agencies(&self) -> impl Iterator<Item = &Agency> {
        self.agencies.iter().filter_map(|id| self.caller.tree.get(*id))
    }
}
