//! The dossiers of a reminder, as they were and as they are.

use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::reminder::follow_up;
use crate::domain::timing;
use crate::domain::vocabulary::{About, Clock, FollowUp, Status, TimingState};
use crate::features::procedures::queries::ProcedureName;
use crate::features::reminders::queries::items::{ItemRow, PresentRow};
use crate::http::export::ListRow;
use crate::http::list::paged;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// A dossier that a reminder speaks of, as it was when that was issued, and as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReminderItem)]
pub struct ItemBody {
    /// Its place in the list, from 1.
    #[schema(example = 1)]
    pub position: i32,
    /// Code of the dossier.
    #[schema(example = "H51.29-220120-0003")]
    pub code: String,
    /// Code of the procedure.
    pub procedure_code: String,
    /// Name of the procedure.
    pub procedure_name: String,
    /// Field of the procedure.
    pub field: String,
    /// Code of the agency that decides it.
    pub competent_agency: String,
    /// Code of the agency that held it then.
    pub holder_agency: String,
    /// Unit that held it then.
    pub holder_unit: Option<String>,
    /// Local day on which it was due then; null without a deadline.
    pub due_on: Option<NaiveDate>,
    /// Working days after the due day through the day of issue; null when they could not be counted.
    pub days_late: Option<i64>,
    /// Working days after the day of issue through the due day; null when they could not be counted.
    pub days_left: Option<i64>,
    /// Working days after the day of the latest event through the day of issue; null when they could not be counted.
    pub days_silent: Option<i64>,
    /// Where it stood.
    pub status: Status,
    /// Whether its time limit ran.
    pub clock: Clock,
    /// When its latest event had happened.
    pub last_event_at: Instant,
    /// How it stands now.
    pub now: Present,
}

/// How a dossier stands now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReminderItemNow)]
pub struct Present {
    /// What became of it.
    pub follow_up: FollowUp,
    /// Where it stands.
    pub status: Status,
    /// Its timing.
    pub timing: TimingState,
    /// Local day on which it is due; null without a deadline.
    pub due_on: Option<NaiveDate>,
    /// Code of the agency that holds it.
    pub holder_agency: String,
    /// When its latest event happened.
    pub last_event_at: Instant,
    /// When its handling ended; null while it is open.
    pub ended_at: Option<Instant>,
}

impl ListRow for ItemBody {}

impl ItemBody {
    /// Shows a dossier of a reminder at `now`.
    pub fn new(
        (was, is): (ItemRow, PresentRow),
        about: About,
        procedure: &ProcedureName,
        (tree, calendars, now): (&AgencyTree, &Calendars, Instant),
    ) -> Self {
        let code = |id| tree.code(id).to_owned();
        let timing = timing::judge(&is.facts(), now, calendars.of(is.competent_agency_id));
        let present = Present {
            follow_up: follow_up(about, &was.was(), &is.is(), now),
            status: is.status,
            timing: timing.state,
            due_on: is.due_on,
            holder_agency: code(is.holder_agency_id),
            last_event_at: is.last_event_at.into(),
            ended_at: is.ended_at.map(Instant::from),
        };
        Self {
            position: was.position,
            code: is.code,
            procedure_code: procedure.procedure_code.clone(),
            procedure_name: procedure.name.clone(),
            field: procedure.field.clone(),
            competent_agency: code(is.competent_agency_id),
            holder_agency: code(was.holder_agency_id),
            holder_unit: was.holder_unit,
            due_on: was.due_on,
            days_late: was.days_late,
            days_left: was.days_left,
            days_silent: was.days_silent,
            status: was.status,
            clock: was.clock,
            last_event_at: was.last_event_at.into(),
            now: present,
        }
    }
}

paged! {
    /// Parameters of the list of dossiers of a reminder.
    ItemFilter {
    }
}
