//! The progress of an agency for the public: counts, and codes of dossiers with how they stand.

use super::{PublicAgency, PublicStatus, PublicTiming};
use crate::domain::agency_tree::Agency;
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::TimingState;
use crate::features::dossiers::queries::DossierRow;
use crate::features::standing::queries::Progress;
use crate::http::input::Several;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How the dossiers of an agency stand.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgencyProgress)]
pub struct ProgressBody {
    /// The agency.
    pub agency: PublicAgency,
    /// Dossiers whose handling has not ended; those that wait to be received too.
    #[schema(example = 40)]
    pub open: i64,
    /// Of these, the overdue ones.
    #[schema(example = 6)]
    pub overdue: i64,
    /// Dossiers whose handling has ended.
    #[schema(example = 1200)]
    pub finished: i64,
    /// A page of dossiers.
    pub items: Vec<ProgressItem>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A dossier by its code.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgressItem {
    /// Code.
    #[schema(example = "H51.29-220215-0001")]
    pub code: String,
    /// Where it stands.
    pub status: PublicStatus,
    /// How it stands against its deadline.
    pub timing: PublicTiming,
}

/// What the page of dossiers is to hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProgressFilter {
    /// Dossiers in these timing states, comma-separated; when not given, those whose handling has not ended. The counts are
    /// the same.
    #[param(value_type = Option<Vec<TimingState>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["overdue"]))]
    pub timing: Option<Several<TimingState>>,
    /// Items of a page, 1 to 200; 50 when not given.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl ProgressBody {
    /// Shows an agency with what was counted.
    pub fn new(
        agency: &Agency,
        counted: Progress,
        items: Vec<ProgressItem>,
        next_cursor: Option<String>,
    ) -> Self {
        let Progress { open, overdue, finished } = counted;
        let agency = PublicAgency { code: agency.code.clone(), name: agency.name.clone() };
        Self { agency, open, overdue, finished, items, next_cursor }
    }
}

impl ProgressItem {
    /// Shows a dossier as it stands at `now`.
    pub fn new(row: &DossierRow, calendars: &Calendars, now: Instant) -> Self {
        let timing = PublicTiming::new(row, calendars.of(row.competent_agency_id), now);
        Self { code: row.code.clone(), status: PublicStatus::new(row.status), timing }
    }
}
