//! The agency tree as it is kept in memory: who is below whom, who watches whom, which codes find whom.
//!
//! Built by `features/agencies/queries`. What a caller may see is decided here ([`AgencyTree::visible`]) and
//! nowhere else.

use super::vocabulary::Level;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use utoipa::ToSchema;

/// Internal number of an agency.
pub type AgencyId = i32;

/// Something for each internal number. Those are our own, so the hash need not withstand chosen ones: a page looks up hundreds.
pub type ById<T> = HashMap<i32, T, foldhash::fast::RandomState>;

/// A span of local days: from the first day, up to and without `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First day.
    pub from: NaiveDate,
    /// First day after it; `None` while it lasts.
    pub to: Option<NaiveDate>,
}

impl Validity {
    /// Whether `day` is in the span.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }

    /// Whether any day from `first` through `last` is in the span.
    pub fn overlaps(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.from <= last && self.to.is_none_or(|to| first < to)
    }
}

/// An agency that watches another from outside the line of command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The agency that watches.
    pub monitor: AgencyId,
    /// When.
    pub validity: Validity,
}

/// The officer of an agency to whom reminders go (cán bộ đầu mối).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FocalOfficer {
    /// Name, at most 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Trần Thị Bình")]
    pub name: String,
    /// Title, at most 200 characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, example = "Công chức đầu mối")]
    pub title: Option<String>,
    /// Unit, at most 200 characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, example = "Văn phòng")]
    pub unit: Option<String>,
}

/// An agency (cơ quan, đơn vị).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    /// Internal number.
    pub id: AgencyId,
    /// Main code.
    pub code: String,
    /// Further codes, old and new, in order.
    pub codes: Vec<String>,
    /// Official name.
    pub name: String,
    /// Level.
    pub level: Level,
    /// The agency directly above.
    pub parent: Option<AgencyId>,
    /// When it is in force.
    pub validity: Validity,
    /// Who took over its work.
    pub successors: Vec<AgencyId>,
    /// Who watches it.
    pub watches: Vec<Watch>,
    /// Its officer for reminders.
    pub focal_officer: Option<FocalOfficer>,
    /// Raised by every change.
    pub version: i32,
}

/// All agencies, at one version of the reference data.
#[derive(Clone, Debug, Default)]
pub struct AgencyTree {
    version: i64,
    by_id: ById<Agency>,
    by_code: HashMap<String, AgencyId>,
    children: HashMap<AgencyId, Vec<AgencyId>>,
}

impl AgencyTree {
    /// Builds the tree.
    pub fn new(version: i64, agencies: Vec<Agency>) -> Self {
        let mut tree = Self { version, ..Self::default() };
        for agency in agencies {
            for code in agency.codes.iter().chain([&agency.code]) {
                tree.by_code.insert(code.clone(), agency.id);
            }
            if let Some(parent) = agency.parent {
                tree.children.entry(parent).or_default().push(agency.id);
            }
            tree.by_id.insert(agency.id, agency);
        }
        tree
    }

    /// The version of the reference data it was built from.
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// The agency that any of its codes finds.
    pub fn find(&self, code: &str) -> Option<&Agency> {
        self.by_code.get(code).and_then(|id| self.by_id.get(id))
    }

    /// The agency with an internal number.
    pub fn get(&self, id: AgencyId) -> Option<&Agency> {
        self.by_id.get(&id)
    }

    /// Main code of an agency; empty for one recorded after this tree was built.
    pub fn code(&self, id: AgencyId) -> &str {
        self.get(id).map_or("", |agency| &agency.code)
    }

    /// Every agency, by main code.
    pub fn all(&self) -> Vec<&Agency> {
        let mut all: Vec<&Agency> = self.by_id.values().collect();
        all.sort_by(|a, b| a.code.cmp(&b.code));
        all
    }

    /// An agency and everything below it.
    pub fn subtree(&self, root: AgencyId) -> BTreeSet<AgencyId> {
        let mut found = BTreeSet::new();
        let mut left = vec![root];
        while let Some(id) = left.pop() {
            if found.insert(id) {
                left.extend(self.children.get(&id).into_iter().flatten());
            }
        }
        found
    }

    /// What the holder of `roots` sees on a day: their subtrees, and the subtrees of the agencies these watch.
    pub fn visible(&self, roots: &[AgencyId], day: NaiveDate) -> BTreeSet<AgencyId> {
        let own: BTreeSet<AgencyId> = roots.iter().flat_map(|root| self.subtree(*root)).collect();
        let watched = self.by_id.values().filter(|agency| {
            agency.watches.iter().any(|w| own.contains(&w.monitor) && w.validity.contains(day))
        });
        let watched: BTreeSet<AgencyId> = watched.flat_map(|agency| self.subtree(agency.id)).collect();
        &own | &watched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn agency(id: AgencyId, code: &str, parent: Option<AgencyId>) -> Agency {
        Agency {
            id,
            code: code.into(),
            codes: vec![format!("old-{code}")],
            name: code.into(),
            level: Level::District,
            parent,
            validity: Validity { from: day("2020-01-01"), to: None },
            successors: vec![],
            watches: vec![],
            focal_officer: None,
            version: 1,
        }
    }

    fn tree() -> AgencyTree {
        let watch =
            Watch { monitor: 2, validity: Validity { from: day("2020-01-01"), to: Some(day("2022-01-01")) } };
        let branch = Agency { watches: vec![watch], ..agency(5, "land", Some(1)) };
        let agencies = vec![
            agency(1, "province", None),
            agency(2, "district", Some(1)),
            agency(3, "office", Some(2)),
            agency(4, "other", Some(1)),
            branch,
            agency(6, "desk", Some(5)),
        ];
        AgencyTree::new(1, agencies)
    }

    #[test]
    fn any_code_finds_it() {
        assert_eq!(tree().find("old-office").map(|a| a.id), Some(3));
        assert_eq!(tree().find("nowhere"), None);
    }

    #[test]
    fn a_root_sees_its_subtree_and_what_that_watches() {
        let sees = |root, on| tree().visible(&[root], day(on)).into_iter().collect::<Vec<_>>();
        assert_eq!(sees(2, "2021-12-31"), [2, 3, 5, 6]);
        assert_eq!(sees(2, "2022-01-01"), [2, 3], "the watch has ended");
        assert_eq!(sees(3, "2021-06-01"), [3], "an office does not inherit what its parent watches");
        assert_eq!(sees(1, "2021-06-01"), [1, 2, 3, 4, 5, 6]);
    }
}
