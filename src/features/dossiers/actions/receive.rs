//! Receives a dossier (tiếp nhận hồ sơ; NĐ 61/2018 Art. 17), or registers one that was submitted and waits to be received:
//! checks it, dates it, gives it a code, stores it.

use super::binding::{self, Asked};
use super::first_rows::{self, dossier_row, event_row};
use super::{Context, Received, TRIES, action_of, by_present_calendars, chain};
use crate::db::{Answer, Constraint, DbError, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::Agency;
use crate::domain::calendar::Calendars;
use crate::domain::ids::DossierCode;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::vocabulary::{ApplicantKind, Channel, Origin};
use crate::features::audit::{self, Change, Made};
use crate::features::dossiers::queries::many::New;
use crate::features::dossiers::queries::receipt::{self, NewCode, TheSubject};
use crate::features::dossiers::queries::{DossierRow, EventRow, write};
use crate::features::dossiers::sealed::{self, Person};
use crate::features::procedures::queries::Procedure;
use serde_json::json;
use std::sync::Arc;

/// A dossier to receive.
#[derive(Clone, Debug)]
pub struct ReceiveInput {
    /// Code; generated when absent.
    pub code: Option<String>,
    /// Code of the procedure.
    pub procedure: String,
    /// Case of the procedure.
    pub case: Option<String>,
    /// Channel.
    pub channel: Channel,
    /// Code of the agency that receives it.
    pub receiving_agency: String,
    /// Code of the agency that decides it.
    pub competent_agency: String,
    /// When it was submitted online.
    pub submitted_at: Option<Instant>,
    /// When it was received; absent: it was submitted and waits for that.
    pub received_at: Option<Instant>,
    /// When it was received, or else submitted.
    pub filed_at: Instant,
    /// Where the record comes from.
    pub origin: Origin,
    /// When the other software recorded it.
    pub source_recorded_at: Option<Instant>,
    /// Return date that the portal promised.
    pub appointed_at: Option<Instant>,
    /// Summary; personal data.
    pub summary: Option<String>,
    /// Who received it.
    pub officer: Option<OfficerInput>,
    /// Who filed it.
    pub applicant: ApplicantInput,
}

/// An officer.
#[derive(Clone, Debug)]
pub struct OfficerInput {
    /// Name.
    pub name: String,
    /// Title.
    pub title: Option<String>,
    /// Unit.
    pub unit: Option<String>,
}

/// An applicant; all but the kind is personal data.
#[derive(Clone, Debug)]
pub struct ApplicantInput {
    /// Kind.
    pub kind: ApplicantKind,
    /// Name.
    pub name: String,
    /// Number of the identity paper.
    pub id_number: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Address.
    pub address: Option<String>,
}

/// Receives a dossier on the given terms and shows it. `versions` are those of its procedure, none when there is none.
/// When the calendars were replaced since they were read, nothing is stored, and it is dated anew by those that `fresh`
/// gives.
pub async fn receive(
    writer: &Writer,
    context: &Context<'_>,
    what: (&ReceiveInput, &[Procedure]),
    terms: &Terms,
    fresh: impl AsyncFn() -> Result<Arc<Calendars>, DbError>,
    show: impl Fn(&Received, &Calendars) -> Answer,
) -> Result<Given, Failure> {
    let dated = async |context: &Context<'_>| receive_dated(writer, context, what, terms, &show).await;
    by_present_calendars(context, &fresh, dated).await
}

/// The same by the calendars of the context.
async fn receive_dated(
    writer: &Writer,
    context: &Context<'_>,
    (input, versions): (&ReceiveInput, &[Procedure]),
    terms: &Terms,
    show: &impl Fn(&Received, &Calendars) -> Answer,
) -> Result<Given, Failure> {
    let show = |received: &Received| show(received, context.calendars);
    let taken = || Refusal::DuplicateCode { code: input.code.clone().unwrap_or_default() };
    let at_once =
        async |tx: &mut Transaction| Ok(show(&receive_coded(tx, context, (input, versions)).await?));
    let mut received = writer.statement_on_terms(terms, context.now, at_once).await;
    let mut tries = 1;
    loop {
        match received.map_err(|failure| failure.when(Constraint::DossierCode, taken)) {
            Err(Failure::Refused(Refusal::DuplicateCode { .. })) if input.code.is_none() && tries < TRIES => {
                tries += 1;
                let work =
                    async |tx: &mut Transaction| Ok(show(&receive_in(tx, context, (input, versions)).await?));
                received = writer.on_terms(terms, context.now, work).await;
            }
            result => return result,
        }
    }
}

/// The same inside a transaction that does more, and so must not fail at a code that is taken.
pub async fn receive_in(
    tx: &mut Transaction,
    context: &Context<'_>,
    (input, versions): (&ReceiveInput, &[Procedure]),
) -> Result<Received, Failure> {
    let receipt = judge(context, input, versions)?;
    let code = match &input.code {
        Some(code) if write::is_taken(tx, code).await? => {
            return Err(Refusal::DuplicateCode { code: code.clone() }.into());
        }
        Some(code) => code.clone(),
        None => next_free(tx, receipt.receiving, input.filed_at).await?,
    };
    receipt.store(tx, context, NewCode::Given(&code)).await
}

/// Stores a receipt with the code that it brings, in one statement, which fails when that is taken. A refusal comes before it.
pub(super) async fn receive_coded(
    tx: &mut Transaction,
    context: &Context<'_>,
    (input, versions): (&ReceiveInput, &[Procedure]),
) -> Result<Received, Failure> {
    let receipt = judge(context, input, versions)?;
    let code = receipt.code(input);
    receipt.store(tx, context, code).await
}

/// A receipt that brings its code, with its audit row. Nothing is written.
pub(super) fn receipt(
    context: &Context<'_>,
    (input, versions): (&ReceiveInput, &[Procedure]),
) -> Result<(New, Made), Failure> {
    let Receipt { rows, details, .. } = judge(context, input, versions)?;
    let mut new = sealed_rows(context, rows)?;
    new.dossier.code = input.code.clone().unwrap_or_default();
    let made = (action_of(new.event.kind), format!("dossier:{}", new.dossier.code), details);
    Ok((new, made))
}

/// The next code of the receiving agency on the day of filing that nobody has. Those given by hand are skipped.
async fn next_free(tx: &mut Transaction, agency: &Agency, filed_at: Instant) -> Result<String, Failure> {
    let day = filed_at.local_date();
    loop {
        let number = write::next_number(tx, agency.id, day).await?;
        let code = DossierCode::generated(&agency.code, day, number);
        if !write::is_taken(tx, &code).await? {
            return Ok(code);
        }
    }
}

/// A receipt that may be stored.
struct Receipt<'a> {
    rows: (DossierRow, EventRow, Person),
    procedure: &'a Procedure,
    receiving: &'a Agency,
    details: serde_json::Value,
}

