//! Carries out the items of a batch: some in one transaction and by a few statements, unless the database refuses one of them (`at_once`),
//! each in a transaction of its own (`alone`), or all in one (`together`).
//!
//! An item that was done before is known by its identity, the code of a receipt and the reference of an event, and changes
//! nothing; with other content it is rejected.

mod at_once;

pub use at_once::at_once;

use super::first_rows::{first_kind, person};
use super::{Context, EventInput, OfficerInput, ReceiveInput, by_present_calendars, receive, record};
use crate::db::{Constraint, DbError, End, Failure, Transaction, Writer, step};
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::features::dossiers::queries::sent_before::{
    self, Known, ReceivedBefore, RecordedBefore, Sent, Wanted,
};
use crate::features::dossiers::queries::{EventRow, visible};
use crate::features::dossiers::sealed;
use crate::features::procedures::cache::Versions;
use std::collections::HashMap;
use std::sync::Arc;

/// An item.
#[derive(Debug)]
pub enum Item {
    /// A dossier to receive, with its code.
    Receive(Box<ReceiveInput>),
    /// An event to record of the dossier with a code.
    Event(String, Box<EventInput>),
}

/// What became of an item that was not rejected.
#[derive(Debug)]
pub struct Done {
    /// Whether it was done now.
    pub is_new: bool,
    /// Code of the dossier.
    pub code: String,
    /// Version of the dossier that the item made.
    pub version: i32,
}

/// Versions of procedures by the code of the procedure.
pub type Procedures = HashMap<String, Versions>;

impl Item {
    /// Code of the dossier.
    pub fn dossier(&self) -> &str {
        match self {
            Self::Receive(input) => input.code.as_deref().unwrap_or_default(),
            Self::Event(code, _) => code,
        }
    }

    /// Code of the dossier of which it records an event.
    fn recorded_of(&self) -> Option<&str> {
        match self {
            Self::Receive(_) => None,
            Self::Event(code, _) => Some(code),
        }
    }

    /// By what it is known when it is sent again.
    fn identity(&self) -> Sent<'_> {
        match self {
            Self::Receive(_) => Sent::Receipt(self.dossier()),
            Self::Event(code, input) => Sent::Event(code, input.reference.as_deref().unwrap_or_default()),
        }
    }
}

/// What to look for to know which items were done before.
pub fn wanted<'a>(items: impl Iterator<Item = &'a Item>) -> Wanted<'a> {
    Wanted::of(items.map(Item::identity))
}

/// Carries out an item in a transaction of its own, unless it is among those `known` from before.
pub async fn alone(
    writer: &Writer,
    context: &Context<'_>,
    (item, procedures): (&Item, &Procedures),
    known: &Known,
    fresh: &impl AsyncFn() -> Result<Arc<Calendars>, DbError>,
) -> Result<Done, Failure> {
    if let Some(done) = before(context, item, known) {
        return Ok(done?);
    }
    let done = by_present_calendars(context, fresh, async |context| {
        let work = async |tx: &mut Transaction| carry_out(tx, context, (item, procedures)).await;
        match item {
            // A single statement.
            Item::Receive(_) => writer.statement(work).await,
            Item::Event(..) => writer.transaction(work).await,
        }
    });
    let failure = match done.await {
        Err(failure) if may_be_known(&failure) => failure,
        done => return done,
    };
    let look = async |tx: &mut Transaction| settled(tx, context, item, failure).await;
    Ok(writer.transaction(look).await??)
}

/// Carries out items in one transaction, all of them whatever becomes of others, and keeps what was done when `keeps` says so
/// of the results.
pub async fn together(
    writer: &Writer,
    context: &Context<'_>,
    (items, procedures): (&[&Item], &Procedures),
    keeps: impl Fn(&[Result<Done, Refusal>]) -> bool,
    fresh: &impl AsyncFn() -> Result<Arc<Calendars>, DbError>,
) -> Result<(bool, Vec<Result<Done, Refusal>>), Failure> {
    by_present_calendars(context, fresh, async |context| {
        let work = async |tx: &mut Transaction| {
            let codes: Vec<&str> = items.iter().filter_map(|item| item.recorded_of()).collect();
            sent_before::hold(tx, &codes).await?;
            let mut results = Vec::with_capacity(items.len());
            for item in items {
                results.push(within(tx, context, (item, procedures)).await?);
            }
            let is_kept = keeps(&results);
            Ok::<_, Failure>(((is_kept, results), if is_kept { End::Commit } else { End::RollBack }))
        };
        writer.ending(work).await
    })
    .await
}

/// Carries out an item inside a transaction that goes on whatever becomes of it.
async fn within(
    tx: &mut Transaction,
    context: &Context<'_>,
    (item, procedures): (&Item, &Procedures),
) -> Result<Result<Done, Refusal>, Failure> {
    let wanted = wanted(std::iter::once(item));
    if let Some(done) = before(context, item, &sent_before::known(tx, &wanted).await?) {
        return Ok(done);
    }
    let work = async |tx: &mut Transaction| carry_out(tx, context, (item, procedures)).await;
    match step(tx, work).await {
        Err(failure) if may_be_known(&failure) => settled(tx, context, item, failure).await,
        done => done.map(Ok),
    }
}

