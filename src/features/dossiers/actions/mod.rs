//! What a write does, one transaction each: `receive` makes a dossier, `binding` says what binds it, `first_rows` what is
//! stored; `record` records what happened to it, an `event`, and `derive` says what follows from it, with `follow` and
//! `prolongation`. What is put before other events, or is a `correction` of one, is followed from the beginning by `replay`.
//! `dating` makes the due date; `redate` moves it when a calendar has changed. `chain` seals each event. `batch` does many of both.

pub mod batch;
mod binding;
mod chain;
mod correction;
pub mod dating;
mod derive;
mod event;
mod first_rows;
mod follow;
mod prolongation;
mod receive;
mod record;
pub mod redate;
mod replay;

pub use event::{Correction, EventDetails, EventInput, by_of, fields_of, kinds_of};
pub use receive::{ApplicantInput, OfficerInput, ReceiveInput, receive, receive_in};
pub use record::{Recorded, record, record_in};

use self::dating::Offices;
use super::queries::DossierRow;
use crate::db::{Constraint, DbError, Failure};
use crate::domain::agency_tree::{Agency, AgencyTree};
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::policy::PolicyRule;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::sealing::DataKeys;
use crate::domain::vocabulary::{EventKind, Origin};
use crate::features::audit::Actor;
use crate::features::auth::Visible;
use crate::features::procedures::queries::ProcedureName;
use chrono::TimeDelta;
use std::sync::Arc;

/// What a write depends on, apart from the input.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Who writes.
    pub actor: &'a Actor,
    /// The agency tree.
    pub tree: &'a AgencyTree,
    /// What they see: may be named.
    pub visible: &'a Visible,
    /// What they govern, being above it and not only watching it: may act, and be written for.
    pub governed: &'a Visible,
    /// The office calendars.
    pub calendars: &'a Calendars,
    /// The policies that somebody made.
    pub policies: &'a [PolicyRule],
    /// What seals personal data.
    pub keys: &'a DataKeys,
    /// When it is recorded.
    pub now: Instant,
}

/// How far ahead of now an instant may be: clocks of other machines differ a little. The view `as_of.dossiers` counts on it.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// How often a write is tried whose calendars were replaced meanwhile, or whose generated code had been given by hand to
/// another dossier.
const TRIES: usize = 5;

impl<'a> Context<'a> {
    /// Fails for an instant in the future.
    fn not_ahead(&self, pointer: &str, at: Instant) -> Result<(), Refusal> {
        if at <= self.now + AHEAD {
            return Ok(());
        }
        let message = format!("must not be more than 5 minutes ahead of now, which is {}", self.now);
        Err(Refusal::invalid(pointer, Rule::InTheFuture, message))
    }

    /// Fails for an event that says when other software recorded it, and not that it was replayed from there.
    fn replayed(&self, origin: Origin, source_recorded_at: Option<Instant>) -> Result<(), Refusal> {
        let Some(at) = source_recorded_at else { return Ok(()) };
        self.not_ahead("/source_recorded_at", at)?;
        if origin == Origin::Live {
            let message = "must be null unless origin says that the event was replayed";
            return Err(Refusal::invalid("/source_recorded_at", Rule::InvalidValue, message));
        }
        Ok(())
    }

    /// Fails when the calendars were replaced since they were read.
    fn require_present(&self, calendar_version: i64) -> Result<(), DbError> {
        let is_present = calendar_version == self.calendars.version();
        if is_present { Ok(()) } else { Err(DbError::Refused(Constraint::CalendarVersion)) }
    }

    /// What a date depends on beside the dossier.
    const fn offices(&self) -> Offices<'a> {
        Offices { tree: self.tree, calendars: self.calendars }
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

/// Does what dates a dossier. When the calendars were replaced since they were read, nothing was stored, and it is done again by
/// those that `fresh` gives.
pub async fn by_present_calendars<T>(
    context: &Context<'_>,
    fresh: &impl AsyncFn() -> Result<Arc<Calendars>, DbError>,
    work: impl AsyncFn(&Context<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut done = work(context).await;
    for _ in 1..TRIES {
        if !matches!(done, Err(Failure::Database(DbError::Refused(Constraint::CalendarVersion)))) {
            break;
        }
        let calendars = &*fresh().await?;
        done = work(&Context { calendars, ..*context }).await;
    }
    done
}

/// What the audit trail calls the record of an event.
fn action_of(kind: EventKind) -> String {
    format!("dossier.{kind}")
}

/// A dossier that was received.
pub struct Received {
    /// The dossier.
    pub dossier: DossierRow,
    /// Its procedure version.
    pub procedure: ProcedureName,
}
