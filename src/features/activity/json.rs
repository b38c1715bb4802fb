//! The row of the activity list, and its filters.

use super::queries::Last;
use crate::domain::activity::{self, Recording, WEEKS};
use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree};
use crate::domain::calendar::Calendar;
use crate::domain::deadline::text::decimal;
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::domain::refusal::Refusal;
use crate::domain::share;
use crate::domain::vocabulary::EventKind;
use crate::features::auth::Principal;
use crate::http::export::ListRow;
use crate::http::input::Several;
use crate::http::list::paged;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// What an agency records. Corrections, and what the service records when a calendar changes, are not counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgencyActivity)]
pub struct ActivityBody {
    /// Main code of the agency.
    #[schema(example = "H51.29.05")]
    pub code: String,
    /// Its name.
    #[schema(example = "Phòng Tư pháp")]
    pub name: String,
    /// When its last event was recorded here; null when there was none.
    pub last_recorded_at: Option<Instant>,
    /// What it was.
    pub last_event_kind: Option<EventKind>,
    /// When it happened.
    pub last_event_at: Option<Instant>,
    /// Events of the last 8 spans of seven days, newest first; by when they were first recorded, here or in the software they
    /// were replayed from.
    pub weeks: Vec<Week>,
    /// Events of the newest of these weeks, which ends with today.
    #[schema(example = 12)]
    pub actual: i64,
    /// What was to be expected of it, a decimal: events for each working day of the weeks before, times its working days. Null
    /// when the agency has no earlier week, or when the calendar of a year is missing.
    #[schema(example = "14.29")]
    pub expected: Option<String>,
    /// Whether nothing was recorded where something was to be expected.
    pub silent: bool,
    /// How soon its events were recorded.
    pub recording: RecordingBody,
}

/// Seven local days and what was recorded in them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityWeek)]
pub struct Week {
    /// First day.
    #[schema(example = "2022-02-09")]
    pub from: NaiveDate,
    /// Last day.
    #[schema(example = "2022-02-15")]
    pub to: NaiveDate,
    /// How many events.
    #[schema(example = 12)]
    pub events: i64,
}

/// How soon events were recorded after they happened. Of what came here in the weeks that are shown; a replayed event counts
/// as recorded when the other software recorded it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recording)]
pub struct RecordingBody {
    /// How many events there are.
    #[schema(example = 96)]
    pub events: i64,
    /// Half of them took at most so many hours, a decimal; null when there are none.
    #[schema(example = "0.5")]
    pub median_hours: Option<String>,
    /// Nine of ten took at most so many hours.
    #[schema(example = "26.25")]
    pub p90_hours: Option<String>,
    /// Those recorded no later than on the first working day after the day they happened. Of a year without a calendar
    /// nothing is judged.
    pub within_one_working_day: share::Shown,
}

impl ActivityBody {
    /// Shows an agency as of today, which ends the weeks.
    pub fn new(
        agency: &Agency,
        (recorded, last): (Recording, Option<Last>),
        weeks: &[Period; WEEKS],
        calendar: &Calendar,
    ) -> Self {
        let (actual, expected) =
            (recorded.weeks[0], recorded.expected(agency.validity.from, weeks[0].to, calendar));
        let shown = weeks.iter().zip(recorded.weeks);
        Self {
            code: agency.code.clone(),
            name: agency.name.clone(),
            last_recorded_at: last.as_ref().map(|last| last.recorded_at.into()),
            last_event_kind: last.as_ref().map(|last| last.kind),
            last_event_at: last.map(|last| last.occurred_at.into()),
            weeks: shown.map(|(week, events)| Week { from: week.from, to: week.to, events }).collect(),
            actual,
            expected: expected.map(decimal),
            silent: activity::is_silent(actual, expected),
            recording: RecordingBody {
                events: recorded.events,
                median_hours: recorded.median.map(decimal),
                p90_hours: recorded.p90.map(decimal),
                within_one_working_day: recorded.in_time.shown(),
            },
        }
    }
}

impl ListRow for ActivityBody {}

paged! {
    /// Filters of the activity list.
    ActivityFilter {
        /// These agencies and those below them; comma-separated. All that the key sees when not given.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
        pub agency: Option<Several<String>>,
        /// `true`: only those that are silent; `false`: only the others.
        pub silent: Option<bool>,
        /// Answers as it was answered at this instant, now or earlier: *now* is this instant, and what was recorded later is
        /// not known. A page goes on with the same `as_of`.
        pub as_of: Option<Instant>,
    }
}

impl ActivityFilter {
    /// The agencies that are meant: of those the caller sees, those in force on any day of the weeks, by code.
    pub fn agencies(
        &mut self,
        caller: &Principal,
        weeks: &[Period; WEEKS],
    ) -> Result<Vec<AgencyId>, Refusal> {
        let named = caller.agencies_named("agency", self.agency.take(), AgencyTree::subtree)?;
        let (first, last) = (weeks[WEEKS - 1].from, weeks[0].to);
        let mut agencies = caller.tree.all();
        agencies.retain(|agency| {
            caller.visible.contains(agency.id)
                && named.as_ref().is_none_or(|ids| ids.contains(&agency.id))
                && agency.validity.overlaps(first, last)
        });
        Ok(agencies.into_iter().map(|agency| agency.id).collect())
    }
}