/// The rows of a receipt, sealed. The code of the dossier is not among them yet.
fn sealed_rows(
    context: &Context<'_>,
    (dossier, event, person): (DossierRow, EventRow, Person),
) -> Result<New, DbError> {
    let (seal, person) = chain::seal_first(&dossier, &event, person)?;
    let person = sealed::seal_person(context.keys, dossier.id, &person)?;
    Ok(New { dossier, event, seal, person })
}

/// Judges a receipt and dates it. Needs nothing of the database but what the caller brought.
fn judge<'a>(
    context: &Context<'a>,
    input: &'a ReceiveInput,
    versions: &'a [Procedure],
) -> Result<Receipt<'a>, Refusal> {
    let at = input.filed_at;
    context.not_ahead(if input.received_at.is_some() { "/received_at" } else { "/submitted_at" }, at)?;
    if input.submitted_at.is_some_and(|submitted_at| submitted_at > at) {
        return Err(Refusal::invalid("/submitted_at", Rule::InvalidValue, "must not be after received_at"));
    }
    context.replayed(input.origin, input.source_recorded_at)?;
    let receiving = context.agency("/receiving_agency", &input.receiving_agency, at, context.governed)?;
    let competent = context.agency("/competent_agency", &input.competent_agency, at, context.visible)?;
    let (procedure, case, channel) = (input.procedure.as_str(), input.case.as_deref(), input.channel);
    let bound = binding::binding(context, Asked { procedure, versions, case, channel, at }, competent)?;
    let dossier = dossier_row(context, input, &bound, (receiving.id, competent.id));
    let event = event_row(context, input, &dossier);
    let details = json!({
        "procedure": input.procedure, "receiving_agency": receiving.code, "competent_agency": competent.code,
        "submitted_at": input.submitted_at, "received_at": input.received_at, "due_on": dossier.due_on,
    });
    let person = first_rows::person(input);
    Ok(Receipt { rows: (dossier, event, person), procedure: bound.procedure, receiving, details })
}

impl<'a> Receipt<'a> {
    /// Its code: given, or to be counted while it is stored.
    fn code(&self, input: &'a ReceiveInput) -> NewCode<'a> {
        match &input.code {
            Some(code) => NewCode::Given(code),
            None => NewCode::Next {
                agency: self.receiving.id,
                agency_code: &self.receiving.code,
                day: input.filed_at.local_date(),
            },
        }
    }

    /// Stores it, with its audit row, in one statement.
    async fn store(
        self,
        tx: &mut Transaction,
        context: &Context<'_>,
        code: NewCode<'_>,
    ) -> Result<Received, Failure> {
        let New { dossier, event, seal, person } = sealed_rows(context, self.rows)?;
        let action = action_of(event.kind);
        let change = Change { action: &action, subject: TheSubject, details: self.details };
        let audit = audit::inserting(context.actor, context.now, change);
        let at = (code, context.calendars.version());
        let code = receipt::store(tx, at, (&dossier, &event, &seal), &person, audit).await?;
        let dossier = DossierRow { code, ..dossier };
        Ok(Received { dossier, procedure: (&self.procedure.row).into() })
    }
}
