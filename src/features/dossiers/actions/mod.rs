//! What a write does: `receive` makes a dossier, `first_rows` what it stores, `event` records what happened to it. One transaction each.

mod event;
mod first_rows;
mod receive;

pub use event::{EventDetails, EventInput, record, record_in};
pub use receive::{ApplicantInput, OfficerInput, ReceiveInput, receive, receive_in};

use super::queries::DossierRow;
use crate::domain::agency_tree::{Agency, AgencyTree};
use crate::domain::calendar::Calendar;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::features::audit::Actor;
use crate::features::auth::Visible;
use crate::features::procedures::queries::ProcedureName;
use chrono::TimeDelta;

/// What a write depends on, apart from the input.
pub struct Context<'a> {
    /// Who writes.
    pub actor: &'a Actor,
    /// The agency tree.
    pub tree: &'a AgencyTree,
    /// What they see: may be named.
    pub visible: &'a Visible,
    /// What they govern, being above it and not only watching it: may act, and be written for.
    pub governed: &'a Visible,
    /// The office calendar.
    pub calendar: &'a Calendar,
    /// When it is recorded.
    pub now: Instant,
}

/// How far ahead of now an instant may be: clocks of other machines differ a little.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

impl<'a> Context<'a> {
    /// Fails for an instant in the future.
    fn not_ahead(&self, pointer: &str, at: Instant) -> Result<(), Refusal> {
        if at <= self.now + AHEAD {
            return Ok(());
        }
        let message = format!("must not be more than 5 minutes ahead of now, which is {}", self.now);
        Err(Refusal::invalid(pointer, Rule::InTheFuture, message))
    }

    /// The agency with a code: known, in force on the day, and within what the caller sees or governs.
    fn agency(
        &self,
        pointer: &str,
        code: &str,
        at: Instant,
        within: &Visible,
    ) -> Result<&'a Agency, Refusal> {
        let unknown =
            || Refusal::invalid(pointer, Rule::UnknownAgency, format!("no agency has the code {code}"));
        let agency = self.tree.find(code).ok_or_else(unknown)?;
        let day = at.local_date();
        if !agency.validity.contains(day) {
            let message = format!("the agency {code} was not in force on {day}");
            return Err(Refusal::invalid(pointer, Rule::AgencyNotInForce, message));
        }
        if !within.contains(agency.id) {
            return Err(Refusal::AgencyOutOfScope {
                place: Place::Pointer(pointer.into()),
                code: code.into(),
            });
        }
        Ok(agency)
    }
}

/// A dossier that was received.
pub struct Received {
    /// The dossier.
    pub dossier: DossierRow,
    /// Its procedure version.
    pub procedure: ProcedureName,
}
