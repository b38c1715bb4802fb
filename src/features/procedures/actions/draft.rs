//! Writes the draft of a procedure.

use super::{ProcedureInput, Written, may_write, require_open};
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::features::audit::{self, Change};
use crate::features::auth::Principal;
use crate::features::procedures::queries::{self, write};
use serde_json::{Value, json};

/// Writes a draft on the given terms and shows it. `sent` is the draft as it is stored, `read` reads the one that was stored before;
/// `expects` checks how often the procedure was changed.
pub async fn put(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    (input, sent): (&ProcedureInput, &Value),
    terms: &Terms,
    expects: impl Fn(Option<i32>) -> Result<(), Refusal>,
    (read, show): (impl Fn(Value) -> Result<ProcedureInput, Refusal>, impl Fn(&Written) -> Answer),
) -> Result<Given, Failure> {
    let work = async |tx: &mut Transaction| {
        let procedure = input.procedure(&principal.tree, now)?;
        may_write(principal, &procedure.agencies, Place::Pointer("/competent_agencies".into()))?;
        let locked = write::lock(tx, &input.code).await?;
        let newest = queries::newest(tx, &input.code).await?;
        if let Some(before) = &newest {
            // Whoever changes a procedure changes it for those it already binds.
            may_write(principal, &before.agencies, Place::whole())?;
        } else if let Some((_, Some(draft))) = queries::standing(tx, &input.code).await? {
            let before = read(draft.content)?.procedure(&principal.tree, now)?;
            may_write(principal, &before.agencies, Place::whole())?;
        }
        if let Some(before) = newest.as_ref().filter(|it| input.effective_from.date() < it.row.effective_from)
        {
            let begins = before.row.effective_from;
            let message = format!("must not be before {begins}, when the present version begins");
            return Err(Refusal::invalid("/effective_from", Rule::ValidityOverlap, message).into());
        }
        expects((locked.revision > 0).then_some(locked.revision))?;
        newest.as_ref().map_or(Ok(()), require_open)?;
        write::draft(tx, &input.code, sent, now).await?;
        let revision = write::changed(tx, &input.code).await?;
        let details = json!({"name": input.name, "effective_from": input.effective_from});
        let subject = format!("procedure:{}", input.code);
        let change = Change { action: "procedure.drafted", subject, details };
        audit::record(tx, &principal.actor(), now, change).await?;
        Ok(show(&Written { revision, procedure, content: input.content.clone() }))
    };
    writer.on_terms(terms, now, work).await
}
