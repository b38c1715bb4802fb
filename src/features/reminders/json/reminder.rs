//! Reminders as they are shown, sent and listed.

use super::{AboutSent, LONGEST, check_filter, check_text, check_wait};
use crate::domain::agency_tree::{AgencyTree, FocalOfficer};
use crate::domain::ids::{AgencyCode, Slug};
use crate::domain::local_time::{Day, Instant};
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::reminder::Filter as Narrowed;
use crate::domain::text::clean;
use crate::domain::vocabulary::{About, ReminderStatus};
use crate::domain::whole::optional_whole;
use crate::features::auth::Principal;
use crate::features::reminders::actions::{AnswerInput, ReminderInput};
use crate::features::reminders::queries::ReminderRow;
use crate::features::reminders::queries::items::Counts;
use crate::features::reminders::queries::list::Filter;
use crate::http::export::ListRow;
use crate::http::input::{Several, object};
use crate::http::list::paged;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A reminder.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reminder)]
pub struct ReminderBody {
    /// Id.
    pub id: Uuid,
    /// Number among the reminders to the agency in the local year of issue, without gaps.
    #[schema(example = 12)]
    pub number: i32,
    /// How it stands. It is `closed` as soon as every dossier it speaks of is resolved.
    pub status: ReminderStatus,
    /// Main code of the agency that is reminded.
    #[schema(example = "H51.29.05")]
    pub agency: String,
    /// What it is about.
    pub about: About,
    /// What narrowed its list.
    pub filter: Narrowed,
    /// When it was issued; its list is of this instant.
    pub issued_at: Instant,
    /// Local day through which an answer is due.
    pub due_on: NaiveDate,
    /// Text to the agency; null without one.
    #[schema(example = "Đề nghị giải quyết dứt điểm")]
    pub text: Option<String>,
    /// Name of the rule that issued it; null: issued by hand.
    #[schema(example = "don-doc-hang-tuan")]
    pub rule: Option<String>,
    /// The officer of the agency to whom it went; null when none was named.
    pub focal_officer: Option<FocalOfficer>,
    /// Working days after the due day, or after the promised one if that is later, that pass before it escalates.
    #[schema(example = 2)]
    pub escalate_after: i16,
    /// The dossiers it speaks of.
    pub frozen: Frozen,
    /// What the agency said to it; null as long as it said nothing.
    pub acknowledgement: Option<Acknowledgement>,
    /// What became of the dossiers.
    pub follow_up: FollowUpCounts,
    /// Main code of the agency above to which it escalated; null when it did not.
    #[schema(example = "H51.29")]
    pub escalated_to: Option<String>,
    /// When it escalated; null when it did not.
    pub escalated_at: Option<Instant>,
    /// When it was recorded as closed, which is some moments after the last dossier was resolved; null before.
    pub closed_at: Option<Instant>,
    /// Raised by every change.
    pub version: i32,
}

/// The list of a reminder.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FrozenList)]
pub struct Frozen {
    /// How many dossiers it holds.
    #[schema(example = 6)]
    pub count: i32,
    /// How many more there were than a list holds, 10,000; only of a rule.
    #[schema(example = 0)]
    pub left_out: i64,
    /// Where they are.
    #[schema(example = "/v1/reminders/019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e/items")]
    pub items: String,
}

/// What an agency said to a reminder.
#[derive(Debug, Serialize, ToSchema)]
pub struct Acknowledgement {
    /// Why it is so, and what is done.
    pub explanation: String,
    /// Local day by which it promises to have acted.
    pub promised_on: NaiveDate,
    /// When it said so.
    pub acknowledged_at: Instant,
}

/// What became of the dossiers of a reminder; together they are all of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowUpCounts {
    /// Resolved.
    #[schema(example = 2)]
    pub resolved: i64,
    /// Not resolved, and overdue now.
    #[schema(example = 4)]
    pub still_overdue: i64,
    /// Not resolved, and not overdue; none of those that are about `overdue`.
    #[schema(example = 0)]
    pub pending: i64,
}

impl ListRow for ReminderBody {}

