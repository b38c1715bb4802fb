//! Receives a dossier (tiếp nhận hồ sơ; NĐ 61/2018 Art. 17): checks it, dates it, gives it a code, stores it.

use super::first_rows::{dossier_row, event_row, person_row};
use super::{Context, Recorded};
use crate::db::{Answer, Constraint, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::Agency;
use crate::domain::deadline;
use crate::domain::ids::DossierCode;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::time_limit::{self, CaseLimit, TimeLimit};
use crate::domain::vocabulary::{ApplicantKind, Channel};
use crate::features::audit::{self, Change};
use crate::features::dossiers::queries::{Listed, ProcedureOf, write};
use crate::features::procedures::queries::{self as procedures, Procedure};
use serde_json::json;

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

/// How often a generated code that another receipt took at the same moment is replaced by the next.
const TRIES: usize = 5;

/// Receives a dossier on the given terms and shows it.
pub async fn receive(
    writer: &Writer,
    context: &Context<'_>,
    input: &ReceiveInput,
    terms: &Terms,
    show: impl Fn(&Recorded) -> Answer,
) -> Result<Given, Failure> {
    let mut tries = 0;
    loop {
        let work = async |tx: &mut Transaction| Ok(show(&receive_in(tx, context, input).await?));
        let received = writer.on_terms(terms, context.now, work).await;
        match received.map_err(|failure| failure.when(Constraint::DossierCode, || taken(input))) {
            // A generated code was given by hand to a dossier that committed in between.
            Err(Failure::Refused(Refusal::DuplicateCode { .. })) if input.code.is_none() && tries < TRIES => {
                tries += 1;
            }
            result => return result,
        }
    }
}

fn taken(input: &ReceiveInput) -> Refusal {
    Refusal::DuplicateCode { code: input.code.clone().unwrap_or_default() }
}

/// The same inside a transaction that does more.
pub async fn receive_in(
    tx: &mut Transaction,
    context: &Context<'_>,
    input: &ReceiveInput,
) -> Result<Recorded, Failure> {
    context.not_ahead("/received_at", input.received_at)?;
    if input.submitted_at.is_some_and(|at| at > input.received_at) {
        return Err(
            Refusal::invalid("/submitted_at", Rule::InvalidValue, "must not be after received_at").into()
        );
    }
    let day = input.received_at.local_date();
    let procedure = match procedures::in_force_on(tx, &input.procedure, day).await? {
        Some(procedure) => procedure,
        None if procedures::newest(tx, &input.procedure).await?.is_some() => {
            let message = format!("the procedure {} was not in force on {day}", input.procedure);
            return Err(Refusal::invalid("/procedure", Rule::ProcedureNotInForce, message).into());
        }
        None => {
            let message = format!("no procedure has the code {}", input.procedure);
            return Err(Refusal::invalid("/procedure", Rule::UnknownProcedure, message).into());
        }
    };
    let receiving =
        context.agency("/receiving_agency", &input.receiving_agency, input.received_at, context.governed)?;
    let competent =
        context.agency("/competent_agency", &input.competent_agency, input.received_at, context.visible)?;
    require_competent(&procedure, competent)?;
    let limit = limit_for(&procedure, input)?;
    let due = deadline::compute(limit, input.received_at, context.calendar);
    let code = match &input.code {
        Some(code) if write::is_taken(tx, code).await? => return Err(taken(input).into()),
        Some(code) => code.clone(),
        None => generate(tx, receiving, input.received_at).await?,
    };
    let dossier = dossier_row(context, input, code, (&procedure, limit, due), (receiving.id, competent.id));
    let event = event_row(context, input, &dossier);
    write::insert(tx, &dossier).await?;
    write::insert_person(tx, &person_row(input, dossier.id)).await?;
    write::insert_event(tx, &event, None).await?;
    let details = json!({
        "procedure": input.procedure, "receiving_agency": receiving.code, "competent_agency": competent.code,
        "received_at": input.received_at, "due_on": dossier.due_on,
    });
    let change = Change { action: "dossier.received", subject: format!("dossier:{}", dossier.code), details };
    audit::record(tx, context.actor, context.now, change).await?;
    let row = procedure.row;
    let procedure = ProcedureOf {
        procedure_code: row.procedure_code,
        version: row.version,
        name: row.name,
        field: row.field,
    };
    Ok(Recorded { dossier: Listed { dossier, procedure }, event })
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

fn limit_for(procedure: &Procedure, input: &ReceiveInput) -> Result<TimeLimit, Refusal> {
    let limits: Vec<CaseLimit> = procedure.limits.iter().map(|(limit, _)| limit.clone()).collect();
    time_limit::choose(&limits, input.case.as_deref(), input.channel).ok_or_else(|| {
        let mut cases: Vec<&str> = limits.iter().filter_map(|l| l.case.as_deref()).collect();
        cases.dedup();
        let message = match cases.as_slice() {
            [] => format!("must be null: {} has no cases", input.procedure),
            _ => format!("must be a case of {}: {}", input.procedure, cases.join(", ")),
        };
        Refusal::invalid("/case", Rule::UnknownCase, message)
    })
}

/// The next free code of the receiving agency on the day of receipt. Numbers given by hand are skipped.
async fn generate(tx: &mut Transaction, agency: &Agency, received_at: Instant) -> Result<String, Failure> {
    let day = received_at.local_date();
    loop {
        let number = write::next_number(tx, agency.id, day).await?;
        let code = DossierCode::generated(&agency.code, day, number);
        if !write::is_taken(tx, &code).await? {
            return Ok(code);
        }
    }
}
