//! What the checks found, as counts.

use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree};
use crate::domain::local_time::{Day, Instant};
use crate::domain::period::Period;
use crate::domain::quality::Threshold;
use crate::domain::vocabulary::{QualityCheck, QualitySpan, ThresholdUnit};
use crate::features::as_of::AsOf;
use crate::http::etag::Tag;
use serde::Serialize;
use utoipa::ToSchema;

/// What the checks found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityChecks)]
pub struct ChecksBody {
    /// The instant as of which it was counted.
    pub as_of: Instant,
    /// First local day of the period.
    #[schema(value_type = NaiveDate, example = "2022-01-17")]
    pub from: Day,
    /// Last local day of the period.
    #[schema(value_type = NaiveDate, example = "2022-02-15")]
    pub to: Day,
    /// Code of the agency; null: of all that the key sees, or of several that it was given for.
    #[schema(example = "H51.29")]
    pub agency: Option<String>,
    /// The checks, always all of them and in the same order.
    pub items: Vec<CheckBody>,
}

/// What a check found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityCheckCount)]
pub struct CheckBody {
    /// The check.
    pub check: QualityCheck,
    /// Its name, in the language of the answer.
    #[schema(example = "Overdue without an apology")]
    pub name: &'static str,
    /// What it finds, in the language of the answer.
    #[schema(example = "Open, overdue, and nobody apologised.")]
    pub explanation: &'static str,
    /// The text that it rests on; null: none says it.
    #[schema(example = "NĐ 61/2018/NĐ-CP Đ.19(9)")]
    pub law: Option<&'static str>,
    /// From when on it finds something; null: there is no more or less of it.
    pub threshold: Option<ThresholdBody>,
    /// What `from` and `to` bound; null: nothing, for it judges how all dossiers stand.
    pub bounded_by: Option<QualitySpan>,
    /// In how many dossiers it found something.
    #[schema(example = 6)]
    pub count: i64,
    /// The same for each agency that decides any of them, the most first.
    pub by_agency: Vec<AgencyCount>,
    /// Where these dossiers are: as many as `count`.
    #[schema(
        example = "/v1/quality-checks/overdue_without_apology?from=2022-01-17&to=2022-02-15&agency=H51.29"
    )]
    pub list: String,
}

/// From when on a check finds something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityThreshold)]
pub struct ThresholdBody {
    /// More than so many; of percent so many or more.
    #[schema(example = 3)]
    pub value: i64,
    /// Of what.
    pub unit: ThresholdUnit,
    /// Of percent: how many dossiers it must be at least; null otherwise.
    #[schema(example = 10)]
    pub least: Option<i64>,
}

/// What a check found among the dossiers of an agency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityAgencyCount)]
pub struct AgencyCount {
    /// The agency that decides.
    pub agency: FoundAgency,
    /// How many dossiers.
    #[schema(example = 4)]
    pub count: i64,
}

/// An agency with its name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityAgency)]
pub struct FoundAgency {
    /// Its main code.
    #[schema(example = "H51.29.05")]
    pub code: String,
    /// Its name.
    #[schema(example = "Phòng Tư pháp")]
    pub name: String,
}

/// A check, and how many dossiers of each agency it found.
pub type Counted = (QualityCheck, Vec<(AgencyId, i64)>);

/// What of a text in Vietnamese and in English is said.
pub type Said = fn((&'static str, &'static str)) -> &'static str;

impl ChecksBody {
    /// Shows what was found.
    pub fn new(
        counted: Vec<Counted>,
        (period, as_of): (Period, &AsOf),
        (agency, tree): (Option<&Agency>, &AgencyTree),
        said: Said,
    ) -> Self {
        let Period { from, to } = period;
        let agency = agency.map(|agency| agency.code.clone());
        let mut query = format!("from={from}&to={to}");
        query.extend(agency.as_ref().map(|code| format!("&agency={code}")));
        query.extend(as_of.known.map(|at| format!("&as_of={}", at.in_address())));
        let today = as_of.now.local_date();
        let item = |(check, found): Counted| CheckBody {
            check,
            name: said(check.labels()),
            explanation: said(check.explanations()),
            law: check.law(today),
            threshold: check.threshold(today).map(ThresholdBody::new),
            bounded_by: check.span(),
            count: found.iter().map(|(_, count)| count).sum(),
            by_agency: by_agency(found, tree),
            list: format!("/v1/quality-checks/{check}?{query}"),
        };
        let items = counted.into_iter().map(item).collect();
        Self { as_of: as_of.now, from: from.into(), to: to.into(), agency, items }
    }

    /// Its tag: it changes when what it says does, and not with the instant as of which it is counted.
    pub fn tag(&self) -> Tag {
        Tag::of_stream(format!("{:?} {:?} {:?} {:?}", self.agency, self.from, self.to, self.items).as_bytes())
    }
}

fn by_agency(found: Vec<(AgencyId, i64)>, tree: &AgencyTree) -> Vec<AgencyCount> {
    let agency = |(id, count)| {
        let name = tree.get(id).map(|agency| agency.name.clone()).unwrap_or_default();
        AgencyCount { agency: FoundAgency { code: tree.code(id).to_owned(), name }, count }
    };
    let mut counts: Vec<AgencyCount> = found.into_iter().map(agency).collect();
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.agency.code.cmp(&b.agency.code)));
    counts
}

impl ThresholdBody {
    const fn new(Threshold { value, unit, least }: Threshold) -> Self {
        Self { value, unit, least }
    }
}
