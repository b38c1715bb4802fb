//! What is sent to the calculator, and its checks; `calculated` has what comes out.

mod calculated;

pub use calculated::{CalculatedBody, CalculationsBody};

use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::amount::Amount;
use crate::domain::deadline::{Extension, Move};
use crate::domain::ids::AgencyCode;
use crate::domain::law::law;
use crate::domain::local_time::{Instant, TimeOfDay};
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::clean;
use crate::domain::time_limit::{BadTimeLimit, Span, TimeLimit};
use crate::domain::vocabulary::{StopEffect, Unit};
use crate::http::input::{object, objects};
use serde::Deserialize;
use utoipa::ToSchema;

/// Deadlines to calculate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostDeadlines {
    /// At most 1,000.
    #[serde(deserialize_with = "objects")]
    #[schema(min_items = 1, max_items = 1_000)]
    pub items: Vec<PostDeadline>,
}

/// A deadline to calculate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostDeadline {
    /// When the clock starts.
    #[schema(value_type = Instant, example = "2022-04-28T08:00:00+07:00")]
    pub started_at: Instant,
    /// The time limit.
    #[serde(deserialize_with = "object")]
    pub limit: LimitSent,
    /// Agency whose calendar counts; null: that of the country.
    #[serde(default)]
    #[schema(value_type = Option<AgencyCode>, example = json!(null))]
    pub agency: Option<String>,
    /// Stops of the clock in their order, at most 50; they do not overlap.
    #[serde(default, deserialize_with = "objects")]
    #[schema(max_items = 50)]
    pub suspensions: Vec<SuspensionSent>,
    /// Extensions, at most 20.
    #[serde(default, deserialize_with = "objects")]
    #[schema(max_items = 20)]
    pub extensions: Vec<ExtensionSent>,
}

/// A time limit of the calculator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitSent {
    /// Unit.
    pub unit: Unit,
    /// Decimal string; null for `same_day` and `none`. Calendar days are whole.
    #[serde(default)]
    #[schema(example = "3")]
    pub amount: Option<Amount>,
    /// For `same_day`: started after this local time, it is due the next working day; what the law says when not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = json!(null), pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub cutoff: Option<TimeOfDay>,
}

/// A stop of the clock.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspensionSent {
    /// When it stopped.
    #[schema(value_type = Instant, example = "2022-04-29T08:00:00+07:00")]
    pub from: Instant,
    /// When it ran again; null: it has not yet, which only the last one may say.
    #[schema(value_type = Option<Instant>, example = "2022-05-04T08:00:00+07:00")]
    #[serde(deserialize_with = "Option::deserialize")]
    pub to: Option<Instant>,
    /// What that does to the date.
    pub effect: StopEffect,
}

/// An extension.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionSent {
    /// By how much.
    #[serde(deserialize_with = "object")]
    pub by: Span,
    /// On which ground, at most 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Cần xác minh")]
    pub ground: String,
    /// When it was granted; null: in time. One that comes when the date is missed clears nothing.
    #[serde(default)]
    #[schema(value_type = Option<Instant>, example = json!(null))]
    pub at: Option<Instant>,
}

/// An item that may be calculated.
pub(super) struct Item {
    pub(super) started_at: Instant,
    pub(super) limit: TimeLimit,
    pub(super) agency: Option<AgencyId>,
    stops: Vec<(Instant, Option<Instant>, StopEffect)>,
    extensions: Vec<(Option<Instant>, Extension, String)>,
}

impl Item {
    /// What happened, in order of time. An extension that comes while the clock is stopped counts as of the stop.
    pub(super) fn moves(&self) -> Vec<Move<'_>> {
        let mut all: Vec<(Instant, Move<'_>)> = vec![];
        for (at, by, ground) in &self.extensions {
            let within = |at: &Instant| {
                let stops = self.stops.iter();
                stops
                    .map(|(from, to, _)| (*from, *to))
                    .find(|(from, to)| from <= at && to.is_none_or(|to| *at < to))
            };
            let at = at.map(|at| within(&at).map_or(at, |(from, _)| from));
            all.push((at.unwrap_or(self.started_at), Move::Extended { at, by: *by, ground }));
        }
        for (from, to, effect) in &self.stops {
            all.push((*from, Move::Stopped { from: *from, to: *to, effect: *effect }));
        }
        // Stable: extensions stay before the stop that begins with them.
        all.sort_by_key(|(at, _)| *at);
        all.into_iter().map(|(_, happened)| happened).collect()
    }
}

