//! Writes reminders and their rules, each in one transaction. `freeze` makes a list and stores a reminder with it, `answer` is what
//! the agency says to one, `rules` writes a rule, `work` is what the leader does.

mod answer;
mod freeze;
mod rules;
pub mod work;

pub use answer::{AnswerInput, acknowledge};
pub use rules::{RuleInput, put_rule};

use super::queries::ReminderRow;
use super::queries::items::{self, Counts};
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::AgencyId;
use crate::domain::law::law;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::reminder::{Filter, MOST};
use crate::domain::vocabulary::About;
use crate::features::auth::Principal;
use crate::features::overdue::queries::mirror::Moment;
use chrono::NaiveDate;
use freeze::{Subject, To};

/// A reminder as it is to be issued.
#[derive(Clone, Debug)]
pub struct ReminderInput {
    /// Code of the agency.
    pub agency: String,
    /// What it is about.
    pub about: About,
    /// What narrows the list.
    pub filter: Filter,
    /// Local day through which an answer is due.
    pub due_on: NaiveDate,
    /// Working days after it that pass before it escalates; `None`: what the law parameters say.
    pub escalate_after: Option<i16>,
    /// Text to the agency.
    pub text: Option<String>,
}

/// Issues a reminder on the given terms and shows it.
pub async fn issue(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    input: &ReminderInput,
    terms: &Terms,
    show: impl Fn(&ReminderRow, Counts) -> Answer,
) -> Result<Given, Failure> {
    if input.due_on < now.local_date() {
        return Err(Refusal::invalid("/due_on", Rule::InvalidValue, "must not be past").into());
    }
    let tree = &principal.tree;
    let agency = seen(principal, &input.agency, "/agency")?;
    check_filter(principal, &input.filter)?;
    let moment = Moment::new(now, &principal.calendars);
    let subject = Subject {
        about: input.about,
        filter: &input.filter,
        // As the filter `agency` of the feeds.
        competent: tree.visible(&[agency], now.local_date()),
        visible: &principal.visible,
    };
    let work = async |tx: &mut Transaction| {
        let found = freeze::list(tx, &subject, tree, &moment, now).await?;
        if found.items.is_empty() {
            let message = "must name an agency with such dossiers: there is nothing to remind of";
            return Err(Refusal::invalid("/agency", Rule::InvalidValue, message).into());
        }
        if found.left_out > 0 {
            let message = format!("must narrow the list to at most {MOST} dossiers");
            return Err(Refusal::invalid("/filter", Rule::InvalidValue, message).into());
        }
        let to = To {
            agency,
            rule: None,
            due_on: input.due_on,
            escalate_after: escalate_after(input.escalate_after, now),
            text: input.text.clone(),
        };
        let row = freeze::store(tx, &principal.actor(), &subject, to, found, (tree, now)).await?;
        let counts = items::counts_of(tx, &row, now.utc()).await?;
        Ok(show(&row, counts))
    };
    writer.on_terms(terms, now, work).await
}

fn escalate_after(asked: Option<i16>, now: Instant) -> i16 {
    asked.unwrap_or_else(|| law().reminder_escalation_days.on(now.local_date()))
}

/// The agency that a body names, which the caller must see: who watches an agency urges it too.
fn seen(principal: &Principal, code: &str, pointer: &str) -> Result<AgencyId, Refusal> {
    let found = principal.tree.find(code).ok_or_else(|| unknown(pointer, code))?;
    principal.require_visible(found.id, Place::Pointer(pointer.to_owned()))?;
    Ok(found.id)
}

fn unknown(pointer: &str, code: &str) -> Refusal {
    Refusal::invalid(pointer, Rule::UnknownAgency, format!("no agency has the code {code}"))
}

/// Fails when a filter names an agency that is not there, or that the caller does not see.
fn check_filter(principal: &Principal, filter: &Filter) -> Result<(), Refusal> {
    for (i, code) in filter.holder_agency.iter().flatten().enumerate() {
        let pointer = format!("/filter/holder_agency/{i}");
        seen(principal, code, &pointer)?;
    }
    Ok(())
}
