//! Writes procedures, one transaction each: `draft` the draft, `publish` a version of it, `end` an abolition or replacement.

mod draft;
mod end;
mod publish;

pub use draft::put;
pub use end::{End, end};
pub use publish::{Publication, publish, publish_in};

use super::queries::{Procedure, VersionRow};
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::catalogue::content::Content;
use crate::domain::catalogue::decision::{Act, Decision, needs_ground};
use crate::domain::local_time::{Day, Instant};
use crate::domain::refusal::{Place, Refusal, Rule, Violations};
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::{DecisionKind, Ending, Level, OnlineLevel};
use crate::features::auth::Principal;
use chrono::NaiveDate;

/// A procedure as a draft has it.
#[derive(Clone, Debug)]
pub struct ProcedureInput {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Field.
    pub field: String,
    /// Name of the field.
    pub field_name: String,
    /// Levels, sorted.
    pub levels: Vec<Level>,
    /// Codes of the competent agencies.
    pub agencies: Vec<String>,
    /// First day in force.
    pub effective_from: Day,
    /// Whether it is sample data.
    pub sample: bool,
    /// Level of the online service.
    pub online_level: Option<OnlineLevel>,
    /// Limits.
    pub limits: Vec<CaseLimit>,
    /// What it says to people.
    pub content: Content,
}

/// A procedure as a write leaves it.
#[derive(Clone, Debug)]
pub struct Written {
    /// How often it was changed: what its tag is made of.
    pub revision: i32,
    /// The draft, the new version, or the one it ended with.
    pub procedure: Procedure,
    /// What that says.
    pub content: Content,
}

impl ProcedureInput {
    /// The draft as a procedure, with the agencies it lists; a version has a number and more from its publication.
    pub fn procedure(&self, tree: &AgencyTree, recorded_at: Instant) -> Result<Procedure, Refusal> {
        let find = |(i, code): (usize, &String), list: &str| {
            let unknown = || {
                let message = format!("no agency has the code {code}");
                Refusal::invalid(format!("{list}/{i}"), Rule::UnknownAgency, message)
            };
            tree.find(code).map(|agency| agency.id).ok_or_else(unknown)
        };
        let listed = self.agencies.iter().enumerate().map(|entry| find(entry, "/competent_agencies"));
        let mut agencies = listed.collect::<Result<Vec<_>, Refusal>>()?;
        agencies.sort_unstable();
        agencies.dedup();
        for entry in self.content.coordinating_agencies.iter().enumerate() {
            find(entry, "/content/coordinating_agencies")?;
        }
        Ok(Procedure { row: self.row(recorded_at), limits: self.limits.clone(), agencies })
    }

    fn row(&self, recorded_at: Instant) -> VersionRow {
        VersionRow {
            id: 0,
            procedure_code: self.code.clone(),
            version: 0,
            name: self.name.clone(),
            field: self.field.clone(),
            field_name: self.field_name.clone(),
            levels: self.levels.clone(),
            sample: self.sample,
            effective_from: self.effective_from.date(),
            effective_to: None,
            recorded_at: recorded_at.utc(),
            online_level: self.online_level,
            published_on: self.effective_from.date(),
            decision: None,
            ended_by: None,
            replaced_by: None,
            end_decision: None,
            end_recorded_at: None,
        }
    }
}

/// A key may write a procedure of agencies that it governs. One that lists none is everybody's, and needs a key
/// without roots.
fn may_write(principal: &Principal, agencies: &[AgencyId], place: Place) -> Result<(), Refusal> {
    if principal.governs_all() {
        return Ok(());
    }
    if agencies.is_empty() {
        return Err(Refusal::Everybodys { place });
    }
    agencies.iter().try_for_each(|agency| principal.require_governed(*agency, place.clone()))
}

/// What has ended is not changed again.
fn require_open(newest: &Procedure) -> Result<(), Refusal> {
    let row = &newest.row;
    let (Some(ending), Some(on)) = (row.ended_by, row.effective_to) else { return Ok(()) };
    let (code, replaced_by) = (row.procedure_code.clone(), row.replaced_by.clone());
    Err(Refusal::ProcedureEnded { code, ending, on, replaced_by })
}

/// Whether a decision fits an act that takes effect on a day.
fn require_fitting(decision: &Decision, act: Act, on: NaiveDate, now: Instant) -> Result<(), Refusal> {
    let mut wrong = Violations::default();
    if !act.kinds().contains(&decision.kind) {
        let kinds: Vec<&str> = act.kinds().iter().map(|kind| DecisionKind::as_str(*kind)).collect();
        wrong.add("/decision/kind", Rule::WrongDecision, format!("must be {} here", kinds.join(" or ")));
    }
    if decision.signed_on.date() > now.local_date() {
        wrong.add("/decision/signed_on", Rule::InTheFuture, "must not be after today");
    }
    if needs_ground(decision, on) {
        let message = format!("is required: it takes effect on {on}, before it was signed");
        wrong.add("/decision/ground", Rule::MissingField, message);
    }
    wrong.check()
}

/// What an act of an ending is called.
const fn act_of(ending: Ending) -> Act {
    match ending {
        Ending::Abolished => Act::Abolition,
        Ending::Replaced => Act::Replacement,
    }
}
