//! Rules as they are shown and sent.

use super::{AboutSent, check_filter, check_text, check_wait};
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::ids::{AgencyCode, Slug};
use crate::domain::local_time::TimeOfDay;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::reminder::Filter;
use crate::domain::vocabulary::{About, Weekday};
use crate::domain::whole::{optional_whole, whole};
use crate::features::reminders::actions::RuleInput;
use crate::features::reminders::queries::rules::RuleRow;
use crate::http::input::object;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many agencies one rule names at most.
const MOST_AGENCIES: usize = 200;

/// A rule by which reminders are issued.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReminderRule)]
pub struct RuleBody {
    /// Name.
    #[schema(example = "don-doc-hang-tuan")]
    pub name: String,
    /// Main codes of the agencies that are reminded.
    #[schema(example = json!(["H51.29"]))]
    pub agencies: Vec<String>,
    /// Main codes of the roots of the key that wrote it. A key that governs all of them may change the rule; when there are none, one
    /// that sees everything.
    #[schema(example = json!(["H51"]))]
    pub owners: Vec<String>,
    /// Whether every agency at and below them gets a reminder of its own, about what it decides itself. Else each of them gets
    /// one, about what it decides, an agency below it, or one it watches.
    pub with_below: bool,
    /// What its reminders are about.
    pub about: About,
    /// What narrows their lists.
    pub filter: Filter,
    /// When it runs.
    pub schedule: Schedule,
    /// Working days after the day of issue through which an answer is due.
    #[schema(example = 3)]
    pub due_in: i16,
    /// Working days after the due day that pass before they escalate; null: what the parameters of the law say.
    #[schema(example = 2)]
    pub escalate_after: Option<i16>,
    /// Their text; null without one.
    #[schema(example = "Đề nghị giải quyết dứt điểm")]
    pub text: Option<String>,
    /// Whether it runs.
    pub enabled: bool,
    /// Raised by every change.
    pub version: i32,
}

/// When a rule runs: once on each of these days of the week that is a working day of the agency, from a local time on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Days of the week.
    #[schema(min_items = 1, max_items = 7, example = json!(["monday", "thursday"]))]
    pub days: Vec<Weekday>,
    /// Local time.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "08:00")]
    pub time: TimeOfDay,
}

/// A rule as it is written.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutRule {
    /// Codes of the agencies that are reminded.
    #[schema(value_type = Vec<AgencyCode>, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
    pub agencies: Vec<String>,
    /// Whether every agency at and below them gets a reminder of its own, about what it decides itself.
    #[serde(default)]
    pub with_below: bool,
    /// What its reminders are about.
    #[schema(value_type = About)]
    pub about: AboutSent,
    /// What narrows their lists.
    #[serde(default, deserialize_with = "object")]
    pub filter: Filter,
    /// When it runs.
    #[serde(deserialize_with = "object")]
    pub schedule: Schedule,
    /// Working days after the day of issue through which an answer is due.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 366, example = 3)]
    pub due_in: i16,
    /// Working days after the due day that pass before they escalate; 2 when not given.
    #[serde(default, deserialize_with = "optional_whole")]
    #[schema(minimum = 0, maximum = 366, example = 2)]
    pub escalate_after: Option<i16>,
    /// Their text, without personal data, at most 2,000 characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, example = "Đề nghị giải quyết dứt điểm")]
    pub text: Option<String>,
    /// Whether it runs.
    #[serde(default = "yes")]
    pub enabled: bool,
}

const fn yes() -> bool {
    true
}

impl RuleBody {
    /// Shows a rule.
    pub fn new(row: &RuleRow, tree: &AgencyTree) -> Self {
        let codes = |ids: &[AgencyId]| {
            let mut codes: Vec<String> = ids.iter().map(|id| tree.code(*id).to_owned()).collect();
            codes.sort();
            codes
        };
        Self {
            name: row.name.clone(),
            agencies: codes(&row.agency_ids),
            owners: codes(row.owner_ids.as_deref().unwrap_or_default()),
            with_below: row.with_below,
            about: row.about,
            filter: row.filter.clone(),
            schedule: Schedule { days: row.days.clone(), time: TimeOfDay(row.time) },
            due_in: row.due_in,
            escalate_after: row.escalate_after,
            text: row.text.clone(),
            enabled: row.enabled,
            version: row.version,
        }
    }
}

impl PutRule {
    /// Checks what can be checked without the database.
    pub fn check(self, name: &str) -> Result<RuleInput, Refusal> {
        // The name stands in the path, so a bad one is a path that is not there.
        let name = Slug::parse(name).map_err(|_| Refusal::NotFound)?.to_string();
        let mut wrong = Violations::default();
        if self.agencies.is_empty() || self.agencies.len() > MOST_AGENCIES {
            wrong.add("/agencies", Rule::InvalidValue, format!("must have 1 to {MOST_AGENCIES} items"));
        }
        for (i, code) in self.agencies.iter().enumerate() {
            wrong.take(format!("/agencies/{i}"), AgencyCode::parse(code));
        }
        let about = self.about.check(&mut wrong);
        check_filter(&self.filter, self.about, about, &mut wrong);
        let mut days = self.schedule.days;
        if !(1..=7).contains(&days.len()) {
            wrong.add("/schedule/days", Rule::InvalidValue, "must name 1 to 7 days of the week");
        }
        days.sort_unstable();
        days.dedup();

        check_wait("/due_in", Some(self.due_in), 1, &mut wrong);
        check_wait("/escalate_after", self.escalate_after, 0, &mut wrong);
        let text = check_text(self.text.as_deref(), &mut wrong);
        wrong.check()?;
        Ok(RuleInput {
            name,
            agencies: self.agencies,
            with_below: self.with_below,
            about,
            filter: self.filter,
            days,
            time: self.schedule.time.0,
            due_in: self.due_in,
            escalate_after: self.escalate_after,
            text,
            enabled: self.enabled,
        })
    }
}
