//! Makes a version of a draft, by a decision that announces it.

use super::{ProcedureInput, Written, may_write, require_fitting, require_open};
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::catalogue::completeness::missing;
use crate::domain::catalogue::decision::{Act, Decision};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule, Violations};
use crate::domain::text::fold;
use crate::features::audit::{self, Actor, Change};
use crate::features::auth::Principal;
use crate::features::procedures::queries::{self, write};
use chrono::NaiveDate;
use serde_json::{Value, json};

/// A publication of a draft.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The decision that announces it.
    pub decision: Decision,
    /// Day of its disclosure; `None`: today.
    pub published_on: Option<NaiveDate>,
    /// Whether it had versions before this service kept it.
    pub began_elsewhere: bool,
}

/// Publishes a draft on the given terms and shows the new version: one that is given, which may be of a procedure that is not there yet,
/// or the stored one, which `read` reads.
pub async fn publish(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    (code, publication, given): (&str, &Publication, Option<&ProcedureInput>),
    terms: &Terms,
    expects: impl Fn(Option<i32>) -> Result<(), Refusal>,
    (read, show): (impl Fn(Value) -> Result<ProcedureInput, Refusal>, impl Fn(&Written) -> Answer),
) -> Result<Given, Failure> {
    let may = |agencies: &[AgencyId]| may_write(principal, agencies, Place::whole());
    let work = async |tx: &mut Transaction| {
        let locked = write::lock(tx, code).await?;
        if locked.revision == 0 && given.is_none() {
            return Err(Refusal::NotFound.into());
        }
        if let Some(newest) = queries::newest(tx, code).await? {
            may(&newest.agencies)?;
            expects(Some(locked.revision))?;
            require_open(&newest)?;
        }
        expects((locked.revision > 0).then_some(locked.revision))?;
        let stored;
        let input = if let Some(given) = given {
            given
        } else {
            let standing = queries::standing(tx, code).await?;
            let draft = standing.and_then(|(_, draft)| draft).ok_or(Refusal::NoDraft)?;
            stored = read(draft.content)?;
            &stored
        };
        let actor = principal.actor();
        let at = given.map_or("", |_| "/draft");
        let published = publish_in(tx, &actor, &principal.tree, now, (input, at, publication), &may);
        Ok(show(&published.await?))
    };
    writer.on_terms(terms, now, work).await
}

/// The same inside a transaction that does more, of a draft that need not be stored and stands at a pointer. `may` judges the agencies that it
/// lists; none means every agency of its levels.
pub async fn publish_in(
    tx: &mut Transaction,
    actor: &Actor,
    tree: &AgencyTree,
    now: Instant,
    (input, at, publication): (&ProcedureInput, &str, &Publication),
    may: &impl Fn(&[AgencyId]) -> Result<(), Refusal>,
) -> Result<Written, Failure> {
    let mut new = input.procedure(tree, now).map_err(|why| why.below(at))?;
    may(&new.agencies)?;
    let locked = write::lock(tx, &input.code).await?;
    let newest = queries::newest(tx, &input.code).await?;
    newest.as_ref().map_or(Ok(()), require_open)?;
    let effective_on = publication.decision.effective_on.unwrap_or(input.effective_from);
    let from = effective_on.date();
    let act = match (&newest, publication.began_elsewhere) {
        (None, false) => Act::First,
        (None, true) => Act::Continued,
        (Some(_), false) => Act::Next,
        (Some(before), true) => {
            let message = format!("must not be true: version {} is here", before.row.version);
            return Err(Refusal::invalid("/began_elsewhere", Rule::InvalidValue, message).into());
        }
    };
    require_fitting(&publication.decision, act, from, now)?;
    if let Some(before) = newest.filter(|before| from < before.row.effective_from) {
        let begins = before.row.effective_from;
        let message = format!("must not be before {begins}, when the present version begins");
        return Err(Refusal::invalid("/decision/effective_on", Rule::ValidityOverlap, message).into());
    }
    let published_on = publication.published_on.unwrap_or_else(|| now.local_date());
    if published_on < publication.decision.signed_on.date() {
        let message = "must not be before the decision was signed";
        return Err(Refusal::invalid("/published_on", Rule::InvalidValue, message).into());
    }
    require_complete(input).map_err(|why| why.below(at))?;
    new.row.version = locked.version + 1;
    (new.row.effective_from, new.row.published_on) = (from, published_on);
    new.row.decision = Some(Decision { effective_on: Some(effective_on), ..publication.decision.clone() });
    write::write(tx, &new, &input.content, &fold(&input.name)).await?;
    write::drop_draft(tx, &input.code).await?;
    let revision = write::changed(tx, &input.code).await?;
    let details = json!({
        "version": new.row.version, "name": new.row.name, "effective_from": from, "published_on": published_on,
        "decision": new.row.decision,
    });
    let change =
        Change { action: "procedure.published", subject: format!("procedure:{}", input.code), details };
    audit::record(tx, actor, now, change).await?;
    Ok(Written { revision, procedure: new, content: input.content.clone() })
}

/// The seven mandatory parts are there.
fn require_complete(input: &ProcedureInput) -> Result<(), Refusal> {
    let mut wrong = Violations::default();
    for part in missing(&input.name, &input.levels, &input.limits, &input.content) {
        wrong.add(part.pointer, Rule::PartMissing, part.is_missing());
    }
    wrong.check()
}
