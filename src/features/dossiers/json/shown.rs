//! Dossiers and events as they are shown: personal data masked, instants local, timing judged at one `now`.

use crate::domain::agency_tree::AgencyTree;
use crate::domain::amount::Amount;
use crate::domain::calendar::Calendar;
use crate::domain::local_time::Instant;
use crate::domain::timing;
use crate::domain::vocabulary::{
    ApplicantKind, Channel, Clock, ClosingState, EventKind, Origin, Outcome, Status, TimingState, Unit,
};
use crate::features::dossiers::queries::{EventRow, Listed};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A dossier.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dossier)]
pub struct DossierBody {
    /// Code (mã hồ sơ).
    #[schema(example = "H51.29-220215-0001")]
    pub code: String,
    /// The procedure, as it was in force on the day of receipt.
    pub procedure: ProcedureRef,
    /// How it was filed.
    pub channel: Channel,
    /// Code of the agency that received it.
    #[schema(example = "H51.29")]
    pub receiving_agency: String,
    /// Code of the agency that decides it.
    #[schema(example = "H51.29.05")]
    pub competent_agency: String,
    /// The applicant, masked.
    pub applicant: ApplicantBody,
    /// Masked: null.
    pub summary: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// The status in the national format.
    #[schema(example = 4)]
    pub national_status: u8,
    /// Whether its time limit runs; stopped for good once it has ended.
    pub clock: Clock,
    /// When it was submitted online.
    pub submitted_at: Option<Instant>,
    /// When it was received.
    pub received_at: Instant,
    /// When its handling ended.
    pub ended_at: Option<Instant>,
    /// When the result was handed over.
    pub returned_at: Option<Instant>,
    /// Return date that the portal promised.
    pub appointed_at: Option<Instant>,
    /// Return date given with an apology; never moves the deadline.
    pub reappointed_on: Option<NaiveDate>,
    /// Number of apologies.
    pub apologies: i16,
    /// Whether an apology came too late.
    pub apology_late: bool,
    /// When it is due.
    pub deadline: DeadlineBody,
    /// How it stands against its deadline.
    pub timing: TimingBody,
    /// How its closing stands.
    pub closing: ClosingBody,
    /// Who holds it.
    pub holder: HolderBody,
    /// When its latest event happened.
    pub last_event_at: Instant,
    /// When its latest event was recorded.
    pub last_recorded_at: Instant,
    /// Number of its events.
    pub version: i32,
    /// Its events, with `include=events`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub events: Option<Vec<EventBody>>,
}

/// The procedure of a dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureRef {
    /// Code.
    #[schema(example = "1.004873")]
    pub code: String,
    /// Version in force on the day of receipt.
    pub version: i32,
    /// Name.
    pub name: String,
    /// Field.
    #[schema(example = "ho-tich")]
    pub field: String,
    /// Case; null: the default case.
    pub case: Option<String>,
}

/// An applicant, masked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Applicant)]
pub struct ApplicantBody {
    /// Kind.
    pub kind: ApplicantKind,
    /// First letters of the name.
    #[schema(example = "N*** V*** A***")]
    pub name: String,
    /// Masked: null.
    pub id_number: Option<String>,
    /// Masked: null.
    pub phone: Option<String>,
    /// Masked: null.
    pub email: Option<String>,
    /// Masked: null.
    pub address: Option<String>,
}

/// When a dossier is due.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deadline)]
pub struct DeadlineBody {
    /// Unit of the time limit.
    pub unit: Unit,
    /// Amount, as a decimal string; null for `same_day` and `none`.
    #[schema(example = "3")]
    pub amount: Option<Amount>,
    /// Local day on which it is due.
    pub due_on: Option<NaiveDate>,
    /// Instant at which it is due.
    pub due_at: Option<Instant>,
    /// First instant at which it is late.
    pub overdue_from: Option<Instant>,
    /// True while the date cannot be computed yet.
    pub provisional: bool,
    /// Year whose calendar is missing.
    pub calendar_missing: Option<i32>,
}

/// How a dossier stands against its deadline.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Timing)]
pub struct TimingBody {
    /// The state; they exclude each other.
    pub state: TimingState,
    /// Working days after today through the due day; null when ended or without a deadline.
    pub days_left: Option<i64>,
    /// Working days after the due day through today or the day it ended; null without a deadline.
    pub days_late: Option<i64>,
}

/// How the closing of a dossier stands: judged by when the return was recorded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Closing)]
pub struct ClosingBody {
    /// The state.
    pub state: ClosingState,
    /// When it was closed.
    pub closed_at: Option<Instant>,
    /// When the closing was recorded.
    pub recorded_at: Option<Instant>,
    /// Working days after the due day through the record, or through today while it is open; null without a deadline.
    pub days_late: Option<i64>,
}

