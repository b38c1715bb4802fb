//! Ends a procedure: its abolition, or its replacement by another.

use super::{Written, act_of, may_write, require_fitting, require_open};
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::catalogue::decision::Decision;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::vocabulary::Ending;
use crate::features::audit::{self, Change};
use crate::features::auth::Principal;
use crate::features::procedures::queries::{self, write};
use chrono::NaiveDate;
use serde_json::json;

/// An abolition or a replacement.
#[derive(Clone, Debug)]
pub struct End {
    /// The decision.
    pub decision: Decision,
    /// First day on which the procedure is no longer in force.
    pub on: NaiveDate,
    /// The procedure that replaces it; `None`: it is abolished.
    pub replaced_by: Option<String>,
}

/// Ends a procedure on the given terms, with its newest version, and shows that. A draft of it is taken away.
pub async fn end(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    (code, end): (&str, &End),
    terms: &Terms,
    expects: impl Fn(Option<i32>) -> Result<(), Refusal>,
    show: impl Fn(&Written) -> Answer,
) -> Result<Given, Failure> {
    let ending = if end.replaced_by.is_some() { Ending::Replaced } else { Ending::Abolished };
    let work = async |tx: &mut Transaction| {
        let locked = write::lock(tx, code).await?;
        let mut newest = queries::newest(tx, code).await?.ok_or(Refusal::NotFound)?;
        may_write(principal, &newest.agencies, Place::whole())?;
        expects(Some(locked.revision))?;
        require_open(&newest)?;
        require_fitting(&end.decision, act_of(ending), end.on, now)?;
        if end.on < newest.row.effective_from {
            let begins = newest.row.effective_from;
            let message = format!("must not be before {begins}, when the present version begins");
            return Err(Refusal::invalid("/decision/effective_on", Rule::ValidityOverlap, message).into());
        }
        if let Some(successor) = &end.replaced_by {
            require_successor(tx, code, successor, end.on).await?;
        }
        (newest.row.effective_to, newest.row.ended_by) = (Some(end.on), Some(ending));
        newest.row.replaced_by.clone_from(&end.replaced_by);
        newest.row.end_decision = Some(end.decision.clone());
        newest.row.end_recorded_at = Some(now.utc());
        write::end(tx, &newest, &end.decision, now).await?;
        write::drop_draft(tx, code).await?;
        let revision = write::changed(tx, code).await?;
        let details = json!({"on": end.on, "replaced_by": end.replaced_by, "decision": end.decision});
        let action = match ending {
            Ending::Abolished => "procedure.abolished",
            Ending::Replaced => "procedure.replaced",
        };
        let change = Change { action, subject: format!("procedure:{code}"), details };
        audit::record(tx, &principal.actor(), now, change).await?;
        let content = queries::content(tx, newest.row.id).await?;
        Ok(show(&Written { revision, procedure: newest, content }))
    };
    writer.on_terms(terms, now, work).await
}

/// What replaces a procedure is another one, in force from that day on.
async fn require_successor(
    tx: &mut Transaction,
    code: &str,
    successor: &str,
    on: NaiveDate,
) -> Result<(), Failure> {
    let wrong = |rule, message: String| Failure::from(Refusal::invalid("/replaced_by", rule, message));
    if successor == code {
        return Err(wrong(Rule::InvalidValue, "must be another procedure".into()));
    }
    let (_, versions) = queries::versions_at(tx, successor).await?;
    if versions.is_empty() {
        return Err(wrong(Rule::UnknownProcedure, format!("no procedure has the code {successor}")));
    }
    match queries::in_force_on(&versions, on) {
        Some(_) => Ok(()),
        None => Err(wrong(
            Rule::ProcedureNotInForce,
            format!("the procedure {successor} is not in force on {on}"),
        )),
    }
}
