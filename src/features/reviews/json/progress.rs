//! How far the agencies of a review are, and the procedures behind the numbers.

use super::ReviewBody;
use crate::domain::agency_tree::{Agency, AgencyTree};
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::ReviewOutcome;
use crate::features::reviews::assess::{Counts, Item, Shown};
use crate::features::reviews::queries::ReviewRow;
use crate::http::export::ListRow;
use crate::http::input::Several;
use crate::http::list::paged;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A review, and how far the agencies that the key sees are in a round. Once it is closed, this is its closing report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewProgress)]
pub struct ProgressBody {
    /// The review.
    pub campaign: ReviewBody,
    /// The round.
    pub round: ReviewRound,
    /// How many procedures are confirmed how.
    pub totals: ReviewTotals,
    /// Where the numbers are by agency.
    #[schema(example = "/v1/reviews/019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e/agencies?round=1")]
    pub by_agency: String,
    /// Where the procedures are.
    #[schema(example = "/v1/reviews/019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e/procedures?round=1")]
    pub procedures: String,
}

/// A round of a review.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewRound {
    /// Number, from 1.
    #[schema(example = 1)]
    pub number: i32,
    /// First local day.
    #[schema(example = "2022-02-11")]
    pub from: NaiveDate,
    /// Local day through which it runs.
    #[schema(example = "2022-02-15")]
    pub to: NaiveDate,
    /// The instant as of which it is shown: now, the end of a round after which another began, or the closing.
    pub as_of: Instant,
}

/// What is confirmed in a round, of all agencies that are meant.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewTotals {
    /// How many agencies have anything to confirm.
    #[schema(example = 3)]
    pub agencies: i64,
    /// How many of them are late with a procedure.
    #[schema(example = 1)]
    pub late_agencies: i64,
    /// Procedures to confirm, each once for each agency.
    #[schema(example = 42)]
    pub procedures: i64,
    /// Right as they are.
    #[schema(example = 30)]
    pub current: i64,
    /// To be amended.
    #[schema(example = 4)]
    pub needs_update: i64,
    /// To be abolished.
    #[schema(example = 1)]
    pub to_be_abolished: i64,
    /// Not confirmed.
    #[schema(example = 7)]
    pub unconfirmed: i64,
    /// First confirmed after the day, or not confirmed and the day is over.
    #[schema(example = 7)]
    pub late: i64,
}

impl ProgressBody {
    /// Shows a review with the counts of its agencies.
    pub fn new(row: &ReviewRow, tree: &AgencyTree, shown: &Shown, agencies: &[Counts]) -> Self {
        let mut sum = Counts::default();
        for counts in agencies {
            sum += *counts;
        }
        let count = |is: fn(&Counts) -> bool| agencies.iter().map(|counts| i64::from(is(counts))).sum();
        let (number, path) = (shown.round.number, format!("/v1/reviews/{}", row.id));
        Self {
            campaign: ReviewBody::new(row, tree),
            round: ReviewRound {
                number,
                from: shown.round.period.from,
                to: shown.round.period.to,
                as_of: shown.as_of.now,
            },
            totals: ReviewTotals {
                agencies: count(|counts| counts.procedures > 0),
                late_agencies: count(|counts| counts.late > 0),
                procedures: sum.procedures,
                current: sum.current,
                needs_update: sum.needs_update,
                to_be_abolished: sum.to_be_abolished,
                unconfirmed: sum.unconfirmed(),
                late: sum.late,
            },
            by_agency: format!("{path}/agencies?round={number}"),
            procedures: format!("{path}/procedures?round={number}"),
        }
    }
}

/// How far an agency is, without those below it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewAgency)]
pub struct AgencyBody {
    /// Main code of the agency.
    #[schema(example = "H51.29.18")]
    pub agency: String,
    /// Its name.
    #[schema(example = "UBND xã Gia Canh")]
    pub agency_name: String,
    /// Procedures to confirm.
    #[schema(example = 42)]
    pub procedures: i64,
    /// Right as they are.
    #[schema(example = 30)]
    pub current: i64,
    /// To be amended.
    #[schema(example = 4)]
    pub needs_update: i64,
    /// To be abolished.
    #[schema(example = 1)]
    pub to_be_abolished: i64,
    /// Not confirmed.
    #[schema(example = 7)]
    pub unconfirmed: i64,
    /// First confirmed after the day, or not confirmed and the day is over.
    #[schema(example = 7)]
    pub late: i64,
    /// When it confirmed anything last; null: it did not.
    pub last_confirmed_at: Option<Instant>,
}