/// Who holds a dossier.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Holder)]
pub struct HolderBody {
    /// Code of the agency.
    pub agency: String,
    /// Unit.
    pub unit: Option<String>,
    /// Officer.
    pub officer: Option<String>,
    /// Since when.
    pub since: Instant,
    /// When the present step is due.
    pub step_due_at: Option<Instant>,
}

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
    pub officer: Option<String>,
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
    /// Note of the public timeline.
    pub public_note: Option<String>,
    /// Version of the dossier after it.
    pub dossier_version: i32,
}

/// How a dossier was decided.
#[derive(Clone, Copy, Debug, Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DossierResult)]
pub struct ResultBody {
    /// The outcome.
    pub outcome: Outcome,
}

impl DossierBody {
    /// Shows a dossier as it stands at `now`.
    pub fn new(listed: &Listed, tree: &AgencyTree, calendar: &Calendar, now: Instant) -> Self {
        let row = &listed.dossier;
        let at = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(Instant::from);
        let code = |id| tree.code(id).to_owned();
        Self {
            code: row.code.clone(),
            procedure: ProcedureRef::new(listed),
            channel: row.channel,
            receiving_agency: code(row.receiving_agency_id),
            competent_agency: code(row.competent_agency_id),
            applicant: ApplicantBody::masked(row.applicant_kind, &row.applicant_name_masked),
            summary: None,
            status: row.status,
            national_status: row.status.national_code(),
            clock: row.clock,
            submitted_at: at(row.submitted_at),
            received_at: row.received_at.into(),
            ended_at: at(row.ended_at),
            returned_at: at(row.returned_at),
            appointed_at: at(row.appointed_at),
            reappointed_on: row.reappointed_on,
            apologies: row.apologies,
            apology_late: row.apology_late,
            deadline: DeadlineBody {
                unit: row.limit_unit,
                amount: row.limit_amount_hundredths.and_then(Amount::from_hundredths),
                due_on: row.due_on,
                due_at: at(row.due_at),
                overdue_from: at(row.overdue_from),
                provisional: row.calendar_missing.is_some(),
                calendar_missing: row.calendar_missing,
            },
            timing: TimingBody::new(listed, calendar, now),
            closing: ClosingBody::new(listed, calendar, now),
            holder: HolderBody {
                agency: code(row.holder_agency_id),
                unit: row.holder_unit.clone(),
                officer: row.holder_officer.clone(),
                since: row.holder_since.into(),
                step_due_at: at(row.step_due_at),
            },
            last_event_at: row.last_event_at.into(),
            last_recorded_at: row.last_recorded_at.into(),
            version: row.version,
            events: None,
        }
    }

    /// Adds its events.
    #[must_use]
    pub fn with_events(mut self, events: &[EventRow], tree: &AgencyTree) -> Self {
        self.events = Some(events.iter().map(|event| EventBody::new(event, tree)).collect());
        self
    }
}

impl ProcedureRef {
    /// The procedure of a dossier.
    pub fn new(listed: &Listed) -> Self {
        let procedure = listed.procedure.clone();
        Self {
            code: procedure.procedure_code,
            version: procedure.version,
            name: procedure.name,
            field: procedure.field,
            case: listed.dossier.case_code.clone(),
        }
    }
}

impl ApplicantBody {
    fn masked(kind: ApplicantKind, name: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            id_number: None,
            phone: None,
            email: None,
            address: None,
        }
    }
}

impl TimingBody {
    /// Judges a dossier at `now`.
    pub fn new(listed: &Listed, calendar: &Calendar, now: Instant) -> Self {
        let timing = timing::judge(&listed.dossier.facts(), now, calendar);
        Self {
            state: timing.state,
            days_left: timing.days_left,
            days_late: timing.days_late,
        }
    }
}

impl ClosingBody {
    /// Judges the closing of a dossier at `now`.
    pub fn new(listed: &Listed, calendar: &Calendar, now: Instant) -> Self {
        let row = &listed.dossier;
        let closing = timing::closing(&row.facts(), now, calendar);
        Self {
            state: closing.state,
            closed_at: row.returned_at.map(Instant::from),
            recorded_at: row.closed_recorded_at.map(Instant::from),
            days_late: closing.days_late,
        }
    }
}

impl EventBody {
    /// Shows an event.
    pub fn new(row: &EventRow, tree: &AgencyTree) -> Self {
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
            officer: row.officer.clone(),
            to_agency: row.to_agency_id.map(|id| tree.code(id).to_owned()),
            to_unit: row.to_unit.clone(),
            to_officer: row.to_officer.clone(),
            step_due_at: row.step_due_at.map(Instant::from),
            result: row.outcome.map(|outcome| ResultBody { outcome }),
            public_note: row.public_note.clone(),
            dossier_version: row.seq,
        }
    }
}