impl ReminderBody {
    /// Shows a reminder and what became of its dossiers.
    pub fn new(row: &ReminderRow, counts: Counts, tree: &AgencyTree) -> Self {
        let officer = |name: &String| FocalOfficer {
            name: name.clone(),
            title: row.focal_title.clone(),
            unit: row.focal_unit.clone(),
        };
        let answer = row.explanation.clone().zip(row.promised_on).zip(row.acknowledged_at);
        Self {
            id: row.id,
            number: row.number,
            status: if counts.is_left() { row.status } else { ReminderStatus::Closed },
            agency: tree.code(row.agency_id).to_owned(),
            about: row.about,
            filter: row.filter.clone(),
            issued_at: row.issued_at.into(),
            due_on: row.due_on,
            text: row.text.clone(),
            rule: row.rule.clone(),
            focal_officer: row.focal_name.as_ref().map(officer),
            escalate_after: row.escalate_after,
            frozen: Frozen {
                count: row.frozen_count,
                left_out: row.left_out,
                items: format!("/v1/reminders/{}/items", row.id),
            },
            acknowledgement: answer.map(|((explanation, promised_on), at)| Acknowledgement {
                explanation,
                promised_on,
                acknowledged_at: at.into(),
            }),
            follow_up: FollowUpCounts {
                resolved: counts.resolved,
                still_overdue: counts.still_overdue,
                pending: counts.pending,
            },
            escalated_to: row.escalated_to.map(|id| tree.code(id).to_owned()),
            escalated_at: row.escalated_at.map(Instant::from),
            closed_at: row.closed_at.map(Instant::from),
            version: row.version,
        }
    }
}

/// A reminder as it is issued by hand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostReminder {
    /// Code of the agency. It is about dossiers that this agency decides, one below it, or one it watches.
    #[schema(value_type = AgencyCode, example = "H51.29.05")]
    pub agency: String,
    /// What it is about.
    #[schema(value_type = About)]
    pub about: AboutSent,
    /// What narrows the list.
    #[serde(default, deserialize_with = "object")]
    pub filter: Narrowed,
    /// Local day through which an answer is due; not past.
    pub due_on: Day,
    /// Working days after it that pass before it escalates; 2 when not given.
    #[serde(default, deserialize_with = "optional_whole")]
    #[schema(minimum = 0, maximum = 366, example = 2)]
    pub escalate_after: Option<i16>,
    /// Text to the agency, without personal data, at most 2,000 characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, example = "Đề nghị giải quyết dứt điểm")]
    pub text: Option<String>,
}

impl PostReminder {
    /// Checks what can be checked without the database.
    pub fn check(self) -> Result<ReminderInput, Refusal> {
        let mut wrong = Violations::default();
        let about = self.about.check(&mut wrong);
        wrong.take("/agency", AgencyCode::parse(&self.agency));
        check_filter(&self.filter, self.about, about, &mut wrong);
        check_wait("/escalate_after", self.escalate_after, 0, &mut wrong);
        let text = check_text(self.text.as_deref(), &mut wrong);
        wrong.check()?;
        Ok(ReminderInput {
            agency: self.agency,
            about,
            filter: self.filter,
            due_on: self.due_on.date(),
            escalate_after: self.escalate_after,
            text,
        })
    }
}

/// What an agency says to a reminder.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostAcknowledgement {
    /// Why it is so, and what is done, without personal data, at most 2,000 characters.
    #[schema(min_length = 1, max_length = 2000, example = "Chờ kết quả xác minh, đã phân công lại")]
    pub explanation: String,
    /// Local day by which it promises to have acted; not past.
    pub promised_on: Day,
}

impl PostAcknowledgement {
    /// Checks what can be checked without the database.
    pub fn check(&self) -> Result<AnswerInput, Refusal> {
        let mut wrong = Violations::default();
        let explanation = wrong.take("/explanation", clean(&self.explanation, LONGEST)).unwrap_or_default();
        wrong.check()?;
        Ok(AnswerInput { explanation, promised_on: self.promised_on.date() })
    }
}

paged! {
    /// Filters of the list of reminders.
    ReminderList {
        /// To these agencies or below them; comma-separated.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
        pub agency: Option<Several<String>>,
        /// About these.
        #[param(inline, value_type = Option<Vec<About>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["overdue"]))]
        pub about: Option<Several<About>>,
        /// That stand like this.
        #[param(inline, value_type = Option<Vec<ReminderStatus>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["open", "escalated"]))]
        pub status: Option<Several<ReminderStatus>>,
        /// Issued by the rule with this name.
        #[param(value_type = Option<Slug>, example = "don-doc-hang-tuan")]
        pub rule: Option<String>,
    }
}

impl ReminderList {
    /// Finds the agencies it names.
    pub fn read(self, caller: &Principal) -> Result<Filter, Refusal> {
        if let Some(Err(bad)) = self.rule.as_deref().map(Slug::parse) {
            return Err(Refusal::parameter("rule", Rule::InvalidValue, bad));
        }
        Ok(Filter {
            agency: caller.agencies_named("agency", self.agency, AgencyTree::subtree)?,
            about: self.about.map(|list| list.0),
            status: self.status.map(|list| list.0),
            rule: self.rule,
        })
    }
}
