//! Receives a dossier (tiếp nhận hồ sơ; NĐ 61/2018 Art. 17): checks it, dates it, gives it a code, stores it.

use super::first_rows::{dossier_row, event_row, person_row};
use super::{Context, Received, TRIES, chain};
use crate::db::{Answer, Constraint, DbError, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::Agency;
use crate::domain::calendar::Calendars;
use crate::domain::ids::DossierCode;
use crate::domain::law::law;
use crate::domain::local_time::Instant;
use crate::domain::policy::Policy;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::time_limit::{self, CaseLimit};
use crate::domain::vocabulary::{ApplicantKind, Channel};
use crate::features::audit::{self, Change};
use crate::features::dossiers::queries::receipt::{self, NewCode, TheSubject};
use crate::features::dossiers::queries::write::{self, PersonRow};
use crate::features::dossiers::queries::{DossierRow, EventRow};
use crate::features::procedures::queries::{self as procedures, Procedure};
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
    /// When it was received.
    pub received_at: Instant,
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
    let mut received = receive_dated(writer, context, what, terms, &show).await;
    for _ in 1..TRIES {
        if !matches!(received, Err(Failure::Database(DbError::Refused(Constraint::CalendarVersion)))) {
            break;
        }
        let calendars = &*fresh().await?;
        received = receive_dated(writer, &Context { calendars, ..*context }, what, terms, &show).await;
    }
    received
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
    let at_once = async |tx: &mut Transaction| {
        let receipt = judge(context, input, versions)?;
        let code = receipt.code(input);
        Ok(show(&receipt.store(tx, context, code).await?))
    };
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
        None => next_free(tx, receipt.receiving, input.received_at).await?,
    };
    receipt.store(tx, context, NewCode::Given(&code)).await
}

/// The next code of the receiving agency on the day of receipt that nobody has. Those given by hand are skipped.
async fn next_free(tx: &mut Transaction, agency: &Agency, received_at: Instant) -> Result<String, Failure> {
    let day = received_at.local_date();
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
    rows: (DossierRow, EventRow, PersonRow),
    procedure: &'a Procedure,
    receiving: &'a Agency,
    details: serde_json::Value,
}

/// Judges a receipt and dates it. Needs nothing of the database but what the caller brought.
fn judge<'a>(
    context: &Context<'a>,
    input: &'a ReceiveInput,
    versions: &'a [Procedure],
) -> Result<Receipt<'a>, Refusal> {
    context.not_ahead("/received_at", input.received_at)?;
    if input.submitted_at.is_some_and(|at| at > input.received_at) {
        return Err(Refusal::invalid("/submitted_at", Rule::InvalidValue, "must not be after received_at"));
    }
    let procedure = in_force(versions, input)?;
    let at = input.received_at;
    let receiving = context.agency("/receiving_agency", &input.receiving_agency, at, context.governed)?;
    let competent = context.agency("/competent_agency", &input.competent_agency, at, context.visible)?;
    require_competent(procedure, competent)?;
    let limit = limit_for(procedure, input)?;
    let policy = policy_of(context, competent, procedure, at);
    let dossier = dossier_row(context, input, (procedure, limit, policy), (receiving.id, competent.id));
    let event = event_row(context, input, &dossier);
    let details = json!({
        "procedure": input.procedure, "receiving_agency": receiving.code, "competent_agency": competent.code,
        "received_at": at, "due_on": dossier.due_on,
    });
    let person = person_row(input, dossier.id);
    Ok(Receipt { rows: (dossier, event, person), procedure, receiving, details })
}

impl<'a> Receipt<'a> {
    /// Its code: given, or to be counted while it is stored.
    fn code(&self, input: &'a ReceiveInput) -> NewCode<'a> {
        match &input.code {
            Some(code) => NewCode::Given(code),
            None => NewCode::Next {
                agency: self.receiving.id,
                agency_code: &self.receiving.code,
                day: input.received_at.local_date(),
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
        let (dossier, event, person) = self.rows;
        let change = Change { action: "dossier.received", subject: TheSubject, details: self.details };
        let audit = audit::inserting(context.actor, context.now, change);
        let at = (code, context.calendars.version());
        let (seal, person) = chain::seal_first(&dossier, &event, person)?;
        let code = receipt::store(tx, at, (&dossier, &event, &seal), &person, audit).await?;
        let dossier = DossierRow { code, ..dossier };
        Ok(Received { dossier, procedure: (&self.procedure.row).into() })
    }
}

/// The version of the procedure that was in force on the day of receipt.
fn in_force<'a>(versions: &'a [Procedure], input: &ReceiveInput) -> Result<&'a Procedure, Refusal> {
    let day = input.received_at.local_date();
    procedures::in_force_on(versions, day).ok_or_else(|| {
        let code = &input.procedure;
        let (rule, message) = if versions.is_empty() {
            (Rule::UnknownProcedure, format!("no procedure has the code {code}"))
        } else {
            (Rule::ProcedureNotInForce, format!("the procedure {code} was not in force on {day}"))
        };
        Refusal::invalid("/procedure", rule, message)
    })
}

fn require_competent(procedure: &Procedure, competent: &Agency) -> Result<(), Refusal> {
    let listed = procedure.agencies.contains(&competent.id);
    let of_level = procedure.agencies.is_empty() && procedure.row.levels.contains(&competent.level);
    if listed || of_level {
        return Ok(());
    }
    let message = format!("the agency {} does not decide {}", competent.code, procedure.row.procedure_code);
    Err(Refusal::invalid("/competent_agency", Rule::AgencyNotCompetent, message))
}

/// The policy of the dossier, unless it is that of the law.
fn policy_of(
    context: &Context<'_>,
    competent: &Agency,
    procedure: &Procedure,
    received_at: Instant,
) -> Option<Policy> {
    let day = received_at.local_date();
    let default = law().policy_on(day);
    let above = std::iter::successors(Some(competent), |agency| context.tree.get(agency.parent?));
    let agencies: Vec<i32> = above.map(|agency| agency.id).collect();
    let code = &procedure.row.procedure_code;
    let policy = Policy::resolve(default, context.policies, code, &agencies, day);
    Some(policy).filter(|policy| *policy != default)
}

fn limit_for<'a>(procedure: &'a Procedure, input: &ReceiveInput) -> Result<&'a CaseLimit, Refusal> {
    let limits = &procedure.limits;
    time_limit::choose(limits, input.case.as_deref(), input.channel).ok_or_else(|| {
        let mut cases: Vec<&str> = limits.iter().filter_map(|l| l.case.as_deref()).collect();
        cases.dedup();
        let message = match cases.as_slice() {
            [] => format!("must be null: {} has no cases", input.procedure),
            _ => format!("must be a case of {}: {}", input.procedure, cases.join(", ")),
        };
        Refusal::invalid("/case", Rule::UnknownCase, message)
    })
}
