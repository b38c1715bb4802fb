//! Holds what agencies are to confirm against what they did.

use super::queries::{ReviewRow, Said, SaidRow};
use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree};
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::review::Round;
use crate::domain::vocabulary::ReviewOutcome;
use crate::features::as_of::AsOf;
use crate::features::disclosure::assess::of_agency;
use crate::features::disclosure::queries::{Known, VersionRow};
use chrono::{NaiveDate, TimeDelta};
use std::collections::BTreeSet;

/// A round as it is shown: while it runs as it is, then as it was at its end.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// The round.
    pub round: Round,
    /// Whether another has begun since.
    is_followed: bool,
    /// The instant as of which it is shown.
    pub as_of: AsOf,
}

impl Shown {
    /// The round with a number, or the one that runs. Of a review that is closed the last that was due by then, for nobody can be
    /// late in one that was cut short.
    pub fn of(row: &ReviewRow, number: Option<i64>, now: Instant) -> Result<Self, Refusal> {
        let schedule = row.schedule();
        let ends = row.closed_at.map_or(now, |at| Instant::from(at).min(now));
        let unknown = |most: i32| {
            let message = format!("must be 1 to {most}, the latest round that has begun");
            Refusal::parameter("round", Rule::InvalidValue, message)
        };
        let latest = schedule.round_on(ends.local_date()).ok_or(Refusal::NotFound)?;
        let is_cut = row.closed_at.is_some() && latest.number > 1 && ends.local_date() <= latest.period.to;
        let number = number.unwrap_or(i64::from(latest.number) - i64::from(is_cut));
        let wanted = i32::try_from(number).ok().filter(|number| *number <= latest.number);
        let round = wanted.and_then(|number| schedule.round(number)).ok_or_else(|| unknown(latest.number))?;
        // A later round takes what is confirmed from then on.
        let over = Instant::end_of(round.period.to) + TimeDelta::microseconds(-1);
        let is_followed = round.number < latest.number;
        let at = if is_followed { over.min(ends) } else { ends };
        Ok(Self { round, is_followed, as_of: AsOf { now: at, known: (at < now).then_some(at) } })
    }

    /// The day on which it is judged.
    pub fn day(&self) -> NaiveDate {
        self.as_of.now.local_date()
    }

    /// Whether the day by which it is due is over.
    pub fn is_over(&self) -> bool {
        self.is_followed || self.day() > self.round.period.to
    }
}

/// The agencies of a review that are in force on a day, of those that somebody sees.
pub fn agencies<'a>(
    row: &ReviewRow,
    tree: &'a AgencyTree,
    day: NaiveDate,
    sees: impl Fn(AgencyId) -> bool,
) -> Vec<&'a Agency> {
    let named: BTreeSet<AgencyId> = row.agency_ids.iter().flat_map(|id| tree.subtree(*id)).collect();
    let is_meant =
        |agency: &&Agency| named.contains(&agency.id) && sees(agency.id) && agency.validity.contains(day);
    tree.all().into_iter().filter(is_meant).collect()
}

/// A procedure that an agency is to confirm.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The agency.
    pub agency: &'a Agency,
    /// The version in force.
    pub version: &'a VersionRow,
    /// What the agency said last.
    pub said: Option<&'a SaidRow>,
    /// Whether it was first confirmed after the day by which the round is due, or is not confirmed and that day is over.
    pub is_late: bool,
}

/// What an agency is to confirm in a round, by code.
pub fn items<'a>(
    agency: &'a Agency,
    known: &'a Known,
    said: &'a Said,
    calendars: &'a Calendars,
    shown: Shown,
) -> impl Iterator<Item = Item<'a>> + 'a {
    let period = Period { from: shown.day(), to: shown.day() };
    let said = said.get(&agency.id);
    let is_assigned = of_agency(agency, known, calendars, period).filter(|item| item.is_assigned);
    is_assigned.map(move |item| {
        let said = said.and_then(|rows| rows.get(&item.version.procedure_code));
        let is_late = match said {
            Some(row) => Instant::from(row.first_at).local_date() > shown.round.period.to,
            None => shown.is_over(),
        };
        Item { agency, version: item.version, said, is_late }
    })
}

/// How many procedures were confirmed how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many there are.
    pub procedures: i64,
    /// Right as they are.
    pub current: i64,
    /// To be amended.
    pub needs_update: i64,
    /// To be abolished.
    pub to_be_abolished: i64,
    /// Confirmed too late, or not confirmed and the day is over.
    pub late: i64,
    /// When anything was confirmed last.
    pub last_at: Option<Instant>,
}

impl Counts {
    /// Counts procedures.
    pub fn of<'a>(items: impl Iterator<Item = Item<'a>>) -> Self {
        let mut counts = Self::default();
        for item in items {
            counts.procedures += 1;
            counts.late += i64::from(item.is_late);
            let Some(said) = item.said else { continue };
            match said.outcome {
                ReviewOutcome::Current => counts.current += 1,
                ReviewOutcome::NeedsUpdate => counts.needs_update += 1,
                ReviewOutcome::ToBeAbolished => counts.to_be_abolished += 1,
            }
            counts.last_at = counts.last_at.max(Some(said.confirmed_at.into()));
        }
        counts
    }

    /// How many are confirmed.
    pub const fn confirmed(&self) -> i64 {
        self.current + self.needs_update + self.to_be_abolished
    }

    /// How many are not.
    pub const fn unconfirmed(&self) -> i64 {
        self.procedures - self.confirmed()
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.procedures += more.procedures;
        self.current += more.current;
        self.needs_update += more.needs_update;
        self.to_be_abolished += more.to_be_abolished;
        self.late += more.late;
        self.last_at = self.last_at.max(more.last_at);
    }
}
