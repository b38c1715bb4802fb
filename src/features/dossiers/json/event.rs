//! Events as they are shown.

use crate::domain::agency_tree::AgencyTree;
use crate::domain::amount::Amount;
use crate::domain::hash_chain::Hash;
use crate::domain::local_time::Instant;
use crate::domain::time_limit::Span;
use crate::domain::vocabulary::{EventKind, Origin, Outcome, Status, SupplementStage};
use crate::features::dossiers::history::as_happened;
use crate::features::dossiers::queries::EventRow;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// An event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventBody {
    /// Its id.
    pub id: Uuid,
    /// Its number within the dossier.
    pub seq: i32,
    /// What happened.
    pub kind: EventKind,
    /// When it happened.
    pub occurred_at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Where the record came from.
    pub origin: Origin,
    /// When the other software recorded it.
    pub source_recorded_at: Option<Instant>,
    /// True when it happened before an event that was recorded earlier.
    pub backdated: bool,
    /// Status before it; null for the first.
    pub status_before: Option<Status>,
    /// Status after it.
    pub status_after: Status,
    /// Due day before it.
    pub due_on_before: Option<NaiveDate>,
    /// Due day after it.
    pub due_on_after: Option<NaiveDate>,
    /// Code of the agency that acted.
    pub agency: String,
    /// Officer who acted.
    pub officer: Option<EventOfficer>,
    /// Code of the agency it was forwarded to.
    pub to_agency: Option<String>,
    /// Unit it was forwarded to.
    pub to_unit: Option<String>,
    /// Officer it was forwarded to.
    pub to_officer: Option<String>,
    /// When the step that began with it is due.
    pub step_due_at: Option<Instant>,
    /// How the dossier was decided.
    pub result: Option<ResultBody>,
    /// When supplements were asked for: as the dossier was checked at its receipt, or as its content was appraised.
    pub stage: Option<SupplementStage>,
    /// What was to be supplemented.
    pub items: Option<Vec<String>>,
    /// Day through which the applicant may answer.
    pub answer_by: Option<NaiveDate>,
    /// By how much the time limit was extended.
    pub by: Option<Span>,
    /// Day to which it was extended, or day of return that an apology appointed.
    pub new_due_on: Option<NaiveDate>,
    /// Ground of a refusal, a suspension, an extension, a termination or a reopening.
    pub ground: Option<String>,
    /// Reason of an apology or of a correction.
    pub reason: Option<String>,
    /// Return date that the receipt slip promised.
    pub appointed_at: Option<Instant>,
    /// Of a correction: id of the event that is corrected. What else the correction has replaces what that event has.
    pub corrects: Option<Uuid>,
    /// Of a correction: when the event happened.
    pub happened_at: Option<Instant>,
    /// Of a correction: true when the event did not happen, false when it did after all.
    pub voided: Option<bool>,
    /// Id of the latest correction of this event: its own fields are as they were first recorded.
    pub corrected_by: Option<Uuid>,
    /// Note of the public timeline.
    pub public_note: Option<String>,
    /// Private note; only on a dossier whose personal data is shown for a stated reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub note: Option<String>,
    /// Its hash in the chain of the dossier, 64 hexadecimal digits; null for events from before there was the chain. The
    /// proof of the dossier says what it covers.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub hash: Option<String>,
    /// Version of the dossier after it.
    pub dossier_version: i32,
}

/// The officer of an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventOfficer {
    /// Name.
    pub name: String,
    /// Title.
    pub title: Option<String>,
    /// Unit.
    pub unit: Option<String>,
}

impl EventOfficer {
    fn of(row: &EventRow) -> Option<Self> {
        let name = row.officer.clone()?;
        Some(Self { name, title: row.officer_title.clone(), unit: row.officer_unit.clone() })
    }
}

/// How a dossier was decided.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DossierResult)]
pub struct ResultBody {
    /// The outcome.
    pub outcome: Outcome,
}

impl EventBody {
    /// Shows the events of a dossier, in order of recording.
    pub fn all(rows: &[EventRow], tree: &AgencyTree) -> Vec<Self> {
        // Recorded in order and left as they are, events stand where they happened: most dossiers need no second look.
        let moved = rows.iter().any(|row| row.backdated || row.of_kind.corrects.is_some());
        let happened = if moved { as_happened(rows) } else { vec![] };
        let stages = happened.iter().filter_map(|event| Some((event.id, event.supplement_stage()?)));
        let stages: HashMap<Uuid, SupplementStage> = stages.collect();
        let corrections = rows.iter().filter_map(|row| Some((row.of_kind.corrects?, row.id)));
        let corrected_by: HashMap<Uuid, Uuid> = corrections.collect();
        let show = |row: &EventRow| Self {
            corrected_by: corrected_by.get(&row.id).copied(),
            // One that was put before others, or has others put before it, is of the stage of its place.
            ..Self::new(row, stages.get(&row.id).copied().or(row.supplement_stage()), tree)
        };
        rows.iter().map(show).collect()
    }

    /// Shows an event that was just recorded.
    pub fn new(row: &EventRow, stage: Option<SupplementStage>, tree: &AgencyTree) -> Self {
        let of = &row.of_kind;
        let amount = of.by_hundredths.and_then(Amount::from_hundredths);
        Self {
            id: row.id,
            seq: row.seq,
            kind: row.kind,
            occurred_at: row.occurred_at.into(),
            recorded_at: row.recorded_at.into(),
            origin: row.origin,
            source_recorded_at: row.source_recorded_at.map(Instant::from),
            backdated: row.backdated,
            status_before: row.status_before,
            status_after: row.status_after,
            due_on_before: row.due_on_before,
            due_on_after: row.due_on_after,
            agency: tree.code(row.agency_id).to_owned(),
            officer: EventOfficer::of(row),
            to_agency: row.to_agency_id.map(|id| tree.code(id).to_owned()),
            to_unit: of.to_unit.clone(),
            to_officer: of.to_officer.clone(),
            step_due_at: of.step_due_at.map(Instant::from),
            result: of.outcome.map(|outcome| ResultBody { outcome }),
            stage,
            items: of.items.clone(),
            answer_by: of.answer_by,
            by: of.by_unit.zip(amount).map(|(unit, amount)| Span { unit, amount }),
            new_due_on: of.new_due_on,
            ground: of.ground.clone(),
            reason: of.reason.clone(),
            appointed_at: of.appointed_at.map(Instant::from),
            corrects: of.corrects,
            happened_at: of.happened_at.map(Instant::from),
            voided: of.voids,
            corrected_by: None,
            public_note: row.public_note.clone(),
            note: None,
            hash: row.hash.as_deref().and_then(Hash::read).map(|hash| hash.to_string()),
            dossier_version: row.seq,
        }
    }
}
