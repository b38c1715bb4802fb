//! The row of a list: a dossier, and what the check saw in it.

use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::{Calendar, Calendars};
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{Channel, QualityCheck, Status};
use crate::features::procedures::queries::ProcedureName;
use crate::features::quality_checks::queries::{DossierFound, FoundRow};
use crate::http::export::ListRow;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// A dossier in which a check found something. What `observed` and the two days are of each check is in the documentation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityFinding)]
pub struct FindingRow {
    /// Code of the dossier.
    #[schema(example = "H51.29-220120-0003")]
    pub code: String,
    /// Code of the procedure.
    pub procedure_code: String,
    /// Name of the procedure.
    pub procedure_name: String,
    /// Field of the procedure.
    pub field: String,
    /// How it was filed.
    pub channel: Channel,
    /// Code of the agency that received it.
    pub receiving_agency: String,
    /// Code of the agency that decides it.
    pub competent_agency: String,
    /// Where it stands.
    pub status: Status,
    /// When it was submitted; null when it was received at once.
    pub submitted_at: Option<Instant>,
    /// When it was received; null while it waits for that.
    pub received_at: Option<Instant>,
    /// Local day on which it is due; null without a deadline.
    pub due_on: Option<NaiveDate>,
    /// Return date that the slip promises; null without one.
    pub appointed_at: Option<Instant>,
    /// When its handling ended; null while it is open.
    pub ended_at: Option<Instant>,
    /// When the latest event happened.
    pub last_event_at: Instant,
    /// What the check saw: working days, how many times, or how many dossiers; null when there is nothing to count, or when the calendar of
    /// a year is missing.
    #[schema(example = 5)]
    pub observed: Option<i64>,
    /// The first of the days between which it counts; null when it counts none.
    pub observed_from: Option<NaiveDate>,
    /// The second of them; null when it counts none.
    pub observed_to: Option<NaiveDate>,
}

impl ListRow for FindingRow {}

impl FindingRow {
    /// Shows what a check found as of `now`. Days are those of the calendar of the agency that decides.
    pub fn new(
        row: FoundRow,
        check: QualityCheck,
        procedure: &ProcedureName,
        (tree, calendars, now): (&AgencyTree, &Calendars, Instant),
    ) -> Self {
        let calendar = calendars.of(row.dossier.competent_agency_id);
        let seen = Seen::new(&row, check, calendar, now.local_date());
        let FoundRow { dossier, .. } = row;
        let code = |id| tree.code(id).to_owned();
        Self {
            receiving_agency: code(dossier.receiving_agency_id),
            competent_agency: code(dossier.competent_agency_id),
            code: dossier.code,
            procedure_code: procedure.procedure_code.clone(),
            procedure_name: procedure.name.clone(),
            field: procedure.field.clone(),
            channel: dossier.channel,
            status: dossier.status,
            submitted_at: dossier.submitted_at.map(Instant::from),
            received_at: dossier.received_at.map(Instant::from),
            due_on: dossier.due_on,
            appointed_at: dossier.appointed_at.map(Instant::from),
            ended_at: dossier.ended_at.map(Instant::from),
            last_event_at: dossier.last_event_at.into(),
            observed: seen.observed,
            observed_from: seen.from,
            observed_to: seen.to,
        }
    }
}

/// What a check saw.
struct Seen {
    observed: Option<i64>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Seen {
    fn new(row: &FoundRow, check: QualityCheck, calendar: &Calendar, today: NaiveDate) -> Self {
        let counted = |(from, to)| counted(calendar, from, to);
        // The longest of several spans.
        let longest = row.days.iter().copied().max_by_key(|span| counted(*span));
        match longest.or_else(|| span(&row.dossier, check, today)) {
            Some((from, to)) => Self { observed: counted((from, to)), from: Some(from), to: Some(to) },
            None => Self {
                observed: row.number,
                from: row.dossier.ended_at.filter(|_| check == QualityCheck::ClosedInBulk).map(day),
                to: None,
            },
        }
    }
}

/// The span of days that the columns of a dossier tell.
fn span(dossier: &DossierFound, check: QualityCheck, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let from = match check {
        QualityCheck::NotReceived => dossier.submitted_at.map(day),
        QualityCheck::OverdueWithoutApology => dossier.due_on,
        QualityCheck::Stale => Some(day(dossier.last_event_at)),
        QualityCheck::CompletedNotReturned => dossier.ended_at.map(day).max(dossier.due_on),
        QualityCheck::DueBeforeReceipt => {
            let first = dossier.due_on.into_iter().chain(dossier.appointed_at.map(day)).min();
            return first.zip(dossier.received_at.map(day));
        }
        _ => None,
    };
    from.map(|from| (from, today))
}

fn day(at: chrono::DateTime<chrono::Utc>) -> NaiveDate {
    Instant::from(at).local_date()
}

/// Working days after a day through another; below 0 when that is earlier.
fn counted(calendar: &Calendar, from: NaiveDate, to: NaiveDate) -> Option<i64> {
    if to < from {
        return calendar.working_days_between(to, from).ok().map(|days| -days);
    }
    calendar.working_days_between(from, to).ok()
}
