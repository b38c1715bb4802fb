//! What comes out of the calculator.

use super::super::calculate::Calculated;
use crate::domain::calendar::MissingYear;
use crate::domain::local_time::Instant;
use crate::http::explained::{CalendarUsed, ReasonBody, TextBody};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// What came out, an item for each that was sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Calculations)]
pub struct CalculationsBody {
    /// In the order in which they were sent.
    pub items: Vec<CalculatedBody>,
}

/// What came out of an item.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Calculation)]
pub enum CalculatedBody {
    /// A date with its reasons.
    Date(DateBody),
    /// Why there is none.
    Problem(UndatedBody),
}

/// A date with its reasons.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalculatedDeadline)]
pub struct DateBody {
    /// Number of the item, from 0.
    pub index: usize,
    /// When the clock started.
    pub started_at: Instant,
    /// Due day; null without a limit.
    pub due_on: Option<NaiveDate>,
    /// Instant of that day.
    pub due_at: Option<Instant>,
    /// First instant at which it is late; null without a limit, and while its clock is stopped.
    pub overdue_from: Option<Instant>,
    /// When it was missed: the day to which later stops and extensions would have moved it. They clear nothing.
    pub restarted_on: Option<NaiveDate>,
    /// Always false: what cannot be dated is a problem.
    pub provisional: bool,
    /// The calendar that counted.
    pub calendar: CalendarUsed,
    /// The reasons, in the order in which they count.
    pub reasons: Vec<ReasonBody>,
    /// The same in sentences.
    pub text: TextBody,
}

/// An item without a date.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UndatedItem)]
pub struct UndatedBody {
    /// Number of the item, from 0.
    pub index: usize,
    /// Why.
    pub problem: ItemProblem,
}

/// A problem of one item (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemProblem {
    /// Where the code is explained.
    #[schema(example = "/problems/calendar_missing")]
    pub r#type: &'static str,
    /// HTTP status that it would have alone.
    #[schema(example = 409)]
    pub status: u16,
    /// Stable name of the problem.
    #[schema(example = "calendar_missing")]
    pub code: &'static str,
    /// The year.
    #[schema(example = "2031")]
    pub detail: String,
}

impl CalculatedBody {
    /// Shows what came out of an item.
    pub fn new(index: usize, result: Result<Calculated, MissingYear>) -> Self {
        match result {
            Ok(calculated) => {
                let standing = calculated.standing.as_ref();
                Self::Date(DateBody {
                    index,
                    started_at: calculated.started_at,
                    due_on: standing.map(|s| s.due_on),
                    due_at: standing.map(|s| s.due_at),
                    overdue_from: standing.and_then(|s| s.overdue_from),
                    restarted_on: standing.and_then(|s| s.restarted_on),
                    provisional: false,
                    calendar: calculated.calendar,
                    reasons: calculated.reasons,
                    text: calculated.text,
                })
            }
            Err(MissingYear(year)) => Self::Problem(UndatedBody {
                index,
                problem: ItemProblem {
                    r#type: "/problems/calendar_missing",
                    status: 409,
                    code: "calendar_missing",
                    detail: year.to_string(),
                },
            }),
        }
    }
}
