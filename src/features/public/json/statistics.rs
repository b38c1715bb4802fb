//! The statistics of an agency for the public, and what they can be asked for.

use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree};
use crate::domain::deadline::text::decimal;
use crate::domain::local_time::Day;
use crate::domain::period::Period;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::share::Share;
use crate::features::procedures::names::Names;
use crate::features::standing::queries::{Ended, Took};
use crate::http::export::ListRow;
use crate::http::input::Several;
use crate::http::list::paged;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use utoipa::ToSchema;

/// The statistics of an agency. Shares are of the dossiers that were judged: those with a deadline.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgencyStatistics)]
pub struct StatisticsBody {
    /// Main code of the agency that decides.
    #[schema(example = "H51.29.05")]
    pub code: String,
    /// Its name.
    #[schema(example = "Phòng Tư pháp")]
    pub name: String,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    /// Dossiers that were received in the period.
    #[schema(example = 120)]
    pub received: i64,
    /// Dossiers whose handling ended in the period, by a result or otherwise: the sum of the four that follow.
    #[schema(example = 100)]
    pub resolved: i64,
    /// Of these, those that ended early.
    #[schema(example = 60)]
    pub early: i64,
    /// Those that ended on time.
    #[schema(example = 30)]
    pub on_time: i64,
    /// Those that ended late.
    #[schema(example = 9)]
    pub late: i64,
    /// Those that had no deadline.
    #[schema(example = 1)]
    pub no_deadline: i64,
    /// Share of the early ones, a decimal; null when none was judged.
    #[schema(example = "0.61")]
    pub early_share: Option<String>,
    /// Share of those on time.
    #[schema(example = "0.3")]
    pub on_time_share: Option<String>,
    /// Share of the late ones.
    #[schema(example = "0.09")]
    pub late_share: Option<String>,
    /// How long they took, for each procedure, by code.
    pub procedures: Vec<ProcedureTime>,
}

/// How long dossiers of a procedure took from receipt to end, in real days: of 24 hours, with rest days and stops.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureTime {
    /// Code of the procedure.
    #[schema(example = "1.004873")]
    pub code: String,
    /// Its name.
    #[schema(example = "Cấp Giấy xác nhận tình trạng hôn nhân")]
    pub name: String,
    /// Dossiers whose handling ended in the period, without those that were never received.
    #[schema(example = 25)]
    pub resolved: i64,
    /// Half of them took at most so many days, a decimal.
    #[schema(example = "2.13")]
    pub p50_days: String,
    /// Nine of ten took at most so many days.
    #[schema(example = "4.5")]
    pub p90_days: String,
}

impl ListRow for StatisticsBody {}

/// What was counted for all agencies that were asked for.
#[derive(Debug)]
pub struct Found {
    received: HashMap<AgencyId, i64>,
    ended: HashMap<AgencyId, Ended>,
    took: HashMap<AgencyId, Vec<Took>>,
}

impl Found {
    /// Sorts it by agency.
    pub fn new(received: Vec<(AgencyId, i64)>, ended: Vec<Ended>, all: Vec<Took>) -> Self {
        let mut took: HashMap<AgencyId, Vec<Took>> = HashMap::new();
        for row in all {
            took.entry(row.agency_id).or_default().push(row);
        }
        let ended = ended.into_iter().map(|row| (row.agency_id, row)).collect();
        Self { received: received.into_iter().collect(), ended, took }
    }

    /// The agencies that have any dossiers.
    pub fn agencies(&self) -> impl Iterator<Item = AgencyId> + '_ {
        self.received.keys().chain(self.ended.keys()).copied()
    }

    /// The procedure versions whose names are shown.
    pub fn versions(&self) -> impl Iterator<Item = i32> + '_ {
        self.took.values().flatten().map(|took| took.version_id)
    }
}

impl StatisticsBody {
    /// Shows what was found of an agency.
    pub fn new(agency: &Agency, period: Period, found: &Found, names: &Names) -> Self {
        let ended = found.ended.get(&agency.id).copied();
        let count = |of: fn(&Ended) -> i64| ended.as_ref().map_or(0, of);
        let [early, on_time, late] = [count(|e| e.early), count(|e| e.on_time), count(|e| e.late)];
        let share = |numerator| Share { numerator, denominator: early + on_time + late }.decimal();
        let took = found.took.get(&agency.id).into_iter().flatten();
        Self {
            code: agency.code.clone(),
            name: agency.name.clone(),
            from: period.from,
            to: period.to,
            received: found.received.get(&agency.id).copied().unwrap_or(0),
            resolved: count(|e| e.resolved),
            early,
            on_time,
            late,
            no_deadline: count(|e| e.no_deadline),
            early_share: share(early),
            on_time_share: share(on_time),
            late_share: share(late),
            procedures: took.map(|took| ProcedureTime::new(took, names)).collect(),
        }
    }
}

impl ProcedureTime {
    fn new(took: &Took, names: &Names) -> Self {
        Self {
            code: took.procedure_code.clone(),
            name: names.of(took.version_id).name.clone(),
            resolved: took.resolved,
            p50_days: decimal(took.p50),
            p90_days: decimal(took.p90),
        }
    }
}

paged! {
    /// What statistics can be asked for. Days are local and inclusive.
    StatisticsFilter {
        /// First day of the period; 29 days before `to` when not given. A period has at most 366 days.
        #[param(example = "2022-01-17")]
        pub from: Option<Day>,
        /// Last day of the period; today when not given.
        #[param(example = "2022-02-15")]
        pub to: Option<Day>,
        /// These agencies and those below them; comma-separated. All when not given.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
        pub agency: Option<Several<String>>,
    }
}

impl StatisticsFilter {
    /// The period that is asked for.
    pub fn period(&self, today: NaiveDate) -> Result<Period, Refusal> {
        Period::recent(self.from.map(Day::date), self.to.map(Day::date), today)
    }

    /// The agencies that are asked for, by code.
    pub fn agencies(&self, tree: &AgencyTree) -> Result<Vec<AgencyId>, Refusal> {
        let mut named: Option<BTreeSet<AgencyId>> = None;
        for code in self.agency.iter().flat_map(|codes| &codes.0) {
            let unknown = || Refusal::parameter("agency", Rule::UnknownAgency, "no agency has this code");
            let agency = tree.find(code).ok_or_else(unknown)?;
            named.get_or_insert_default().extend(tree.subtree(agency.id));
        }
        let all = tree.all().into_iter().map(|agency| agency.id);
        Ok(all.filter(|id| named.as_ref().is_none_or(|ids| ids.contains(id))).collect())
    }
}