/// Does what an item says.
async fn carry_out(
    tx: &mut Transaction,
    context: &Context<'_>,
    (item, procedures): (&Item, &Procedures),
) -> Result<Done, Failure> {
    let (code, version) = match item {
        Item::Receive(input) => {
            let what = (&**input, versions(procedures, input));
            let dossier = receive::receive_coded(tx, context, what).await?.dossier;
            (dossier.code, dossier.version)
        }
        Item::Event(code, input) => {
            let recorded = record::record_in(tx, context, (code, input), &|_| Ok(())).await?;
            (code.clone(), recorded.event.seq)
        }
    };
    Ok(Done { is_new: true, code, version })
}

/// What becomes of an item that failed in a way that [`may_be_known`]: perhaps somebody else did it meanwhile.
async fn settled(
    tx: &mut Transaction,
    context: &Context<'_>,
    item: &Item,
    failure: Failure,
) -> Result<Result<Done, Refusal>, Failure> {
    let known = sent_before::known(tx, &wanted(std::iter::once(item))).await?;
    Ok(before(context, item, &known).unwrap_or_else(|| Err(refusal(item, failure))))
}

fn versions<'a>(
    procedures: &'a Procedures,
    input: &ReceiveInput,
) -> &'a [crate::features::procedures::queries::Procedure] {
    procedures.get(&input.procedure).map_or(&[], |versions| versions.as_slice())
}

/// Whether an item may have failed because it was done by somebody else since one looked: what it would do again is refused then,
/// or its identity is taken.
const fn may_be_known(failure: &Failure) -> bool {
    use Constraint::{DossierCode, EventReference};
    matches!(failure, Failure::Refused(_) | Failure::Database(DbError::Refused(DossierCode | EventReference)))
}

fn refusal(item: &Item, failure: Failure) -> Refusal {
    match failure {
        Failure::Refused(refusal) => refusal,
        Failure::Database(_) => taken(item),
    }
}

fn taken(item: &Item) -> Refusal {
    match item.identity() {
        Sent::Receipt(code) => Refusal::DuplicateCode { code: code.to_owned() },
        Sent::Event(_, reference) => Refusal::DuplicateRef { reference: reference.to_owned() },
    }
}

/// What an item comes to that was done before; `None`: it was not, or is not for this caller to know.
fn before(context: &Context<'_>, item: &Item, known: &Known) -> Option<Result<Done, Refusal>> {
    let (is_same, version) = match item {
        Item::Receive(input) => {
            let found = known.receipt(item.dossier())?;
            let is_theirs = visible::sees(context.governed, &found.dossier);
            (is_theirs && same_receipt(context, input, found), found.first.seq)
        }
        Item::Event(code, input) => {
            let found = known.event(code, input.reference.as_deref()?)?;
            if !visible::sees(context.governed, &found.dossier) {
                return None;
            }
            (same_event(context, input, found), found.event.seq)
        }
    };
    let done = || Done { is_new: false, code: item.dossier().to_owned(), version };
    Some(if is_same { Ok(done()) } else { Err(taken(item)) })
}

/// Whether a dossier was received as it is sent now.
fn same_receipt(context: &Context<'_>, input: &ReceiveInput, found: &ReceivedBefore) -> bool {
    let (dossier, first) = (&found.dossier, &found.first);
    let Some(stored) = found.person.clone() else { return false };
    let agency = |code: &str| context.tree.find(code).map(|agency| agency.id);
    let is_registered = input.received_at.is_none();
    found.procedure == input.procedure
        && dossier.case_code == input.case
        && dossier.channel == input.channel
        && agency(&input.receiving_agency) == Some(dossier.receiving_agency_id)
        && agency(&input.competent_agency) == Some(dossier.competent_agency_id)
        && dossier.applicant_kind == input.applicant.kind
        && first.kind == first_kind(input)
        && first.occurred_at == input.filed_at.utc()
        && first.of_kind.appointed_at == input.appointed_at.map(Instant::utc)
        && (is_registered || dossier.submitted_at == input.submitted_at.map(Instant::utc))
        && (first.origin, first.source_recorded_at)
            == (input.origin, input.source_recorded_at.map(Instant::utc))
        && same_officer(first, input.officer.as_ref())
        && sealed::is_same_person(context.keys, stored, &person(input))
}

/// Whether an event was recorded as it is sent now. An agency that is not named may be any.
fn same_event(context: &Context<'_>, input: &EventInput, found: &RecordedBefore) -> bool {
    let event = &found.event;
    let agency = |code: &String| context.tree.find(code).map(|agency| agency.id);
    event.kind == input.details.kind()
        && event.occurred_at == input.occurred_at.utc()
        && (event.origin, event.source_recorded_at)
            == (input.origin, input.source_recorded_at.map(Instant::utc))
        && input.agency.as_ref().is_none_or(|code| agency(code) == Some(event.agency_id))
        && input.details.to_agency().map(agency) == event.to_agency_id.map(Some)
        && same_officer(event, input.officer.as_ref())
        && event.public_note == input.public_note
        && event.of_kind == input.details.row()
        && sealed::is_same_note(context.keys, found.note.clone(), input.note.as_deref())
}

fn same_officer(event: &EventRow, officer: Option<&OfficerInput>) -> bool {
    event.officer.as_ref() == officer.map(|officer| &officer.name)
        && event.officer_title.as_ref() == officer.and_then(|officer| officer.title.as_ref())
        && event.officer_unit.as_ref() == officer.and_then(|officer| officer.unit.as_ref())
}
