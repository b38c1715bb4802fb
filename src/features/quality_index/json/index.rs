//! The metrics of the index.

use crate::domain::agency_tree::Agency;
use crate::domain::index766::{IN_FORCE_FROM, LAW};
use crate::domain::local_time::{Day, Instant};
use crate::domain::period::Period;
use crate::domain::refusal::{Place, Refusal};
use crate::domain::report::{Frame, Took};
use crate::domain::share::Share;
use crate::domain::vocabulary::{Metric, NoScore};
use crate::features::as_of::AsOf;
use crate::features::auth::Principal;
use crate::features::disclosure::assess::Counts;
use crate::features::reports::queries::index766::ByIndex;
use crate::features::reports::queries::sums::Asked;
use crate::http::etag::Tag;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What the index is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IndexFilter {
    /// First local day of the period.
    #[param(example = "2022-01-01")]
    pub from: Day,
    /// Last local day of the period; at most 365 days after `from`. It may be still to come.
    #[param(example = "2022-01-31")]
    pub to: Day,
    /// Of this agency and those below it. Those that the key was given for when not given.
    #[param(example = "H51.29")]
    pub agency: Option<String>,
    /// As it was answered at this instant, now or earlier: what was recorded later is not known.
    pub as_of: Option<Instant>,
}

impl IndexFilter {
    /// The period and as of when, and the agencies.
    pub fn asked(&self, caller: &Principal, now: Instant) -> Result<Asked, Refusal> {
        let period = Period::begun(self.from.date(), self.to.date(), now.local_date())?;
        let agencies = caller.agencies_below(self.agency.as_deref(), &Place::Parameter("agency".into()))?;
        Ok(Asked { frame: Frame { period, now }, agencies })
    }
}

/// The index of a period: its metrics of groups 1 and 2, each with what it counts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityIndex)]
pub struct IndexBody {
    /// Code of the agency; null: of all that the key sees, or of several that it was given for.
    #[schema(example = "H51.29")]
    pub agency: Option<String>,
    /// First local day of the period.
    #[schema(value_type = NaiveDate, example = "2022-01-01")]
    pub from: Day,
    /// Last local day of the period.
    #[schema(value_type = NaiveDate, example = "2022-01-31")]
    pub to: Day,
    /// The instant as of which it is made.
    pub as_of: Instant,
    /// Whether the Decision was in force in the period, which it is from 2022-06-23 on. A period before is judged by the same choices.
    pub in_force: bool,
    /// The metrics, in the order of the Decision.
    pub items: Vec<MetricBody>,
}

/// A metric.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityMetric)]
pub struct MetricBody {
    /// Its number in the Decision.
    pub code: Metric,
    /// Its name.
    #[schema(example = "Tỷ lệ hồ sơ giải quyết đúng hạn")]
    pub name: String,
    /// How many are meant; of 2.2 the minutes that all took together. Null without data.
    #[schema(example = 93)]
    pub numerator: Option<i64>,
    /// Of how many. Null without data.
    #[schema(example = 100)]
    pub denominator: Option<i64>,
    /// Points: `max` times the share, to two decimals. Null: see `reason`.
    #[schema(example = "18.60")]
    pub score: Option<String>,
    /// Points that it has at most; null: it has none.
    #[schema(example = "20")]
    pub max: Option<String>,
    /// Of 2.2: the days of 24 hours that a dossier took on average, from receipt to end, without the time in which its clock stood still. Null
    /// without data, and of the others.
    #[schema(example = "2.75")]
    pub average_days: Option<String>,
    /// The Decision.
    #[schema(example = "QĐ 766/QĐ-TTg")]
    pub law: String,
    /// Where what it counts is: as many items as its denominator; of 2.2 the procedures.
    #[schema(example = "/v1/quality-index/2.1/items?from=2022-01-01&to=2022-01-31&agency=H51.29")]
    pub behind: String,
    /// Why it has no score; null: it has one.
    pub reason: Option<NoScore>,
}

/// What the metrics are made of.
#[derive(Clone, Copy)]
pub struct Measured<'a> {
    /// Group 1.
    pub openness: &'a Counts,
    /// Group 2.
    pub dossiers: &'a ByIndex,
}

impl Measured<'_> {
    /// What a metric counts; `None`: it is not known, or there is nothing.
    fn of(self, metric: Metric) -> Option<Share> {
        let share = match metric {
            Metric::Announced => self.openness.announced,
            Metric::Disclosed => self.openness.in_time,
            Metric::Whole => self.openness.whole,
            // What the national portal has is not told to the service.
            Metric::Synced => return None,
            Metric::OnTime => self.dossiers.on_time,
            Metric::Duration => {
                let Took { minutes, resolved } = self.dossiers.took_all();
                Share { numerator: minutes, denominator: resolved }
            }
        };
        Some(share).filter(|share| share.denominator > 0)
    }
}

impl MetricBody {
    fn new(metric: Metric, measured: Measured<'_>, query: &str) -> Self {
        let share = measured.of(metric);
        let score = share.and_then(|share| metric.score(share));
        let average = || measured.dossiers.took_all().average_days();
        let why = if share.is_some() { NoScore::NoPoints } else { NoScore::NoData };
        Self {
            code: metric,
            name: metric.name().to_owned(),
            numerator: share.map(|share| share.numerator),
            denominator: share.map(|share| share.denominator),
            reason: score.is_none().then_some(why),
            score,
            max: metric.points().map(|points| points.to_string()),
            average_days: if metric == Metric::Duration { average() } else { None },
            law: LAW.to_owned(),
            behind: format!("/v1/quality-index/{metric}/items?{query}"),
        }
    }
}

impl IndexBody {
    /// Shows the index of an agency, or of several.
    pub fn new(asked: &Asked, as_of: &AsOf, agency: Option<&Agency>, measured: Measured<'_>) -> Self {
        let Period { from, to } = asked.frame.period;
        let agency = agency.map(|agency| agency.code.clone());
        let mut query = format!("from={from}&to={to}");
        query.extend(agency.as_ref().map(|code| format!("&agency={code}")));
        query.extend(as_of.known.map(|at| format!("&as_of={}", at.in_address())));
        Self {
            agency,
            from: from.into(),
            to: to.into(),
            as_of: as_of.now,
            in_force: to >= IN_FORCE_FROM,
            items: Metric::ALL.iter().map(|metric| MetricBody::new(*metric, measured, &query)).collect(),
        }
    }

    /// Its tag: it changes when what it says does, and not with the instant as of which it is made.
    pub fn tag(&self) -> Tag {
        let Self { agency, from, to, in_force, items, .. } = self;
        Tag::of_stream(format!("{agency:?} {from:?} {to:?} {in_force} {items:?}").as_bytes())
    }
}
