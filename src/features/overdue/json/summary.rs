//! What is open and what of it is overdue, in cells.

use super::narrowed::narrowed;
use super::overdue::working_days;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::domain::share::Share;
use crate::domain::vocabulary::SummaryBy;
use crate::features::auth::Principal;
use crate::features::dossiers::narrow::Asked;
use crate::features::overdue::queries::Filter;
use crate::features::overdue::queries::summary::Alike;
use crate::features::procedures::names::Names;
use crate::http::etag::Tag;
use crate::http::input::Several;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// What is open and what of it is overdue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverdueSummary)]
pub struct SummaryBody {
    /// The instant as of which it was counted.
    pub as_of: Instant,
    /// What the cells are of.
    pub by: SummaryBy,
    /// The cells, the most overdue dossiers first.
    pub items: Vec<CellBody>,
    /// All cells together.
    pub total: CountsBody,
}

/// A cell: an agency, a field, or a procedure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverdueCell)]
pub struct CellBody {
    /// Code of the agency or procedure, or the field.
    #[schema(example = "H51.29.05")]
    pub key: String,
    /// Its name; of a field, the field again.
    #[schema(example = "Phòng Tư pháp")]
    pub name: String,
    /// Open dossiers.
    #[schema(example = 40)]
    pub open: i64,
    /// Those of them that are overdue and fit the filters.
    #[schema(example = 6)]
    pub count: i64,
    /// `count` of `open`, a decimal; null when nothing is open.
    #[schema(example = "0.15")]
    pub share: Option<String>,
    /// The earliest due day of those that are overdue; null when there are none.
    pub oldest_due_on: Option<NaiveDate>,
    /// Their working days late, together, each by the calendar of the agency that decides; null when the calendar of a year is
    /// missing.
    #[schema(example = 41)]
    pub total_days_late: Option<i64>,
}

/// The counts of all cells together, the same as those of a cell.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = OverdueCounts)]
pub struct CountsBody {
    /// Open dossiers.
    #[schema(example = 40)]
    pub open: i64,
    /// Those of them that are overdue and fit the filters.
    #[schema(example = 6)]
    pub count: i64,
    /// `count` of `open`, a decimal; null when nothing is open.
    #[schema(example = "0.15")]
    pub share: Option<String>,
    /// The earliest due day of those that are overdue; null when there are none.
    pub oldest_due_on: Option<NaiveDate>,
    /// Their working days late, together, each by the calendar of the agency that decides; null when the calendar of a year is
    /// missing.
    #[schema(example = 41)]
    pub total_days_late: Option<i64>,
}

narrowed! {
    /// Filters of the summary: those of the overdue feed.
    SummaryFilter {
        /// What the cells are of; `agency`, the one that decides, when not given.
        #[param(inline)]
        pub by: Option<SummaryBy>,
    } {
        /// Counts as overdue `false`: those for which nobody apologised; `true`: the others.
        pub apologised: Option<bool>,
        /// Counts as overdue what is at least so many working days late.
        #[param(minimum = 0, maximum = 3660)]
        pub min_days_late: Option<i64>,
        /// Answers as it was answered at this instant, which must be past.
        pub as_of: Option<Instant>,
    }
}

impl SummaryFilter {
    /// What the cells are of, and the filter.
    pub fn read(mut self, caller: &Principal, now: Instant) -> Result<(SummaryBy, Filter), Refusal> {
        let min_days_late = self.min_days_late.map(|days| working_days("min_days_late", days)).transpose()?;
        let (narrow, apologised) = (self.narrowing().read(caller, now)?, self.apologised);
        let by = self.by.unwrap_or(SummaryBy::Agency);
        Ok((by, Filter { narrow, apologised, min_days_late, least_first: false }))
    }
}

/// How dossiers that are alike are put into cells.
pub struct Cells<'a> {
    /// What the cells are of.
    pub by: SummaryBy,
    /// The names of procedures.
    pub names: &'a Names,
    /// The agency tree.
    pub tree: &'a AgencyTree,
    /// The calendars that count days late.
    pub calendars: &'a Calendars,
}

impl Cells<'_> {
    fn of(&self, alike: &Alike) -> (String, String) {
        let agency = |id| {
            let name = self.tree.get(id).map(|agency| agency.name.clone());
            (self.tree.code(id).to_owned(), name.unwrap_or_default())
        };
        let procedure = self.names.of(alike.version);
        match self.by {
            SummaryBy::Agency => agency(alike.competent),
            SummaryBy::Holder => agency(alike.holder),
            SummaryBy::Procedure => (procedure.procedure_code.clone(), procedure.name.clone()),
            SummaryBy::Field => (procedure.field.clone(), procedure.field.clone()),
        }
    }
}

impl CountsBody {
    fn add_late(&mut self, alike: &Alike, calendars: &Calendars, today: NaiveDate) {
        self.count += alike.count;
        self.oldest_due_on = self.oldest_due_on.into_iter().chain(alike.due_on).min();
        let calendar = calendars.of(alike.competent);
        let days = alike.due_on.and_then(|due| calendar.working_days_between(due, today).ok());
        self.total_days_late = self.total_days_late.zip(days).map(|(sum, days)| sum + days * alike.count);
    }

    fn shared(mut self) -> Self {
        self.share = Share { numerator: self.count, denominator: self.open }.decimal();
        self
    }
}

impl SummaryBody {
    /// Puts what is open and what is overdue into cells, as of `now`.
    pub fn new(cells: &Cells<'_>, open: &[Alike], late: &[Alike], now: Instant) -> Self {
        let empty = || CountsBody { total_days_late: Some(0), ..CountsBody::default() };
        let (today, mut total) = (now.local_date(), empty());
        // The name of the first is taken for versions of a procedure that differ in it.
        let mut found: BTreeMap<String, (String, CountsBody)> = BTreeMap::new();
        for alike in open {
            let (key, name) = cells.of(alike);
            found.entry(key).or_insert_with(|| (name, empty())).1.open += alike.count;
            total.open += alike.count;
        }
        for alike in late {
            let (key, name) = cells.of(alike);
            let (_, counts) = found.entry(key).or_insert_with(|| (name, empty()));
            counts.add_late(alike, cells.calendars, today);
            total.add_late(alike, cells.calendars, today);
        }
        let cell = |(key, (name, counts)): (String, (String, CountsBody))| {
            let CountsBody { open, count, share, oldest_due_on, total_days_late } = counts.shared();
            CellBody { key, name, open, count, share, oldest_due_on, total_days_late }
        };
        let mut items: Vec<CellBody> = found.into_iter().map(cell).collect();
        items.sort_by_key(|cell| std::cmp::Reverse(cell.count));
        Self { as_of: now, by: cells.by, items, total: total.shared() }
    }

    /// Its tag: it changes when the counts do, and not with the instant at which they are counted.
    pub fn tag(&self) -> Tag {
        Tag::of_stream(format!("{} {:?} {:?}", self.by, self.items, self.total).as_bytes())
    }
}
