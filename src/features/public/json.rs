//! Bodies for the public. They have no field for an applicant, an officer or a private note.

pub mod linked;
pub mod progress;
pub mod statistics;

use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendar;
use crate::domain::local_time::Instant;
use crate::domain::timing::{self, Timing};
use crate::domain::vocabulary::{Channel, EventKind, Status, TimingState};
use crate::features::dossiers::history::as_happened;
use crate::features::dossiers::queries::{DossierRow, EventRow, Listed};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// A dossier for the public.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicDossier)]
pub struct PublicDossierBody {
    /// Code.
    #[schema(example = "H51.29-220215-0001")]
    pub code: String,
    /// Its procedure.
    pub procedure: PublicProcedureRef,
    /// Agency that received it.
    pub receiving_agency: PublicAgency,
    /// Agency that decides it.
    pub competent_agency: PublicAgency,
    /// Agency that holds it.
    pub holder_agency: PublicAgency,
    /// How it was filed.
    pub channel: Channel,
    /// When it was received; null while it waits for that.
    pub received_at: Option<Instant>,
    /// Local day on which it is due.
    pub due_on: Option<NaiveDate>,
    /// Return date that the slip promised.
    pub appointed_at: Option<Instant>,
    /// Return date given with an apology.
    pub reappointed_on: Option<NaiveDate>,
    /// When its handling ended.
    pub ended_at: Option<Instant>,
    /// When the result was handed over.
    pub returned_at: Option<Instant>,
    /// Where it stands.
    pub status: PublicStatus,
    /// How it stands against its deadline.
    pub timing: PublicTiming,
    /// What happened, oldest first, as later corrections leave it.
    pub timeline: Vec<PublicStep>,
}

/// The procedure of a public dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicProcedureRef {
    /// Code.
    pub code: String,
    /// Version.
    pub version: i32,
    /// Name.
    pub name: String,
    /// Field.
    pub field: String,
}

/// An agency.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicAgency {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A status with its labels.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicStatus {
    /// The status.
    pub code: Status,
    /// In Vietnamese.
    pub vi: &'static str,
    /// In English.
    pub en: &'static str,
    /// In the national format.
    pub national_code: u8,
}

/// Timing for the public.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicTiming {
    /// The state.
    pub state: TimingState,
    /// Working days left; null when ended or without a deadline.
    pub days_left: Option<i64>,
    /// Working days late; null without a deadline.
    pub days_late: Option<i64>,
}

/// A step of the public timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicStep {
    /// What happened.
    pub kind: EventKind,
    /// In Vietnamese.
    pub vi: &'static str,
    /// In English.
    pub en: &'static str,
    /// When it happened.
    pub occurred_at: Instant,
    /// Agency that acted.
    pub agency: PublicAgency,
    /// Agency it was forwarded to.
    pub to_agency: Option<PublicAgency>,
    /// Public note.
    pub note: Option<String>,
}

impl PublicAgency {
    fn new(id: i32, tree: &AgencyTree) -> Self {
        let name = tree.get(id).map(|agency| agency.name.clone());
        Self { code: tree.code(id).to_owned(), name: name.unwrap_or_default() }
    }
}

impl PublicStatus {
    fn new(code: Status) -> Self {
        let (vi, en) = code.labels();
        Self { code, vi, en, national_code: code.national_code() }
    }
}

impl PublicTiming {
    fn new(row: &DossierRow, calendar: &Calendar, now: Instant) -> Self {
        let Timing { state, days_left, days_late } = timing::judge(&row.facts(), now, calendar);
        Self { state, days_left, days_late }
    }
}

impl PublicDossierBody {
    /// Shows a dossier as it stands at `now`.
    pub fn new(
        listed: Listed<'_>,
        events: &[EventRow],
        tree: &AgencyTree,
        calendar: &Calendar,
        now: Instant,
    ) -> Self {
        let Listed { dossier: row, procedure } = listed;
        let happened = as_happened(events);
        let steps = happened.iter().filter(|event| is_public(event));
        Self {
            code: row.code.clone(),
            procedure: PublicProcedureRef {
                code: procedure.procedure_code.clone(),
                version: procedure.version,
                name: procedure.name.clone(),
                field: procedure.field.clone(),
            },
            receiving_agency: PublicAgency::new(row.receiving_agency_id, tree),
            competent_agency: PublicAgency::new(row.competent_agency_id, tree),
            holder_agency: PublicAgency::new(row.holder_agency_id, tree),
            channel: row.channel,
            received_at: row.received_at.map(Instant::from),
            due_on: row.due_on,
            appointed_at: row.appointed_at.map(Instant::from),
            reappointed_on: row.reappointed_on,
            ended_at: row.ended_at.map(Instant::from),
            returned_at: row.returned_at.map(Instant::from),
            status: PublicStatus::new(row.status),
            timing: PublicTiming::new(row, calendar, now),
            timeline: steps.map(|event| PublicStep::new(event, tree)).collect(),
        }
    }
}

/// A note is public only when it was written for the public; that there was a private one is nobody's business.
fn is_public(event: &EventRow) -> bool {
    event.kind != EventKind::Noted || event.public_note.is_some()
}

impl PublicStep {
    fn new(event: &EventRow, tree: &AgencyTree) -> Self {
        let (vi, en) = event.kind.labels();
        Self {
            kind: event.kind,
            vi,
            en,
            occurred_at: event.occurred_at.into(),
            agency: PublicAgency::new(event.agency_id, tree),
            to_agency: event.to_agency_id.map(|id| PublicAgency::new(id, tree)),
            note: event.public_note.clone(),
        }
    }
}
