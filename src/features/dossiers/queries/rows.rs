//! The rows of the dossier tables.

use crate::db::schema::{dossier_events, dossiers};
use crate::domain::amount::Amount;
use crate::domain::clock::{self, ClockEvent};
use crate::domain::deadline::Extension;
use crate::domain::law::law;
use crate::domain::lifecycle::{self, Position};
use crate::domain::local_time::Instant;
use crate::domain::policy::Policy;
use crate::domain::report::Interruptions;
use crate::domain::time_limit::TimeLimit;
use crate::domain::timing::Facts;
use crate::domain::vocabulary::{
    ApplicantKind, Channel, Clock, EventKind, Origin, Outcome, Status, SupplementStage, Unit,
};
use crate::features::procedures::queries::ProcedureName;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

type At = DateTime<Utc>;

/// The present state of a dossier.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = dossiers)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct DossierRow {
    pub id: Uuid,
    pub code: String,
    pub procedure_version_id: i32,
    pub case_code: Option<String>,
    pub channel: Channel,
    pub receiving_agency_id: i32,
    pub competent_agency_id: i32,
    pub applicant_kind: ApplicantKind,
    pub applicant_name_masked: String,
    pub status: Status,
    pub clock: Clock,
    pub submitted_at: Option<At>,
    pub received_at: Option<At>,
    pub ended_at: Option<At>,
    pub returned_at: Option<At>,
    pub closed_recorded_at: Option<At>,
    pub appointed_at: Option<At>,
    pub reappointed_on: Option<NaiveDate>,
    pub apologies: i16,
    pub apology_late: bool,
    pub limit_unit: Unit,
    pub limit_amount_hundredths: Option<i32>,
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<At>,
    pub overdue_from: Option<At>,
    pub calendar_missing: Option<i32>,
    pub holder_agency_id: i32,
    pub holder_unit: Option<String>,
    pub holder_officer: Option<String>,
    pub holder_since: At,
    pub step_due_at: Option<At>,
    pub last_event_at: At,
    pub last_recorded_at: At,
    pub version: i32,
    pub clock_started_at: Option<At>,
    pub stopped_at: Option<At>,
    pub judged_at: Option<At>,
    pub restarted_on: Option<NaiveDate>,
    pub resumes_to: Option<Status>,
    pub policy: Option<serde_json::Value>,
    pub last_step_at: At,
    pub filed_at: At,
    pub unanswered_from: Option<At>,
    pub interruptions: Option<serde_json::Value>,
    pub index_overdue_from: Option<At>,
}

impl DossierRow {
    /// Where it stands in its life.
    pub const fn position(&self) -> Position {
        let (status, resumes_to) = (self.status, self.resumes_to);
        Position { status, resumes_to, received: self.received_at.is_some() }
    }

    /// The choices that hold for its time limit: its own, or those of the law on its day of receipt.
    pub fn policy(&self) -> Policy {
        let own = self.policy.clone().and_then(|policy| serde_json::from_value(policy).ok());
        own.unwrap_or_else(|| law().policy_on(Instant::from(self.filed_at).local_date()))
    }

    /// What interrupted its handling.
    pub fn interruptions(&self) -> Interruptions {
        let stored = self.interruptions.clone().and_then(|stored| serde_json::from_value(stored).ok());
        stored.unwrap_or_default()
    }

    /// Sets what interrupted its handling.
    pub fn set_interruptions(&mut self, interruptions: &Interruptions) {
        let stored = (!interruptions.is_empty()).then(|| serde_json::to_value(interruptions).ok());
        self.interruptions = stored.flatten();
    }

    /// What its timing depends on.
    pub fn facts(&self) -> Facts {
        Facts {
            due_on: self.due_on,
            overdue_from: self.overdue_from.map(Instant::from),
            judged_at: self.judged_at.map(Instant::from),
            clock: self.clock,
            closed_recorded_at: self.closed_recorded_at.map(Instant::from),
        }
    }
}

impl EventRow {
    /// What it does to the clock; `None` when it cannot touch one.
    pub fn clock_event(&self) -> Option<ClockEvent> {
        let of = &self.of_kind;
        let by = of.by_unit.zip(of.by_hundredths.and_then(Amount::from_hundredths));
        let by =
            by.and_then(|(unit, amount)| TimeLimit::new(unit, Some(amount), None).ok()).map(Extension::By);
        let extension = by.or(of.new_due_on.map(Extension::To)).zip(of.ground.clone());
        let (kind, at) = (self.kind, self.occurred_at.into());
        clock::touches(kind).then_some(ClockEvent { kind, at, extension, stage: self.supplement_stage() })
    }

    /// When the office entered it in its software: here, or where it was replayed from.
    pub fn entered_at(&self) -> At {
        self.source_recorded_at.map_or(self.recorded_at, |at| at.max(self.occurred_at))
    }

    /// Of a request for supplements: its stage.
    pub fn supplement_stage(&self) -> Option<SupplementStage> {
        lifecycle::supplement_stage(self.status_before?, self.kind)
    }
}

/// A dossier with what it shows of its procedure version, to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The dossier.
    pub dossier: &'a DossierRow,
    /// Its procedure version.
    pub procedure: &'a ProcedureName,
}

/// An event.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = dossier_events)]
#[allow(missing_docs)]
pub struct EventRow {
    pub id: Uuid,
    pub dossier_id: Uuid,
    pub seq: i32,
    pub kind: EventKind,
    pub occurred_at: At,
    pub recorded_at: At,
    pub origin: Origin,
    pub source_recorded_at: Option<At>,
    pub backdated: bool,
    pub status_before: Option<Status>,
    pub status_after: Status,
    pub due_on_before: Option<NaiveDate>,
    pub due_on_after: Option<NaiveDate>,
    pub agency_id: i32,
    pub officer: Option<String>,
    pub officer_title: Option<String>,
    pub officer_unit: Option<String>,
    pub to_agency_id: Option<i32>,
    pub public_note: Option<String>,
    pub key_id: Option<String>,
    pub hash: Option<Vec<u8>>,
    pub reference: Option<String>,
    #[diesel(embed)]
    pub of_kind: OfKind,
}

/// What belongs to the kind of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = dossier_events)]
#[allow(missing_docs)]
pub struct OfKind {
    pub to_unit: Option<String>,
    pub to_officer: Option<String>,
    pub step_due_at: Option<At>,
    pub outcome: Option<Outcome>,
    pub ground: Option<String>,
    pub items: Option<Vec<String>>,
    pub answer_by: Option<NaiveDate>,
    pub by_unit: Option<Unit>,
    pub by_hundredths: Option<i32>,
    pub new_due_on: Option<NaiveDate>,
    pub appointed_at: Option<At>,
    pub reason: Option<String>,
    pub corrects: Option<Uuid>,
    pub happened_at: Option<At>,
    pub voids: Option<bool>,
}
