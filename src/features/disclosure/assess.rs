//! Holds the procedures in force against what agencies disclose.

use super::metrics;
use super::queries::{DisclosureRow, Known, VersionRow};
use crate::domain::agency_tree::{Agency, AgencyTree};
use crate::domain::calendar::Calendars;
use crate::domain::competence::decides;
use crate::domain::disclosure;
use crate::domain::law::law;
use crate::domain::period::Period;
use crate::domain::share::Share;
use crate::domain::vocabulary::DisclosureState;
use chrono::NaiveDate;

/// A procedure of an agency.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The agency.
    pub agency: &'a Agency,
    /// The version in force.
    pub version: &'a VersionRow,
    /// What the agency recorded of it.
    pub own: Option<&'a DisclosureRow>,
    /// Whether the agency is to disclose it.
    pub is_assigned: bool,
    /// Local day through which it is to be disclosed; `None` when the calendar of those days is missing.
    pub due_on: Option<NaiveDate>,
    /// How the agency stands with it.
    pub state: DisclosureState,
    /// Local day of its disclosure, of any version.
    pub disclosed_on: Option<NaiveDate>,
    /// Working days after the due day through the day of disclosure, or through the end of the period while the version in force is
    /// not disclosed; `None` when they cannot be counted.
    pub days_late: Option<i64>,
}

impl Item<'_> {
    /// Local day on which the version in force was disclosed.
    pub fn newest_disclosed_on(&self) -> Option<NaiveDate> {
        let is_newest = self.own.and_then(|own| own.disclosed_version) >= Some(self.version.version);
        self.disclosed_on.filter(|_| is_newest)
    }

    /// Metric 1.3: whether it has all parts; `None`: it is not disclosed.
    pub fn is_disclosed_whole(&self) -> Option<bool> {
        self.disclosed_on.map(|_| self.version.is_whole)
    }
}

/// The procedures of an agency: those in force that it decides or was assigned, and those of which it recorded anything.
pub fn of_agency<'a>(
    agency: &'a Agency,
    known: &'a Known,
    calendars: &'a Calendars,
    period: Period,
) -> impl Iterator<Item = Item<'a>> + 'a {
    let own = known.recorded.get(&agency.id);
    let calendar = calendars.of(agency.id);
    known.in_force(period.to).filter_map(move |version| {
        let own = own.and_then(|rows| rows.get(&version.procedure_code));
        let of_remit = decides(&version.levels, &version.agencies, agency);
        let is_assigned = own.and_then(|row| row.assigned).unwrap_or(of_remit);
        if !is_assigned && own.is_none() {
            return None;
        }
        let facts = version.in_force();
        let due_on = disclosure::due_on(&facts, agency.level, law(), calendar).ok();
        let disclosed = own.and_then(DisclosureRow::disclosed).map(|it| facts.shown(it));
        let state = disclosure::state(&facts, disclosed.as_ref(), due_on, period, law());
        let known = disclosed.filter(|it| it.on <= period.to);
        let until = known.filter(|it| it.version >= version.version).map_or(period.to, |it| it.on);
        let days = |due: NaiveDate| {
            if until > due { calendar.working_days_between(due, until).ok() } else { Some(0) }
        };
        let disclosed_on = known.map(|it| it.on);
        let days_late = due_on.and_then(days);
        Some(Item { agency, version, own, is_assigned, due_on, state, disclosed_on, days_late })
    })
}

/// How many procedures of an agency stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of each state, in the order of [`DisclosureState::ALL`].
    by_state: [i64; DisclosureState::ALL.len()],
    /// Metric 1.1 of QĐ 766/QĐ-TTg: announced in time, of the procedures whose decisions were signed in the period.
    pub announced: Share,
    /// Metric 1.2 of QĐ 766/QĐ-TTg: disclosed in time, of those disclosed or to be disclosed in the period.
    pub in_time: Share,
    /// Metric 1.3: with all parts, of those disclosed.
    pub whole: Share,
}

impl Counts {
    /// Counts what an agency of a tree announced, and the procedures that it is to disclose.
    pub fn of(
        agency: &Agency,
        tree: &AgencyTree,
        known: &Known,
        calendars: &Calendars,
        period: Period,
    ) -> Self {
        let mut counts = Self::default();
        for announced in metrics::announced(agency, tree, known, calendars) {
            counts.announced.count(announced.is_in_time());
        }
        for disclosing in metrics::disclosing(agency, known, calendars, period) {
            counts.in_time.count(disclosing.is_in_time());
        }
        for item in of_agency(agency, known, calendars, period).filter(|item| item.is_assigned) {
            counts.count_in(&item);
        }
        counts
    }

    fn count_in(&mut self, item: &Item<'_>) {
        if let Some(place) = DisclosureState::ALL.iter().position(|state| *state == item.state) {
            self.by_state[place] += 1;
        }
        if let Some(is_whole) = item.is_disclosed_whole() {
            self.whole.count(is_whole);
        }
    }

    /// How many are in a state.
    pub fn count(&self, state: DisclosureState) -> i64 {
        let place = DisclosureState::ALL.iter().position(|known| *known == state);
        place.map_or(0, |place| self.by_state[place])
    }

    /// How many there are.
    pub fn in_force(&self) -> i64 {
        self.by_state.iter().sum()
    }

    /// The share that is current.
    pub fn score(&self) -> Share {
        Share { numerator: self.count(DisclosureState::Current), denominator: self.in_force() }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        for (sum, number) in self.by_state.iter_mut().zip(more.by_state) {
            *sum += number;
        }
        self.announced += more.announced;
        self.in_time += more.in_time;
        self.whole += more.whole;
    }
}
