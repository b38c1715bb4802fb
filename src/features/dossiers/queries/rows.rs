//! The rows of the dossier tables.

use crate::db::schema::{dossier_events, dossiers};
use crate::domain::local_time::Instant;
use crate::domain::timing::Facts;
use crate::domain::vocabulary::{ApplicantKind, Channel, Clock, EventKind, Origin, Outcome, Status, Unit};
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
    pub received_at: At,
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
}

impl DossierRow {
    /// What its timing depends on.
    pub fn facts(&self) -> Facts {
        Facts {
            due_on: self.due_on,
            overdue_from: self.overdue_from.map(Instant::from),
            ended_at: self.ended_at.map(Instant::from),
            clock: self.clock,
            closed_recorded_at: self.closed_recorded_at.map(Instant::from),
        }
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
    pub to_unit: Option<String>,
    pub to_officer: Option<String>,
    pub step_due_at: Option<At>,
    pub outcome: Option<Outcome>,
    pub public_note: Option<String>,
    pub key_id: Option<String>,
}
