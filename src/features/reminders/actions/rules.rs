//! Writes a rule, in one transaction.

use super::{check_filter, seen};
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::domain::reminder::Filter;
use crate::domain::vocabulary::{About, Weekday};
use crate::features::audit::{self, Change};
use crate::features::auth::Principal;
use crate::features::reminders::queries::rules::{self, RuleRow};
use chrono::NaiveTime;
use serde_json::{Value, json};

/// A rule as it is to be.
#[derive(Clone, Debug)]
pub struct RuleInput {
    /// Name.
    pub name: String,
    /// Codes of the agencies.
    pub agencies: Vec<String>,
    /// Whether every agency at and below them gets a reminder of its own.
    pub with_below: bool,
    /// What its reminders are about.
    pub about: About,
    /// What narrows their lists.
    pub filter: Filter,
    /// Days of the week on which it runs.
    pub days: Vec<Weekday>,
    /// Local time from which it runs.
    pub time: NaiveTime,
    /// Working days through which an answer is due.
    pub due_in: i16,
    /// Working days after the due day that pass before they escalate.
    pub escalate_after: Option<i16>,
    /// Their text.
    pub text: Option<String>,
    /// Whether it runs.
    pub enabled: bool,
}

/// Writes a rule on the given terms and shows it. `expects` checks the version that is there.
pub async fn put_rule(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    input: &RuleInput,
    terms: &Terms,
    expects: impl Fn(Option<i32>) -> Result<(), Refusal>,
    show: impl Fn(&RuleRow) -> Answer,
) -> Result<Given, Failure> {
    let named = input.agencies.iter().enumerate();
    let agencies = named.map(|(i, code)| seen(principal, code, &format!("/agencies/{i}")));
    let mut agencies: Vec<AgencyId> = agencies.collect::<Result<_, _>>()?;
    agencies.sort_unstable();
    agencies.dedup();
    check_filter(principal, &input.filter)?;
    let work = async |tx: &mut Transaction| {
        let present = rules::lock(tx, &input.name).await?;
        if let Some(rule) = &present {
            // Who is urged by it does not change it.
            principal.require_owned(rule.owner_ids.as_deref())?;
        }
        expects(present.as_ref().map(|rule| rule.version))?;
        let before = present.as_ref().map(|rule| told(rule, &principal.tree));
        let (version, owner_ids) = match present {
            Some(rule) => (rule.version + 1, rule.owner_ids),
            None => (1, principal.roots().map(<[AgencyId]>::to_vec)),
        };
        let row = row(input, (agencies.clone(), owner_ids), version);
        rules::write(tx, &row).await?;
        let details = json!({"before": before, "after": told(&row, &principal.tree)});
        let subject = format!("reminder_rule:{}", row.name);
        let change = Change { action: "reminder_rule.put", subject, details };
        audit::record(tx, &principal.actor(), now, change).await?;
        Ok(show(&row))
    };
    writer.on_terms(terms, now, work).await
}

fn row(
    input: &RuleInput,
    (agency_ids, owner_ids): (Vec<AgencyId>, Option<Vec<AgencyId>>),
    version: i32,
) -> RuleRow {
    let input = input.clone();
    RuleRow {
        name: input.name,
        agency_ids,
        owner_ids,
        with_below: input.with_below,
        about: input.about,
        filter: input.filter,
        days: input.days,
        time: input.time,
        due_in: input.due_in,
        escalate_after: input.escalate_after,
        text: input.text,
        enabled: input.enabled,
        version,
    }
}

/// A rule as the audit trail tells of it: without its text.
fn told(row: &RuleRow, tree: &AgencyTree) -> Value {
    let agencies: Vec<&str> = row.agency_ids.iter().map(|id| tree.code(*id)).collect();
    json!({
        "agencies": agencies, "with_below": row.with_below, "about": row.about, "filter": row.filter,
        "days": row.days, "time": row.time.format("%H:%M").to_string(), "due_in": row.due_in,
        "escalate_after": row.escalate_after, "enabled": row.enabled, "version": row.version,
    })
}