impl PostDeadlines {
    /// Checks every item and finds the agencies they name.
    pub(super) fn check(self, tree: &AgencyTree) -> Result<Vec<Item>, Refusal> {
        let mut wrong = Violations::default();
        if !(1..=1_000).contains(&self.items.len()) {
            wrong.add("/items", Rule::InvalidValue, "must hold 1 to 1000 items");
            wrong.check()?;
            return Ok(vec![]);
        }
        let check = |(i, item): (usize, PostDeadline)| item.check(&format!("/items/{i}"), tree, &mut wrong);
        let items: Vec<Option<Item>> = self.items.into_iter().enumerate().map(check).collect();
        wrong.check()?;
        Ok(items.into_iter().flatten().collect())
    }
}

impl PostDeadline {
    fn check(self, pointer: &str, tree: &AgencyTree, wrong: &mut Violations) -> Option<Item> {
        let limit = self.limit.check(&format!("{pointer}/limit"), self.started_at, wrong);
        let agency = self.agency.as_ref().and_then(|code| {
            let found = tree.find(code).map(|agency| agency.id);
            if found.is_none() {
                let message = format!("no agency has the code {code}");
                wrong.add(format!("{pointer}/agency"), Rule::UnknownAgency, message);
            }
            found
        });
        let stops = stops(&self.suspensions, self.started_at, pointer, wrong);
        let extensions = extensions(self.extensions, self.started_at, pointer, wrong);
        Some(Item { started_at: self.started_at, limit: limit?, agency, stops, extensions })
    }
}

impl LimitSent {
    fn check(&self, pointer: &str, started_at: Instant, wrong: &mut Violations) -> Option<TimeLimit> {
        let by_law = || law().same_day_cutoff.on(started_at.local_date());
        let cutoff = self.cutoff.or_else(|| (self.unit == Unit::SameDay).then(by_law));
        let note = |why| {
            let field = match why {
                BadTimeLimit::CutoffMissing | BadTimeLimit::CutoffUnexpected => "cutoff",
                _ => "amount",
            };
            wrong.add(format!("{pointer}/{field}"), Rule::InvalidValue, why);
        };
        TimeLimit::new(self.unit, self.amount, cutoff.map(|TimeOfDay(time)| time)).map_err(note).ok()
    }
}

fn stops(
    sent: &[SuspensionSent],
    started_at: Instant,
    pointer: &str,
    wrong: &mut Violations,
) -> Vec<(Instant, Option<Instant>, StopEffect)> {
    if sent.len() > 50 {
        wrong.add(format!("{pointer}/suspensions"), Rule::InvalidValue, "must have at most 50 items");
    }
    let mut free_from = Some(started_at);
    for (j, stop) in sent.iter().enumerate() {
        let at = |field: &str| format!("{pointer}/suspensions/{j}/{field}");
        match free_from {
            Some(free) if stop.from < free && j == 0 => {
                wrong.add(at("from"), Rule::InvalidValue, "must not be before started_at");
            }
            Some(free) if stop.from < free => {
                wrong.add(
                    at("from"),
                    Rule::InvalidValue,
                    "must not be before the end of the suspension before it",
                );
            }
            None => wrong.add(at("from"), Rule::InvalidValue, "must not follow a suspension that has no end"),
            Some(_) => {}
        }
        if stop.to.is_some_and(|to| to < stop.from) {
            wrong.add(at("to"), Rule::InvalidValue, "must not be before from");
        }
        free_from = stop.to.map(|to| to.max(stop.from));
    }
    sent.iter().map(|stop| (stop.from, stop.to, stop.effect)).collect()
}

fn extensions(
    sent: Vec<ExtensionSent>,
    started_at: Instant,
    pointer: &str,
    wrong: &mut Violations,
) -> Vec<(Option<Instant>, Extension, String)> {
    if sent.len() > 20 {
        wrong.add(format!("{pointer}/extensions"), Rule::InvalidValue, "must have at most 20 items");
    }
    let check = |(j, extension): (usize, ExtensionSent)| {
        let at = |field: &str| format!("{pointer}/extensions/{j}/{field}");
        let by = wrong.take(at("by/amount"), extension.by.limit());
        let ground = wrong.take(at("ground"), clean(&extension.ground, 200));
        if extension.at.is_some_and(|at| at < started_at) {
            wrong.add(at("at"), Rule::InvalidValue, "must not be before started_at");
        }
        Some((extension.at, Extension::By(by?), ground?))
    };
    sent.into_iter().enumerate().filter_map(check).collect()
}
