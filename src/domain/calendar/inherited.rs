//! The calendars of all agencies: what each has of its own, and what it inherits from those above it, up to the country.
//!
//! Office hours come whole from the nearest owner that has any. The table of a year is that of the owner above with
//! the changes of the owner itself. An agency without anything of its own has the calendar of the nearest owner above.
//! Who is above whom is kept here too, at the same version: a date is never made of a new tree and old calendars.

use super::Calendar;
use super::hours::{HoursPeriod, Week};
use super::table::{Changes, YearTable};
use crate::domain::agency_tree::{AgencyId, ById};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

/// Whose calendar it is: an agency's, or the country's (`None`).
pub type Owner = Option<AgencyId>;

/// First day of office hours that always were: the first that the service speaks of.
pub const ALWAYS: NaiveDate = match NaiveDate::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// What an owner has of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Raised by every change of its hours or of one of its years.
    pub version: i32,
    /// Weeks in order of time; none: the hours are inherited.
    pub hours: Vec<HoursPeriod>,
    /// What it changes in each year.
    pub years: BTreeMap<i32, OwnYear>,
}

/// What an owner has of its own in a year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnYear {
    /// Raised by every change.
    pub version: i32,
    /// Whether it was written where nothing was inherited, and so loads the year. Changes alone load none: without what
    /// they change they would be a guess.
    pub is_whole: bool,
    /// The changes.
    pub changes: Changes,
}

impl OwnYear {
    /// Whether it says nothing but what is inherited.
    pub fn is_empty(&self) -> bool {
        !self.is_whole && self.changes.marks.is_empty()
    }
}

impl Own {
    /// Whether everything is inherited.
    pub fn is_empty(&self) -> bool {
        self.hours.is_empty() && self.years.values().all(OwnYear::is_empty)
    }
}

/// A calendar that is in force for an agency.
#[derive(Clone, Copy, Debug)]
pub struct InForce<'a> {
    /// Whose it is.
    pub owner: Owner,
    /// Its version.
    pub version: i32,
    /// The calendar.
    pub calendar: &'a Calendar,
}

/// Calendars that differ from each other; owners with equal ones share one.
#[derive(Clone, Debug)]
struct Shared {
    tables: Vec<YearTable>,
    hours: Vec<HoursPeriod>,
    /// Made when it is first used: a calendar takes some 50 kB.
    prepared: OnceLock<Arc<Calendar>>,
}

/// What agencies are told by their calendar, where it is not what most are told.
pub type Told<T> = (Vec<AgencyId>, T);

/// The calendars of all agencies at one version.
#[derive(Clone, Debug)]
pub struct Calendars {
    version: i64,
    parents: HashMap<AgencyId, Option<AgencyId>>,
    own: HashMap<Owner, Own>,
    shared: Vec<Shared>,
    /// Which of them each owner has. The country's is the first.
    of_owner: HashMap<Owner, usize>,
    /// Which of them is in force for each agency.
    of_agency: ById<usize>,
}

impl Calendars {
    /// Builds them. `parents` has every agency with the one above it.
    pub fn new(
        version: i64,
        parents: HashMap<AgencyId, Option<AgencyId>>,
        mut own: HashMap<Owner, Own>,
    ) -> Self {
        own.entry(None).or_default();
        let (shared, of_owner, of_agency) = (vec![], HashMap::new(), ById::default());
        let mut calendars = Self { version, parents, own, shared, of_owner, of_agency };
        calendars.share();
        let nearest = |agency: &AgencyId| (*agency, calendars.nearest(Some(*agency)).1);
        calendars.of_agency = calendars.parents.keys().map(nearest).collect();
        calendars
    }

    /// Finds the calendar of each owner, the country's first.
    fn share(&mut self) {
        let mut owners: Vec<Owner> = self.own.keys().copied().collect();
        owners.sort_unstable();
        for owner in owners.into_iter().filter(|owner| owner.is_none() || !self.own[owner].is_empty()) {
            let (tables, hours) = (self.tables(owner), self.hours(owner).1.to_vec());
            let equal = self.shared.iter().position(|known| known.tables == tables && known.hours == hours);
            let number = equal.unwrap_or_else(|| {
                self.shared.push(Shared { tables, hours, prepared: OnceLock::new() });
                self.shared.len() - 1
            });
            self.of_owner.insert(owner, number);
        }
    }

    /// The same calendars with another one of an owner.
    #[must_use]
    pub fn with(&self, owner: Owner, own: Own) -> Self {
        let mut all = self.own.clone();
        all.insert(owner, own);
        Self::new(self.version, self.parents.clone(), all)
    }

