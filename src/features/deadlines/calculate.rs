//! Runs the items of the calculator through the engine.

use super::json::Item;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::{Calendars, MissingYear};
use crate::domain::deadline::{Course, Leg, Reasons, Standing, run};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::vocabulary::Granularity;
use crate::http::explained::{CalendarUsed, ReasonBody, TextBody};

/// Reasons that one answer may have: what a thousand items of a month have, many times over.
const MOST_REASONS: usize = 100_000;

/// What came out.
pub struct Calculated {
    /// When the clock started.
    pub started_at: Instant,
    /// The calendar that counted.
    pub calendar: CalendarUsed,
    /// How the limit stands; `None` without a limit.
    pub standing: Option<Standing>,
    /// The reasons.
    pub reasons: Vec<ReasonBody>,
    /// The same in sentences.
    pub text: TextBody,
}

/// Calculates every item. Fails when that would be more to explain than one answer holds.
pub(super) fn all(
    items: &[Item],
    calendars: &Calendars,
    tree: &AgencyTree,
) -> Result<Vec<Result<Calculated, MissingYear>>, Refusal> {
    let mut results = vec![];
    let mut told = 0;
    for (i, item) in items.iter().enumerate() {
        let result = one(item, calendars, tree);
        told += result.as_ref().map_or(0, |calculated| calculated.reasons.len());
        if told > MOST_REASONS {
            let message = format!(
                "is too much for one request: all items have at most {MOST_REASONS} reasons together"
            );
            return Err(Refusal::invalid(format!("/items/{i}"), Rule::InvalidValue, message));
        }
        results.push(result);
    }
    Ok(results)
}

fn one(item: &Item, calendars: &Calendars, tree: &AgencyTree) -> Result<Calculated, MissingYear> {
    let in_force = calendars.in_force(item.agency);
    let legs = [Leg { limit: item.limit, calendar: in_force.calendar, agency: None }];
    let moves = item.moves();
    let course = Course {
        legs: &legs,
        start: item.started_at,
        moves: &moves,
        granularity: Granularity::Date,
        appointed: None,
    };
    let mut reasons = Reasons::default();
    let standing = run(&course, &mut reasons)?;
    let unit = item.limit.unit();
    let text = standing.as_ref().map(|standing| TextBody::new(&reasons.0, standing, unit));
    Ok(Calculated {
        started_at: item.started_at,
        calendar: CalendarUsed {
            agency: in_force.owner.map(|id| tree.code(id).to_owned()),
            version: in_force.version,
        },
        standing,
        reasons: reasons.0.iter().map(ReasonBody::new).collect(),
        text: text.unwrap_or_else(TextBody::without_limit),
    })
}
