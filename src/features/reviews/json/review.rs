//! A review as it is shown and listed.

use crate::domain::agency_tree::AgencyTree;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::ReviewStatus;
use crate::features::reviews::queries::ReviewRow;
use crate::http::export::ListRow;
use crate::http::list::paged;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A review campaign (đợt rà soát).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Review)]
pub struct ReviewBody {
    /// Id.
    pub id: Uuid,
    /// What it is called.
    #[schema(example = "Rà soát, công khai thủ tục hành chính")]
    pub title: String,
    /// Whether it runs.
    pub status: ReviewStatus,
    /// The dispatch (công văn) that orders it.
    pub dispatch: ReviewDispatch,
    /// Main codes of the agencies that review, each with everything below it.
    #[schema(example = json!(["H51.29"]))]
    pub agencies: Vec<String>,
    /// First local day.
    #[schema(example = "2022-02-11")]
    pub opens_on: NaiveDate,
    /// Local day through which every procedure is to be confirmed; that of the first round.
    #[schema(example = "2022-02-15")]
    pub due_on: NaiveDate,
    /// Permanent: months from one round to the next; null: there is one round.
    #[schema(example = 3)]
    pub every_months: Option<i16>,
    /// When it was created.
    pub created_at: Instant,
    /// When it was closed; null while it runs.
    pub closed_at: Option<Instant>,
    /// What was said at the closing.
    pub closing_note: Option<String>,
    /// Raised by every change.
    pub version: i32,
}

/// The dispatch that orders a review.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewDispatch {
    /// Number; null: not known.
    #[schema(example = "227/UBND-TTHC")]
    pub number: Option<String>,
    /// Day on which it was signed.
    #[schema(example = "2022-02-10")]
    pub signed_on: NaiveDate,
    /// Who issued it.
    #[schema(example = "Ủy ban nhân dân tỉnh")]
    pub issued_by: String,
}

impl ListRow for ReviewBody {}

impl ReviewBody {
    /// Shows a review.
    pub fn new(row: &ReviewRow, tree: &AgencyTree) -> Self {
        let mut agencies: Vec<String> = row.agency_ids.iter().map(|id| tree.code(*id).to_owned()).collect();
        agencies.sort();
        Self {
            id: row.id,
            title: row.title.clone(),
            status: row.status(),
            dispatch: ReviewDispatch {
                number: row.dispatch_number.clone(),
                signed_on: row.dispatch_signed_on,
                issued_by: row.dispatch_issued_by.clone(),
            },
            agencies,
            opens_on: row.opens_on,
            due_on: row.due_on,
            every_months: row.every_months,
            created_at: row.created_at.into(),
            closed_at: row.closed_at.map(Instant::from),
            closing_note: row.closing_note.clone(),
            version: row.version,
        }
    }
}

paged! {
    /// Parameters of the list of reviews.
    ReviewList {
        /// Those that run, or that are closed; both when not given.
        #[param(inline)]
        pub status: Option<ReviewStatus>,
    }
}
