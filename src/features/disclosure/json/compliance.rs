//! Compliance by agency, and the procedures behind its numbers.

use super::counted::counted;
use super::period;
use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree};
use crate::domain::local_time::{Day, Instant};
use crate::domain::period::Period;
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::DisclosureState;
use crate::features::auth::Principal;
use crate::features::disclosure::assess::{Counts, Item};
use crate::http::export::ListRow;
use crate::http::input::Several;
use crate::http::list::paged;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

counted! {
    /// How an agency discloses what it is to disclose, with the agencies below it where that is asked for. The states sum to `in_force`.
    ComplianceBody as Compliance {
        /// The agency.
        agency: ComplianceAgency,
    } {
        /// Where the procedures are that are not current.
        #[schema(example = "/v1/compliance/violations?agency=H51.29.05&below=false")]
        violations: String,
    }
}

/// An agency by code and name.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComplianceAgency {
    /// Main code.
    #[schema(example = "H51.29.05")]
    pub code: String,
    /// Name.
    #[schema(example = "Phòng Tư pháp")]
    pub name: String,
}

impl ListRow for ComplianceBody {}

impl ComplianceBody {
    /// Shows how an agency discloses, and where what is behind it is with the parameters that were asked for.
    pub fn new(agency: &Agency, counts: &Counts, asked: &ComplianceFilter) -> Self {
        let own = if asked.with_below() { "" } else { "&below=false" };
        let of = format!("/v1/compliance/violations?agency={}{own}", agency.code);
        let day = |name: &str, day: Option<Day>| day.map(|day| format!("&{name}={}", day.date()));
        let at = asked.as_of.map(|at| format!("&as_of={}", at.in_address()));
        let more = [day("from", asked.from), day("to", asked.to), at];
        let violations = more.into_iter().flatten().fold(of, |path, part| path + &part);
        let agency = ComplianceAgency { code: agency.code.clone(), name: agency.name.clone() };
        Self::counted(agency, counts, violations)
    }
}

paged! {
    /// Filters of compliance.
    ComplianceFilter {
        /// These agencies and those below them; comma-separated. All that the key sees when not given.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
        pub agency: Option<Several<String>>,
        /// `true`: each agency with those below it, the numbers of all of them added up.
        pub below: Option<bool>,
        /// First day of the period in which a late disclosure counts; the first of the year of `to` when not given.
        #[param(example = "2022-01-01")]
        pub from: Option<Day>,
        /// Last day of the period, as of which everything is judged; today when not given.
        #[param(example = "2022-02-15")]
        pub to: Option<Day>,
        /// Answers as it was answered at this instant, now or earlier. A page goes on with the same `as_of`.
        pub as_of: Option<Instant>,
    }
}

impl ComplianceFilter {
    /// The agencies that are meant: of those the caller sees, those in force on the last day, by code.
    pub fn agencies(&mut self, caller: &Principal, period: Period) -> Result<Vec<AgencyId>, Refusal> {
        agencies(self.agency.take(), true, caller, period)
    }

    /// Whether the numbers of an agency are with those below it.
    pub fn with_below(&self) -> bool {
        self.below == Some(true)
    }

    /// The period that is asked for.
    pub fn period(&self, today: NaiveDate) -> Result<Period, Refusal> {
        period(self.from, self.to, today)
    }
}

paged! {
    /// Filters of the procedures that agencies do not disclose as they must.
    ViolationFilter {
        /// These agencies and those below them; comma-separated. All that the key sees when not given.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
        pub agency: Option<Several<String>>,
        /// `false`: without those below them.
        pub below: Option<bool>,
        /// In these states; all but `current` and `pending` when not given.
        #[param(value_type = Option<Vec<DisclosureState>>, style = Form, explode = false, min_items = 1, max_items = 7)]
        pub state: Option<Several<DisclosureState>>,
        /// First day of the period in which a late disclosure counts; the first of the year of `to` when not given.
        #[param(example = "2022-01-01")]
        pub from: Option<Day>,
        /// Last day of the period, as of which everything is judged; today when not given.
        #[param(example = "2022-02-15")]
        pub to: Option<Day>,
        /// Answers as it was answered at this instant, now or earlier. A page goes on with the same `as_of`.
        pub as_of: Option<Instant>,
    }
}

impl ViolationFilter {
    /// The agencies that are meant, by code.
    pub fn agencies(&mut self, caller: &Principal, period: Period) -> Result<Vec<AgencyId>, Refusal> {
        agencies(self.agency.take(), self.below.unwrap_or(true), caller, period)
    }

    /// The period that is asked for.
    pub fn period(&self, today: NaiveDate) -> Result<Period, Refusal> {
        period(self.from, self.to, today)
    }

    /// Whether a procedure is wanted.
    pub fn fits(&self, item: &Item<'_>) -> bool {
        let is_wrong = !matches!(item.state, DisclosureState::Current | DisclosureState::Pending);
        item.is_assigned && self.state.as_ref().map_or(is_wrong, |wanted| wanted.0.contains(&item.state))
    }
}

/// Of the agencies that the caller sees and that are in force on the last day of a period, those that are named, by code.
pub fn agencies(
    named: Option<Several<String>>,
    with_below: bool,
    caller: &Principal,
    period: Period,
) -> Result<Vec<AgencyId>, Refusal> {
    let meant =
        |tree: &AgencyTree, agency| if with_below { tree.subtree(agency) } else { BTreeSet::from([agency]) };
    let named = caller.agencies_named("agency", named, meant)?;
    let fits = |agency: &&Agency| {
        caller.visible.contains(agency.id)
            && named.as_ref().is_none_or(|ids| ids.contains(&agency.id))
            && agency.validity.contains(period.to)
    };
    Ok(caller.tree.all().into_iter().filter(fits).map(|agency| agency.id).collect())
}
