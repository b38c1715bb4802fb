//! What binds a dossier from its receipt on: the procedure version of that day, the limit, the policy. Until it is
//! received, those of the day on which it was submitted are taken.

use super::Context;
use crate::domain::agency_tree::Agency;
use crate::domain::amount::Amount;
use crate::domain::competence::decides;
use crate::domain::law::law;
use crate::domain::local_time::Instant;
use crate::domain::policy::Policy;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::time_limit::{self, CaseLimit};
use crate::domain::vocabulary::Channel;
use crate::features::dossiers::queries::DossierRow;
use crate::features::procedures::queries::{self as procedures, Procedure};
use chrono::NaiveDate;

/// What binds a dossier.
pub(super) struct Binding<'a> {
    /// The version of the procedure.
    pub procedure: &'a Procedure,
    /// The limit that applies.
    pub limit: &'a CaseLimit,
    /// The policy, unless it is that of the law.
    pub policy: Option<Policy>,
}

impl Binding<'_> {
    /// Binds a dossier.
    pub(super) fn bind(&self, row: &mut DossierRow) {
        row.procedure_version_id = self.procedure.row.id;
        row.limit_unit = self.limit.limit.unit();
        row.limit_amount_hundredths = self.limit.limit.amount().map(Amount::hundredths);
        // Words and a number, which JSON has.
        row.policy = self.policy.and_then(|policy| serde_json::to_value(policy).ok());
    }
}

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Code of the procedure.
    pub procedure: &'a str,
    /// Its versions, none when there is none.
    pub versions: &'a [Procedure],
    /// Case of the procedure.
    pub case: Option<&'a str>,
    /// Channel.
    pub channel: Channel,
    /// When the dossier is received.
    pub at: Instant,
}

/// What binds a dossier that the agency `competent` decides. Fails, naming the field of a receipt, when there is nothing
/// that could.
pub(super) fn binding<'a>(
    context: &Context<'_>,
    asked: Asked<'a>,
    competent: &Agency,
) -> Result<Binding<'a>, Refusal> {
    let procedure = in_force(&asked)?;
    require_competent(procedure, competent)?;
    let limit = limit_for(procedure, &asked)?;
    let policy = policy_of(context, competent, procedure, asked.at.local_date());
    Ok(Binding { procedure, limit, policy })
}

/// The version of the procedure that was in force on the day of receipt.
fn in_force<'a>(asked: &Asked<'a>) -> Result<&'a Procedure, Refusal> {
    let (code, day) = (asked.procedure, asked.at.local_date());
    procedures::in_force_on(asked.versions, day).ok_or_else(|| {
        let (rule, message) = if asked.versions.is_empty() {
            (Rule::UnknownProcedure, format!("no procedure has the code {code}"))
        } else {
            let ended = asked
                .versions
                .iter()
                .map(|version| &version.row)
                .find(|row| row.replaced_by.is_some() && row.effective_to.is_some_and(|end| end <= day));
            let successor = ended.and_then(|row| row.replaced_by.as_ref());
            let successor = successor.map_or(String::new(), |by| format!("; {by} has replaced it"));
            (Rule::ProcedureNotInForce, format!("the procedure {code} was not in force on {day}{successor}"))
        };
        Refusal::invalid("/procedure", rule, message)
    })
}

fn require_competent(procedure: &Procedure, competent: &Agency) -> Result<(), Refusal> {
    if decides(&procedure.row.levels, &procedure.agencies, competent) {
        return Ok(());
    }
    let message = format!("the agency {} does not decide {}", competent.code, procedure.row.procedure_code);
    Err(Refusal::invalid("/competent_agency", Rule::AgencyNotCompetent, message))
}

fn limit_for<'a>(procedure: &'a Procedure, asked: &Asked<'_>) -> Result<&'a CaseLimit, Refusal> {
    let limits = &procedure.limits;
    time_limit::choose(limits, asked.case, asked.channel).ok_or_else(|| {
        let mut cases: Vec<&str> = limits.iter().filter_map(|l| l.case.as_deref()).collect();
        cases.dedup();
        let message = match cases.as_slice() {
            [] => format!("must be null: {} has no cases", asked.procedure),
            _ => format!("must be a case of {}: {}", asked.procedure, cases.join(", ")),
        };
        Refusal::invalid("/case", Rule::UnknownCase, message)
    })
}

fn policy_of(
    context: &Context<'_>,
    competent: &Agency,
    procedure: &Procedure,
    day: NaiveDate,
) -> Option<Policy> {
    let default = law().policy_on(day);
    let above = std::iter::successors(Some(competent), |agency| context.tree.get(agency.parent?));
    let agencies: Vec<i32> = above.map(|agency| agency.id).collect();
    let code = &procedure.row.procedure_code;
    let policy = Policy::resolve(default, context.policies, code, &agencies, day);
    Some(policy).filter(|policy| *policy != default)
}
