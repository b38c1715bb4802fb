//! What is sent to seal a report and to correct one, and what lists of sealed reports are asked for.

use crate::domain::local_time::Day;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::text::clean;
use crate::domain::vocabulary::{ReportBy, ReportKind};
use crate::http::list::paged;
use serde::Deserialize;
use utoipa::ToSchema;

/// The longest reason of a correction, in characters.
const LONGEST_REASON: usize = 2_000;

/// A report to be sealed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostReport {
    /// What it reports.
    pub kind: ReportKind,
    /// Code of the agency, with everything below it; the key must govern it. What the key was given for when not given.
    #[serde(default)]
    #[schema(example = "H51.29")]
    pub agency: Option<String>,
    /// First local day of the period.
    #[schema(example = "2021-12-15")]
    pub from: Day,
    /// Last local day of the period, at most 365 days after `from`. It must be over.
    #[schema(example = "2022-02-14")]
    pub to: Day,
    /// What a row is for; `field` when not given.
    #[serde(default)]
    pub by: Option<ReportBy>,
}

/// Why a report is corrected. What is otherwise is not sent: it is what is known now.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostCorrection {
    /// Why.
    #[schema(
        min_length = 1,
        max_length = 2000,
        example = "Hồ sơ kết thúc ngày 11/2 được cập nhật ngày 16/2."
    )]
    pub reason: String,
}

impl PostCorrection {
    /// The reason, without spaces around it.
    pub fn check(self) -> Result<String, Refusal> {
        let reason = clean(&self.reason, LONGEST_REASON);
        reason.map_err(|why| Refusal::invalid("/reason", Rule::InvalidValue, why))
    }
}

paged! {
    /// Filters of the list of sealed reports.
    ReportList {
        /// Of this agency itself.
        #[param(example = "H51.29")]
        pub agency: Option<String>,
    }
}

paged! {
    /// The parameters of the dossiers behind a number of a sealed report.
    SealedCellFilter {
        /// Number of a correction: the dossiers as it counts them. As they were sealed when not given.
        #[param(minimum = 1)]
        pub correction: Option<i32>,
    }
}
