//! A dossier behind a number of a report.

use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendars;
use crate::domain::local_time::{Day, Instant};
use crate::domain::report::Frame;
use crate::domain::vocabulary::{Channel, Column, TimingState};
use crate::features::procedures::queries::ProcedureName;
use crate::features::reports::queries::places::PlacedRow;
use crate::http::export::ListRow;
use serde::Serialize;
use utoipa::ToSchema;

/// A dossier as it is counted in a report: as it stood at the end of the period.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportedDossier)]
pub struct PlaceBody {
    /// Code of the dossier.
    #[schema(example = "H51.29-220120-0003")]
    pub code: String,
    /// Code of the procedure.
    #[schema(example = "1.004873")]
    pub procedure_code: String,
    /// Name of the procedure.
    pub procedure_name: String,
    /// Field of the procedure.
    #[schema(example = "ho-tich")]
    pub field: String,
    /// Code of the agency that decides it.
    #[schema(example = "H51.29.18")]
    pub competent_agency: String,
    /// How it was filed.
    pub channel: Channel,
    /// When it was received.
    pub received_at: Instant,
    /// Local day on which it is or was due; null without a deadline, or when there is none yet.
    #[schema(value_type = Option<NaiveDate>)]
    pub due_on: Option<Day>,
    /// When it had ended; null: it was open.
    pub ended_at: Option<Instant>,
    /// How it stood against its deadline; `due_soon` is `in_time` here.
    pub timing: TimingState,
    /// Working days after the due day through the day by which it is judged; null unless it is late or overdue, or when the calendar of a
    /// year is missing.
    #[schema(example = 3)]
    pub days_late: Option<i64>,
}

impl ListRow for PlaceBody {}

impl PlaceBody {
    /// Shows a dossier in a period.
    pub fn new(
        row: PlacedRow,
        frame: Frame,
        procedure: &ProcedureName,
        tree: &AgencyTree,
        calendars: &Calendars,
    ) -> Self {
        let timing = timing(row.marks);
        let until = row.judged_at.map_or(frame.judges_at(), Instant::from).local_date();
        let is_late = matches!(timing, TimingState::Late | TimingState::Overdue);
        let calendar = calendars.of(row.competent_agency_id);
        let days = |due| calendar.working_days_between(due, until).ok();
        Self {
            days_late: row.due_on.filter(|_| is_late).and_then(days),
            competent_agency: tree.code(row.competent_agency_id).to_owned(),
            code: row.code,
            procedure_code: procedure.procedure_code.clone(),
            procedure_name: procedure.name.clone(),
            field: procedure.field.clone(),
            channel: row.channel,
            received_at: row.received_at.into(),
            due_on: row.due_on.map(Day::from),
            ended_at: row.ended_at.map(Instant::from),
            timing,
        }
    }
}

/// How a dossier stands that is counted in some columns.
fn timing(marks: i32) -> TimingState {
    let by_column = [
        (Column::ResolvedEarly, TimingState::Early),
        (Column::ResolvedNoDeadline, TimingState::NoDeadline),
        (Column::ResolvedOnTime, TimingState::OnTime),
        (Column::ResolvedLate, TimingState::Late),
        (Column::PendingOverdue, TimingState::Overdue),
        (Column::PendingStopped, TimingState::Stopped),
        (Column::PendingNoDeadline, TimingState::NoDeadline),
    ];
    let found = by_column.iter().find(|(column, _)| marks & column.mark() != 0);
    found.map_or(TimingState::InTime, |(_, timing)| *timing)
}
