//! The deadline of a dossier with its reasons, as it is shown.

use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::{Calendars, MissingYear};
use crate::domain::deadline::Reasons;
use crate::domain::local_time::Instant;
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::Unit;
use crate::features::dossiers::actions::dating::{self, Dated, Offices};
use crate::features::dossiers::history;
use crate::features::dossiers::json::DeadlineBody;
use crate::features::dossiers::queries::{DossierRow, EventRow};
use crate::http::explained::{CalendarUsed, ReasonBody, TextBody};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The deadline of a dossier with its reasons.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DossierDeadline)]
pub struct ExplainedBody {
    /// Code of the dossier.
    #[schema(example = "H51.29-220215-0001")]
    pub code: String,
    /// When its clock started; null while the event that starts it has not happened.
    pub started_at: Option<Instant>,
    /// Due day.
    pub due_on: Option<NaiveDate>,
    /// Instant of that day.
    pub due_at: Option<Instant>,
    /// First instant at which it is late.
    pub overdue_from: Option<Instant>,
    /// When it was missed: the day to which later stops and extensions would have moved it. They clear nothing.
    pub restarted_on: Option<NaiveDate>,
    /// Since when its clock is stopped.
    pub stopped_at: Option<Instant>,
    /// True while the date cannot be computed yet.
    pub provisional: bool,
    /// The calendar that counts.
    pub calendar: CalendarUsed,
    /// True when the calendar was changed since the date was made and has not moved it, as for a dossier that has ended: the
    /// reasons are then those of the present calendar.
    pub calendar_changed: bool,
    /// The parts of a chained limit, each with its agency and date; empty when it is not chained.
    pub segments: Vec<SegmentDue>,
    /// The reasons, in the order in which they count.
    pub reasons: Vec<ReasonBody>,
    /// The same in sentences.
    pub text: TextBody,
    /// The events that moved the date, in order of recording.
    pub history: Vec<DateMoved>,
}

/// The part of an agency in a chained limit.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentDue {
    /// Code of the agency.
    #[schema(example = "H51.29.05")]
    pub agency: String,
    /// Its due day.
    pub due_on: NaiveDate,
    /// Instant of that day.
    pub due_at: Instant,
}

/// An event that moved the date.
#[derive(Debug, Serialize, ToSchema)]
pub struct DateMoved {
    /// Id of the event.
    pub event_id: Uuid,
    /// Due day before it.
    pub due_on_before: Option<NaiveDate>,
    /// Due day after it.
    pub due_on_after: Option<NaiveDate>,
}

impl ExplainedBody {
    /// Explains the deadline of a dossier by its limit and its events.
    pub fn new(
        row: &DossierRow,
        events: &[EventRow],
        limit: &CaseLimit,
        (calendars, tree): (&Calendars, &AgencyTree),
    ) -> Self {
        let clock = history::clock_events(events);
        let offices = Offices { tree, calendars };
        let mut reasons = Reasons::default();
        let dated = dating::date(&offices, row, limit, &clock, &mut reasons);
        let in_force = calendars.in_force(Some(row.competent_agency_id));
        let standing = dated.standing.as_ref();
        let shown = DeadlineBody::new(row);
        let moved = events.iter().filter(|event| event.due_on_before != event.due_on_after);
        Self {
            code: row.code.clone(),
            started_at: dated.start,
            due_on: shown.due_on,
            due_at: shown.due_at,
            overdue_from: shown.overdue_from,
            restarted_on: shown.restarted_on,
            stopped_at: row.stopped_at.map(Instant::from),
            provisional: shown.provisional,
            calendar: CalendarUsed {
                agency: in_force.owner.map(|id| tree.code(id).to_owned()),
                version: in_force.version,
            },
            calendar_changed: standing.is_some_and(|s| Some(s.due_at) != shown.due_at),
            segments: segments(&dated, row, limit, &offices),
            reasons: reasons.0.iter().map(ReasonBody::new).collect(),
            text: text(&dated, &reasons, limit.limit.unit()),
            history: moved.map(DateMoved::new).collect(),
        }
    }
}

fn segments(dated: &Dated, row: &DossierRow, limit: &CaseLimit, offices: &Offices<'_>) -> Vec<SegmentDue> {
    let due = dated.standing.iter().flat_map(|standing| &standing.legs);
    let parts = limit.segments.iter().zip(due).map(|(segment, due)| SegmentDue {
        agency: offices.tree.code(dating::agency_of(offices, row, segment.role)).to_owned(),
        due_on: due.due_on,
        due_at: due.due_at,
    });
    parts.collect()
}

fn text(dated: &Dated, reasons: &Reasons<'_>, unit: Unit) -> TextBody {
    match (&dated.standing, dated.missing) {
        (Some(standing), _) => TextBody::new(&reasons.0, standing, unit),
        (None, Some(MissingYear(year))) => TextBody::without_calendar(year),
        (None, None) if unit == Unit::None => TextBody::without_limit(),
        (None, None) => TextBody::not_started(),
    }
}

impl DateMoved {
    fn new(event: &EventRow) -> Self {
        let (due_on_before, due_on_after) = (event.due_on_before, event.due_on_after);
        Self { event_id: event.id, due_on_before, due_on_after }
    }
}
