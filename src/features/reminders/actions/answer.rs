//! Writes the acknowledgement of a reminder: once, by who governs the agency.

use super::freeze::record;
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::vocabulary::ReminderStatus;
use crate::features::auth::Principal;
use crate::features::reminders::queries::items::{self, Counts};
use crate::features::reminders::queries::{self, ReminderRow};
use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

/// What an agency says to a reminder.
#[derive(Clone, Debug)]
pub struct AnswerInput {
    /// Why it is so, and what is done.
    pub explanation: String,
    /// Local day by which it promises to have acted.
    pub promised_on: NaiveDate,
}

/// Acknowledges a reminder on the given terms and shows it. `expects` checks the version that is there.
pub async fn acknowledge(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    (id, input): (Uuid, &AnswerInput),
    terms: &Terms,
    expects: impl Fn(Option<i32>) -> Result<(), Refusal>,
    show: impl Fn(&ReminderRow, Counts) -> Answer,
) -> Result<Given, Failure> {
    if input.promised_on < now.local_date() {
        return Err(Refusal::invalid("/promised_on", Rule::InvalidValue, "must not be past").into());
    }
    let work = async |tx: &mut Transaction| {
        let found = queries::lock(tx, id).await?;
        let mut row =
            found.filter(|row| principal.visible.contains(row.agency_id)).ok_or(Refusal::NotFound)?;
        principal.require_governed(row.agency_id, Place::whole())?;
        expects(Some(row.version))?;
        let counts = items::counts_of(tx, &row, now.utc()).await?;
        let is_closed = row.status == ReminderStatus::Closed || !counts.is_left();
        if is_closed || row.acknowledged_at.is_some() {
            let status = if is_closed { ReminderStatus::Closed } else { ReminderStatus::Acknowledged };
            return Err(Refusal::ReminderNotOpen { status }.into());
        }
        // One that has escalated stays with the parent.
        if row.status == ReminderStatus::Open {
            row.status = ReminderStatus::Acknowledged;
        }
        row.explanation = Some(input.explanation.clone());
        row.promised_on = Some(input.promised_on);
        row.acknowledged_at = Some(now.utc());
        row.version += 1;
        queries::update(tx, &row).await?;
        let details = json!({"promised_on": row.promised_on, "version": row.version});
        record(tx, &principal.actor(), now, ("reminder.acknowledged", id, details)).await?;
        Ok(show(&row, counts))
    };
    writer.on_terms(terms, now, work).await
}
