//! The state of a dossier with one event more: the present state goes on with it, or all of it is derived anew when the
//! event lies before others or corrects one.

use super::binding::{self, Asked};
use super::event::{EventDetails, EventInput};
use super::{Context, correction, dating, follow, prolongation, replay};
use crate::db::{Failure, Transaction};
use crate::domain::clock;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::{EventKind, Origin};
use crate::features::dossiers::history;
use crate::features::dossiers::queries::{self, DossierRow, EventRow};
use crate::features::procedures::queries as procedures;

/// A dossier, and the event that it is to have.
type Told<'a> = (&'a DossierRow, &'a EventInput, &'a EventRow);

/// Whether an event of a kind may move the due date, or ends the dossier while its clock is stopped.
pub(super) const fn dates(kind: EventKind) -> bool {
    clock::touches(kind) || matches!(kind, EventKind::Withdrawn | EventKind::Terminated)
}

/// The present state, going on with an event that is the latest step, or a note.
pub(super) async fn onward(
    tx: &mut Transaction,
    context: &Context<'_>,
    (before, input, event): Told<'_>,
) -> Result<DossierRow, Failure> {
    if event.occurred_at < before.filed_at {
        let last_event_at = before.filed_at.into();
        return Err(Refusal::EventOutOfOrder { last_event_at, days: None }.into());
    }
    let position = follow::after(before, event.kind)?;
    let mut dossier = before.clone();
    if event.kind == EventKind::Received {
        bind(tx, context, &mut dossier, ("/occurred_at", input.occurred_at)).await?;
    }
    follow::apply(&mut dossier, event, position);
    if dates(event.kind) {
        let mut recorded = queries::events_of(tx, &[before.id]).await?;
        let limit = limit(tx, &dossier).await?;
        if event.kind == EventKind::Extended {
            let others = history::as_happened(&recorded);
            prolongation::allowed(context, before, &limit, (&others, event))?;
        }
        recorded.push(event.clone());
        dating::redate(&context.offices(), &mut dossier, &limit, &history::clock_events(&recorded));
    }
    Ok(dossier)
}

/// The state that follows from all events, with one that lies before others or corrects one; and for one that lies before
/// others, the dossier as it was then.
pub(super) async fn anew(
    tx: &mut Transaction,
    context: &Context<'_>,
    (before, input, event): Told<'_>,
) -> Result<(DossierRow, Option<DossierRow>), Failure> {
    let mut recorded = queries::events_of(tx, &[before.id]).await?;
    let (subject, at, pointer) = if let EventDetails::Corrected(given) = &input.details {
        let corrected = correction::corrected(context, &recorded, (given, event))?;
        (corrected, given.happened_at, "/happened_at")
    } else {
        replay::still(before, event, input.origin == Origin::Live, context.now)?;
        (event.clone(), Some(input.occurred_at), "/occurred_at")
    };
    recorded.push(event.clone());
    let events = history::as_happened(&recorded);
    let mut bound = before.clone();
    if let Some(at) = at.filter(|_| binds(before, &subject)) {
        let submitted_at = bound.submitted_at.filter(|_| subject.kind == EventKind::Received);
        if submitted_at.is_some_and(|submitted_at| submitted_at > at.utc()) {
            let message = "must not be before the dossier was submitted";
            return Err(Refusal::invalid(pointer, Rule::InvalidValue, message).into());
        }
        bind(tx, context, &mut bound, (pointer, at)).await?;
    }
    let limit = limit(tx, &bound).await?;
    let replay::Replayed { dossier, then } = replay::replay(context, (&bound, &limit), &events, subject.id)?;
    if let Some(then) = then.as_ref().filter(|_| subject.kind == EventKind::Extended) {
        let others: Vec<EventRow> = events.into_iter().filter(|other| other.id != subject.id).collect();
        prolongation::allowed(context, then, &limit, (&others, &subject))?;
    }
    Ok((dossier, then.filter(|_| subject.id == event.id)))
}

/// Whether the instant of an event says what binds a dossier: of its receipt, or until then of its submission.
const fn binds(dossier: &DossierRow, event: &EventRow) -> bool {
    match event.kind {
        EventKind::Received => true,
        EventKind::Registered => dossier.received_at.is_none(),
        _ => false,
    }
}

async fn limit(tx: &mut Transaction, row: &DossierRow) -> Result<CaseLimit, Failure> {
    let limits = procedures::limits_by_version(tx, &[row.procedure_version_id]).await?;
    Ok(dating::limit_of(row, &limits))
}

/// Binds a dossier to what is in force when it is received, at an instant that stands at a pointer.
async fn bind(
    tx: &mut Transaction,
    context: &Context<'_>,
    dossier: &mut DossierRow,
    (pointer, at): (&str, Instant),
) -> Result<(), Failure> {
    let day = at.local_date();
    for agency in [dossier.receiving_agency_id, dossier.competent_agency_id] {
        let in_force = context.tree.get(agency).is_some_and(|agency| agency.validity.contains(day));
        if !in_force {
            let code = context.tree.code(agency);
            let message = format!("the agency {code} was not in force on {day}");
            return Err(Refusal::invalid(pointer, Rule::AgencyNotInForce, message).into());
        }
    }
    let competent = context.tree.get(dossier.competent_agency_id).ok_or(Refusal::NotFound)?;
    let versions = procedures::versions_with(tx, dossier.procedure_version_id).await?;
    let procedure = versions.first().map_or("", |version| version.row.procedure_code.as_str());
    let (case, channel) = (dossier.case_code.clone(), dossier.channel);
    let asked = Asked { procedure, versions: &versions, case: case.as_deref(), channel, at };
    binding::binding(context, asked, competent).map_err(|why| all_at(pointer, why))?.bind(dossier);
    Ok(())
}

/// What is wrong with fields of a receipt is, in an event, wrong with its instant: all else is as it was filed.
fn all_at(pointer: &str, refusal: Refusal) -> Refusal {
    let Refusal::Invalid(mut violations) = refusal else { return refusal };
    for violation in &mut violations.0 {
        violation.place = Place::Pointer(pointer.to_owned());
    }
    Refusal::Invalid(violations)
}