    /// The version of the reference data that they were built from.
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// An owner and those above it, up to the country.
    fn upwards(&self, owner: Owner) -> impl Iterator<Item = Owner> + '_ {
        let above = move |agency: &AgencyId| self.parents.get(agency).copied().flatten();
        // The tree has no cycle; should the database hold one, the walk ends all the same.
        let agencies = std::iter::successors(owner, above).take(self.parents.len() + 1);
        agencies.map(Some).chain([None])
    }

    /// The owner directly above; none above the country.
    fn above(&self, owner: Owner) -> Option<Owner> {
        owner.map(|agency| self.parents.get(&agency).copied().flatten())
    }

    /// What an owner has of its own.
    pub fn own(&self, owner: Owner) -> Option<&Own> {
        self.own.get(&owner)
    }

    /// The calendar in force for an agency: of the nearest owner that has anything of its own.
    pub fn in_force(&self, owner: Owner) -> InForce<'_> {
        let (owner, number) = self.nearest(owner);
        let version = self.own.get(&owner).map_or(0, |own| own.version);
        InForce { owner, version, calendar: self.prepared(number) }
    }

    /// The calendar of an agency; the country's for one recorded after these were read.
    pub fn of(&self, agency: AgencyId) -> &Calendar {
        self.prepared(self.of_agency.get(&agency).copied().unwrap_or(0))
    }

    /// The nearest owner that has a calendar, and the number of that. The country always has one.
    fn nearest(&self, owner: Owner) -> (Owner, usize) {
        let found = self.upwards(owner).find_map(|o| self.of_owner.get(&o).map(|number| (o, *number)));
        found.unwrap_or((None, 0))
    }

    fn prepared(&self, number: usize) -> &Calendar {
        let shared = &self.shared[number];
        shared.prepared.get_or_init(|| Arc::new(Calendar::new(&shared.tables, &shared.hours)))
    }

    /// The weeks in force for an owner and whose they are; none where the usual hours hold everywhere.
    pub fn hours(&self, owner: Owner) -> (Owner, &[HoursPeriod]) {
        let has_own = |o: Owner| self.own.get(&o).filter(|own| !own.hours.is_empty()).map(|own| (o, own));
        self.upwards(owner).find_map(has_own).map_or((None, &[]), |(o, own)| (o, &own.hours))
    }

    /// The weeks in force for an owner, with the usual week written out.
    pub fn hours_or_usual(&self, owner: Owner) -> Vec<HoursPeriod> {
        let (_, hours) = self.hours(owner);
        if hours.is_empty() {
            return vec![HoursPeriod { valid_from: ALWAYS, week: Week::default() }];
        }
        hours.to_vec()
    }

    /// The years that are loaded for an owner.
    pub fn years(&self, owner: Owner) -> BTreeSet<i32> {
        let owns = self.upwards(owner).filter_map(|o| self.own.get(&o));
        let whole = owns.flat_map(|own| own.years.iter().filter(|(_, year)| year.is_whole));
        whole.map(|(year, _)| *year).collect()
    }

    /// The table of a year that is in force for an owner; `None` when nobody has loaded it.
    pub fn table(&self, owner: Owner, year: i32) -> Option<YearTable> {
        let mut owners: Vec<Owner> = self.upwards(owner).collect();
        owners.reverse();
        let own = owners.into_iter().filter_map(|o| self.own.get(&o)?.years.get(&year));
        own.fold(None, |table: Option<YearTable>, own| match table {
            Some(table) => Some(table.with(&own.changes)),
            None if own.is_whole => Some(YearTable { year, ..YearTable::default() }.with(&own.changes)),
            None => None,
        })
    }

    /// The table that an owner would have without its own changes.
    pub fn inherited_table(&self, owner: Owner, year: i32) -> Option<YearTable> {
        self.table(self.above(owner)?, year)
    }

    /// Whose table of a year an owner has: its own, or that of the nearest above that has one.
    pub fn table_owner(&self, owner: Owner, year: i32) -> Owner {
        let has_own = |o: &Owner| {
            let own = self.own.get(o).and_then(|own| own.years.get(&year));
            own.is_some_and(|own| !own.is_empty())
        };
        self.upwards(owner).find(has_own).flatten()
    }

    fn tables(&self, owner: Owner) -> Vec<YearTable> {
        self.years(owner).into_iter().filter_map(|year| self.table(owner, year)).collect()
    }

    /// The agencies that an owner's calendar may reach: itself and everything below; all for the country.
    pub fn below(&self, owner: Owner) -> BTreeSet<AgencyId> {
        let agencies = self.parents.keys().copied();
        agencies.filter(|agency| owner.is_none() || self.upwards(Some(*agency)).any(|o| o == owner)).collect()
    }

    /// What each calendar tells: for most agencies, and for those whose calendar says otherwise.
    pub fn told_by<T: Ord>(&self, tells: impl Fn(&Calendar) -> T) -> (T, Vec<Told<T>>) {
        let usual = tells(self.prepared(0));
        let mut others: BTreeMap<T, Vec<AgencyId>> = BTreeMap::new();
        for number in 1..self.shared.len() {
            let told = tells(self.prepared(number));
            if told != usual {
                let has_it = |agency: &AgencyId| self.of_agency.get(agency) == Some(&number);
                others.entry(told).or_default().extend(self.parents.keys().copied().filter(has_it));
            }
        }
        (usual, others.into_iter().map(|(told, agencies)| (agencies, told)).collect())
    }
}

#[cfg(test)]
mod tests;
