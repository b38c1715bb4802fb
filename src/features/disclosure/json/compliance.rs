//! Compliance by agency, and the procedures behind its numbers.

use super::period;
use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree};
use crate::domain::deadline::text::decimal;
use crate::domain::disclosure::points;
use crate::domain::local_time::{Day, Instant};
use crate::domain::period::Period;
use crate::domain::refusal::Refusal;
use crate::domain::share::Share;
use crate::domain::vocabulary::DisclosureState;
use crate::features::auth::Principal;
use crate::features::disclosure::assess::{Counts, Item};
use crate::http::export::ListRow;
use crate::http::format::Format;
use crate::http::input::Several;
use crate::http::list::listed;
use crate::http::page::Count;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};

/// How an agency discloses what it is to disclose, without the agencies below it. The states sum to `in_force`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Compliance)]
pub struct ComplianceBody {
    /// The agency.
    pub agency: ComplianceAgency,
    /// Procedures in force that it is to disclose.
    #[schema(example = 42)]
    pub in_force: i64,
    /// Disclosed as they are in force, whole, in time and looked at since.
    #[schema(example = 30)]
    pub current: i64,
    /// Not disclosed yet, within the limit.
    #[schema(example = 1)]
    pub pending: i64,
    /// Disclosed in the period, after the limit.
    #[schema(example = 2)]
    pub late: i64,
    /// Not disclosed, after the limit.
    #[schema(example = 4)]
    pub missing: i64,
    /// Disclosed in an older version, after the limit of the one in force.
    #[schema(example = 2)]
    pub outdated: i64,
    /// Disclosed without a part that they must have.
    #[schema(example = 1)]
    pub incomplete: i64,
    /// Disclosed, and not verified for too long.
    #[schema(example = 2)]
    pub stale: i64,
    /// `current` of `in_force`, a decimal; null when nothing is in force.
    #[schema(example = "0.7143")]
    pub score: Option<String>,
    /// Metrics of the national index.
    pub metrics: ComplianceMetrics,
    /// Where the procedures are that are not current.
    #[schema(example = "/v1/compliance/violations?agency=H51.29.05&below=false")]
    pub violations: String,
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

/// Metrics of group 1 of the index of QĐ 766/QĐ-TTg that disclosure tells.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComplianceMetrics {
    /// 1.2, disclosed in time: of the procedures disclosed in the period or to be disclosed in it; null when there are none.
    #[serde(rename = "1.2")]
    pub disclosed_in_time: Option<IndexMetric>,
    /// 1.3, disclosed whole: with all seven parts, of the procedures that are disclosed; null when none is.
    #[serde(rename = "1.3")]
    pub disclosed_whole: Option<IndexMetric>,
}

/// A metric of the index.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndexMetric {
    /// How many are meant.
    #[schema(example = 30)]
    pub numerator: i64,
    /// Of how many.
    #[schema(example = 36)]
    pub denominator: i64,
    /// Points, a decimal.
    #[schema(example = "3.33")]
    pub score: String,
}

impl IndexMetric {
    fn new(share: Share, most: i64) -> Option<Self> {
        let score = decimal(points(share, most)?);
        Some(Self { numerator: share.numerator, denominator: share.denominator, score })
    }
}

impl ListRow for ComplianceBody {}

/// The most points of the metrics 1.2 and 1.3.
const MOST_IN_TIME: i64 = 4;
const MOST_WHOLE: i64 = 2;

impl ComplianceBody {
    /// Shows how an agency discloses.
    pub fn new(agency: &Agency, counts: &Counts) -> Self {
        use DisclosureState as S;
        Self {
            agency: ComplianceAgency { code: agency.code.clone(), name: agency.name.clone() },
            in_force: counts.in_force(),
            current: counts.count(S::Current),
            pending: counts.count(S::Pending),
            late: counts.count(S::Late),
            missing: counts.count(S::Missing),
            outdated: counts.count(S::Outdated),
            incomplete: counts.count(S::Incomplete),
            stale: counts.count(S::Stale),
            score: counts.score().decimal(),
            metrics: ComplianceMetrics {
                disclosed_in_time: IndexMetric::new(counts.in_time, MOST_IN_TIME),
                disclosed_whole: IndexMetric::new(counts.whole, MOST_WHOLE),
            },
            violations: format!("/v1/compliance/violations?agency={}&below=false", agency.code),
        }
    }
}

/// Filters of compliance.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ComplianceFilter {
    /// These agencies and those below them; comma-separated. All that the key sees when not given.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
    pub agency: Option<Several<String>>,
    /// First day of the period in which a late disclosure counts; the first of the year of `to` when not given.
    #[param(example = "2022-01-01")]
    pub from: Option<Day>,
    /// Last day of the period, as of which everything is judged; today when not given.
    #[param(example = "2022-02-15")]
    pub to: Option<Day>,
    /// Answers as it was answered at this instant, now or earlier. A page goes on with the same `as_of`.
    pub as_of: Option<Instant>,
    /// Format; by the `Accept` header when not given. All but `json` give the whole list.
    #[param(inline)]
    pub format: Option<Format>,
    /// Items of a page, 1 to 200; 50 when not given. With another format than `json`: gives that page only.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// `exact` adds `total`.
    #[param(inline)]
    pub count: Option<Count>,
}

listed!(ComplianceFilter);

impl ComplianceFilter {
    /// The agencies that are meant: of those the caller sees, those in force on the last day, by code.
    pub fn agencies(&mut self, caller: &Principal, period: Period) -> Result<Vec<AgencyId>, Refusal> {
        agencies(self.agency.take(), true, caller, period)
    }

    /// The period that is asked for.
    pub fn period(&self, today: NaiveDate) -> Result<Period, Refusal> {
        period(self.from, self.to, today)
    }
}

/// Filters of the procedures that agencies do not disclose as they must.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ViolationFilter {
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
    /// Format; by the `Accept` header when not given. All but `json` give the whole list.
    #[param(inline)]
    pub format: Option<Format>,
    /// Items of a page, 1 to 200; 50 when not given. With another format than `json`: gives that page only.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// `exact` adds `total`.
    #[param(inline)]
    pub count: Option<Count>,
}

listed!(ViolationFilter);

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
fn agencies(
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