impl ListRow for AgencyBody {}

impl AgencyBody {
    /// Shows how far an agency is.
    pub fn new(agency: &Agency, counts: &Counts) -> Self {
        Self {
            agency: agency.code.clone(),
            agency_name: agency.name.clone(),
            procedures: counts.procedures,
            current: counts.current,
            needs_update: counts.needs_update,
            to_be_abolished: counts.to_be_abolished,
            unconfirmed: counts.unconfirmed(),
            late: counts.late,
            last_confirmed_at: counts.last_at,
        }
    }
}

/// A procedure that an agency is to confirm.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewItem)]
pub struct ItemBody {
    /// Main code of the agency.
    #[schema(example = "H51.29.18")]
    pub agency: String,
    /// Its name.
    #[schema(example = "UBND xã Gia Canh")]
    pub agency_name: String,
    /// Code of the procedure.
    #[schema(example = "1.004873")]
    pub procedure_code: String,
    /// Its name.
    #[schema(example = "Cấp Giấy xác nhận tình trạng hôn nhân")]
    pub procedure_name: String,
    /// Its field.
    #[schema(example = "ho-tich")]
    pub field: String,
    /// The version in force.
    #[schema(example = 2)]
    pub procedure_version: i32,
    /// What the agency said last; null: it has not confirmed it.
    pub outcome: Option<ReviewOutcome>,
    /// The version that was in force then.
    #[schema(example = 2)]
    pub confirmed_version: Option<i32>,
    /// Why.
    pub note: Option<String>,
    /// When it said so.
    pub confirmed_at: Option<Instant>,
    /// Whether it was first confirmed after the day, or is not confirmed and the day is over.
    pub is_late: bool,
}

impl ListRow for ItemBody {}

impl ItemBody {
    /// Shows a procedure.
    pub fn new(item: &Item<'_>) -> Self {
        let Item { agency, version, said, is_late } = *item;
        Self {
            agency: agency.code.clone(),
            agency_name: agency.name.clone(),
            procedure_code: version.procedure_code.clone(),
            procedure_name: version.name.clone(),
            field: version.field.clone(),
            procedure_version: version.version,
            outcome: said.map(|said| said.outcome),
            confirmed_version: said.map(|said| said.procedure_version),
            note: said.and_then(|said| said.note.clone()),
            confirmed_at: said.map(|said| said.confirmed_at.into()),
            is_late,
        }
    }
}

/// The parameter of a review.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RoundParameter {
    /// Number of the round; the latest that has begun when not given.
    #[param(minimum = 1, example = 1)]
    pub round: Option<i64>,
}

paged! {
    /// Filters of the agencies of a review.
    AgencyFilter {
        /// Number of the round; the latest that has begun when not given.
        #[param(minimum = 1, example = 1)]
        pub round: Option<i64>,
        /// `true`: those that are late with a procedure; `false`: the others.
        pub late: Option<bool>,
    }
}

paged! {
    /// Filters of the procedures of a review.
    ItemFilter {
        /// Number of the round; the latest that has begun when not given.
        #[param(minimum = 1, example = 1)]
        pub round: Option<i64>,
        /// Of these agencies, without those below them; comma-separated.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29.18"]))]
        pub agency: Option<Several<String>>,
        /// `true`: those that are confirmed; `false`: the others.
        pub confirmed: Option<bool>,
        /// Confirmed with these outcomes.
        #[param(inline, value_type = Option<Vec<ReviewOutcome>>, style = Form, explode = false, min_items = 1, max_items = 3)]
        pub outcome: Option<Several<ReviewOutcome>>,
        /// `true`: those that are late; `false`: the others.
        pub late: Option<bool>,
    }
}

impl ItemFilter {
    /// Whether a procedure is wanted.
    pub fn fits(&self, item: &Item<'_>) -> bool {
        let outcome = item.said.map(|said| said.outcome);
        self.confirmed.is_none_or(|wanted| outcome.is_some() == wanted)
            && self.outcome.as_ref().is_none_or(|wanted| outcome.is_some_and(|it| wanted.0.contains(&it)))
            && self.late.is_none_or(|wanted| item.is_late == wanted)
    }
}
