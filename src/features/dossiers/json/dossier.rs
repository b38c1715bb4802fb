//! Dossiers as they are shown: personal data masked, instants local, timing judged at one `now`.

use super::deadline::{ClosingBody, DeadlineBody, TimingBody};
use super::delays::DelaysBody;
use super::event::EventBody;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{ApplicantKind, Channel, Clock, Status};
use crate::features::dossiers::queries::{EventRow, Listed};
use crate::features::dossiers::sealed::Person;
use crate::features::personal::actions::unmask::Unmasked;
use crate::http::etag::Tag;
use crate::http::export::ListRow;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

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
    /// The applicant, masked unless a reason was stated.
    pub applicant: ApplicantBody,
    /// Masked: null. Shown to who states a reason.
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
    /// When it was received; null while it waits for that.
    pub received_at: Option<Instant>,
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
    /// Where its days went, with `include=delays`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub delays: Option<DelaysBody>,
    /// Whether personal data is shown.
    #[serde(skip)]
    is_unmasked: bool,
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

/// An applicant, masked unless a reason was stated.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Applicant)]
pub struct ApplicantBody {
    /// Kind.
    pub kind: ApplicantKind,
    /// First letters of the name. Empty once personal data was erased.
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

impl ListRow for DossierBody {
    const NO_COLUMN: &'static [&'static str] = &["events", "delays"];
}

impl DossierBody {
    /// Its tag: of the version, and of what changes without one because time passes.
    pub fn tag(&self) -> Tag {
        // Of a masked name: it goes without a new version when personal data is erased.
        let masked = (!self.is_unmasked).then_some(&self.applicant.name);
        let view = (&self.timing, &self.closing, self.events.is_some(), &self.delays, masked);
        Tag::of_version(self.version, format!("{view:?}").as_bytes())
    }

    /// Shows a dossier as it stands at `now`.
    pub fn new(listed: Listed<'_>, tree: &AgencyTree, calendars: &Calendars, now: Instant) -> Self {
        let row = listed.dossier;
        let calendar = calendars.of(row.competent_agency_id);
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
            received_at: at(row.received_at),
            ended_at: at(row.ended_at),
            returned_at: at(row.returned_at),
            appointed_at: at(row.appointed_at),
            reappointed_on: row.reappointed_on,
            apologies: row.apologies,
            apology_late: row.apology_late,
            deadline: DeadlineBody::new(row),
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
            delays: None,
            is_unmasked: false,
        }
    }

    /// Adds its events.
    #[must_use]
    pub fn with_events(mut self, events: &[EventRow], tree: &AgencyTree) -> Self {
        self.events = Some(EventBody::all(events, tree));
        self
    }

    /// Shows its personal data, and the private notes of the events that it has.
    #[must_use]
    pub fn unmasked(mut self, mut opened: Unmasked) -> Self {
        self.is_unmasked = true;
        if let Some(Person { name, id_number, phone, email, address, summary, .. }) = opened.person {
            self.applicant =
                ApplicantBody { kind: self.applicant.kind, name, id_number, phone, email, address };
            self.summary = summary;
        }
        for event in self.events.iter_mut().flatten() {
            event.note = opened.notes.remove(&event.id);
        }
        self
    }
}

impl ProcedureRef {
    /// The procedure of a dossier.
    pub fn new(listed: Listed<'_>) -> Self {
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
        Self { kind, name: name.to_owned(), id_number: None, phone: None, email: None, address: None }
    }
}
