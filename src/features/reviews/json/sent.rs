//! What is written of reviews, and the answer to a confirmation.

use crate::domain::ids::{AgencyCode, ProcedureCode};
use crate::domain::local_time::{Day, Instant};
use crate::domain::object::objects;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::clean;
use crate::domain::vocabulary::ReviewOutcome;
use crate::domain::whole::optional_whole;
use crate::features::reviews::actions::{ConfirmationInput, Confirmed, ReviewInput};
use crate::features::reviews::queries::{Confirmation, ReviewRow};
use crate::http::input::object;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// The most agencies of a review, and procedures of a confirmation.
const MOST: usize = 200;

/// A review as it is created.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostReview {
    /// What it is called.
    #[schema(min_length = 1, max_length = 500, example = "Rà soát, công khai thủ tục hành chính")]
    pub title: String,
    /// The dispatch that orders it.
    #[serde(deserialize_with = "object")]
    pub dispatch: DispatchSent,
    /// Codes of the agencies that review, each with everything below it. The key must see them.
    #[schema(value_type = Vec<AgencyCode>, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
    pub agencies: Vec<String>,
    /// Local day through which every procedure is to be confirmed; not past.
    pub due_on: Day,
    /// Permanent: a round is due so many months after the one before. One round when not given.
    #[serde(default, deserialize_with = "optional_whole")]
    #[schema(minimum = 1, maximum = 60, example = 3)]
    pub every_months: Option<i16>,
}

/// The dispatch that orders a review.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewDispatchSent)]
pub struct DispatchSent {
    /// Number; may be left out when it is not known.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, example = "227/UBND-TTHC")]
    pub number: Option<String>,
    /// Day on which it was signed; not in the future.
    pub signed_on: Day,
    /// Who issued it.
    #[schema(min_length = 1, max_length = 500, example = "Ủy ban nhân dân tỉnh")]
    pub issued_by: String,
}

impl PostReview {
    /// Checks what can be checked without the database.
    pub fn check(self) -> Result<ReviewInput, Refusal> {
        let mut wrong = Violations::default();
        let title = wrong.take("/title", clean(&self.title, 500));
        let number = self.dispatch.number.map(|number| wrong.take("/dispatch/number", clean(&number, 200)));
        let issued_by = wrong.take("/dispatch/issued_by", clean(&self.dispatch.issued_by, 500));
        count("/agencies", self.agencies.len(), &mut wrong);
        for (i, code) in self.agencies.iter().enumerate() {
            wrong.take(format!("/agencies/{i}"), AgencyCode::parse(code));
        }
        if self.every_months.is_some_and(|months| !(1..=60).contains(&months)) {
            wrong.add("/every_months", Rule::InvalidValue, "must be 1 to 60");
        }
        wrong.check()?;
        Ok(ReviewInput {
            title: title.unwrap_or_default(),
            dispatch_number: number.flatten(),
            dispatch_signed_on: self.dispatch.signed_on.date(),
            dispatch_issued_by: issued_by.unwrap_or_default(),
            agencies: self.agencies,
            due_on: self.due_on.date(),
            every_months: self.every_months,
        })
    }
}

fn count(pointer: &str, items: usize, wrong: &mut Violations) {
    if !(1..=MOST).contains(&items) {
        wrong.add(pointer, Rule::InvalidValue, format!("must have 1 to {MOST} items"));
    }
}

/// What an agency says of procedures that it handles.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostConfirmations {
    /// Code of the agency.
    #[schema(value_type = AgencyCode, example = "H51.29.18")]
    pub agency: String,
    /// The procedures, each once.
    #[serde(deserialize_with = "objects")]
    #[schema(min_items = 1, max_items = 200)]
    pub items: Vec<ConfirmationSent>,
}

/// What an agency says of a procedure.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewConfirmationSent)]
pub struct ConfirmationSent {
    /// Code of the procedure, which is in force.
    #[schema(value_type = ProcedureCode, example = "1.004873")]
    pub procedure: String,
    /// What is to be done with it.
    pub outcome: ReviewOutcome,
    /// Why, without personal data, at most 2,000 characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, example = "Thiếu mẫu đơn mới")]
    pub note: Option<String>,
}

impl PostConfirmations {
    /// Checks what can be checked without the database.
    pub fn check(self) -> Result<ConfirmationInput, Refusal> {
        let mut wrong = Violations::default();
        wrong.take("/agency", AgencyCode::parse(&self.agency));
        count("/items", self.items.len(), &mut wrong);
        let (mut items, mut seen) = (vec![], BTreeSet::new());
        for (i, item) in self.items.into_iter().enumerate() {
            let pointer = format!("/items/{i}/procedure");
            wrong.take(&pointer, ProcedureCode::parse(&item.procedure));
            if !seen.insert(item.procedure.clone()) {
                wrong.add(pointer, Rule::InvalidValue, "must be named once");
            }
            let note = item.note.map(|note| wrong.take(format!("/items/{i}/note"), clean(&note, 2_000)));
            items.push((item.procedure, item.outcome, note.flatten()));
        }
        wrong.check()?;
        Ok(ConfirmationInput { agency: self.agency, items })
    }
}

/// What was confirmed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewConfirmations)]
pub struct ConfirmationsBody {
    /// Id of the review.
    pub id: Uuid,
    /// Number of the round to which it counts.
    #[schema(example = 1)]
    pub round: i32,
    /// Main code of the agency.
    #[schema(example = "H51.29.18")]
    pub agency: String,
    /// When it was recorded.
    pub confirmed_at: Instant,
    /// The procedures, in the order in which they were sent.
    pub items: Vec<ConfirmationBody>,
    /// Procedures that the agency has not confirmed in the round.
    #[schema(example = 7)]
    pub unconfirmed: i64,
}

/// What was confirmed of a procedure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewConfirmation)]
pub struct ConfirmationBody {
    /// Code of the procedure.
    #[schema(example = "1.004873")]
    pub procedure: String,
    /// The version in force.
    #[schema(example = 2)]
    pub procedure_version: i32,
    /// What is to be done with it.
    pub outcome: ReviewOutcome,
    /// Why.
    pub note: Option<String>,
}

impl ConfirmationsBody {
    /// Shows what an agency confirmed at an instant.
    pub fn new(row: &ReviewRow, confirmed: &Confirmed, agency: &str, now: Instant) -> Self {
        let show = |row: &Confirmation| ConfirmationBody {
            procedure: row.procedure_code.clone(),
            procedure_version: row.procedure_version,
            outcome: row.outcome,
            note: row.note.clone(),
        };
        Self {
            id: row.id,
            round: confirmed.rows.first().map_or(0, |row| row.round),
            agency: agency.to_owned(),
            confirmed_at: now,
            items: confirmed.rows.iter().map(show).collect(),
            unconfirmed: confirmed.unconfirmed,
        }
    }
}

/// The closing of a review.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostClosing {
    /// What is said at the closing, at most 2,000 characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, example = "Đã rà soát đủ; 4 thủ tục trình sửa đổi")]
    pub note: Option<String>,
}

impl PostClosing {
    /// Checks it.
    pub fn check(self) -> Result<Option<String>, Refusal> {
        let mut wrong = Violations::default();
        let note = self.note.map(|note| wrong.take("/note", clean(&note, 2_000)));
        wrong.check()?;
        Ok(note.flatten())
    }
}
