//! The report on disclosure.

use crate::domain::agency_tree::Agency;
use crate::domain::deadline::text::decimal;
use crate::domain::local_time::{Day, Instant};
use crate::domain::period::Period;
use crate::domain::refusal::Refusal;
use crate::domain::share;
use crate::domain::vocabulary::DisclosureState as State;
use crate::features::reports::disclosure::{Numbers, Report};
use crate::features::reports::table::{TOTAL, TOTAL_NAME};
use crate::http::etag::Tag;
use crate::http::export::ListRow;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::Printing;

/// What the report is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DisclosureFilter {
    /// First local day of the period; the first of the year of `to` when not given.
    #[param(example = "2022-01-01")]
    pub from: Option<Day>,
    /// Last local day of the period, at the end of which everything is judged; today when not given.
    #[param(example = "2022-02-15")]
    pub to: Option<Day>,
    /// Of this agency and those below it. Those that the key was given for when not given.
    #[param(example = "H51.29")]
    pub agency: Option<String>,
    /// As it was answered at this instant, now or earlier: what was recorded later is not known.
    pub as_of: Option<Instant>,
    /// Format; by the `Accept` header when not given.
    #[param(inline)]
    pub format: Option<Printing>,
}

impl DisclosureFilter {
    /// The period.
    pub fn period(&self, today: NaiveDate) -> Result<Period, Refusal> {
        Period::past(self.from.map(Day::date), self.to.map(Day::date), today)
    }
}

/// How agencies disclose their procedures, record what happens, handle what waits, review and answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisclosureReport)]
pub struct DisclosureBody {
    /// Code of the agency; null: of all that the key sees, or of several that it was given for.
    #[schema(example = "H51.29")]
    pub agency: Option<String>,
    /// First local day of the period.
    #[schema(value_type = NaiveDate, example = "2022-01-01")]
    pub from: Day,
    /// Last local day of the period.
    #[schema(value_type = NaiveDate, example = "2022-02-15")]
    pub to: Day,
    /// The instant as of which it is made: the end of the period, or earlier.
    pub as_of: Instant,
    /// The agencies, by code, each without those below it.
    pub rows: Vec<DisclosureRowBody>,
    /// All of them together.
    pub total: DisclosureRowBody,
}

/// A row of the report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisclosureReportRow)]
pub struct DisclosureRowBody {
    /// Code of the agency; `total` for all together.
    #[schema(example = "H51.29.05")]
    pub row: String,
    /// Its name.
    #[schema(example = "Phòng Tư pháp")]
    pub name: String,
    /// How its procedures are disclosed; as `/v1/compliance` with the same period and `as_of`. The states sum to `in_force`.
    pub disclosure: DisclosedNumbers,
    /// What it recorded, and how soon, in the 8 weeks that end with the period; as `/v1/agencies/activity` as of the same instant.
    pub recording: RecordingNumbers,
    /// The dossiers that it decides.
    pub dossiers: OpenNumbers,
    /// What it was to confirm in the reviews that ran in the period, each in its latest round.
    pub reviews: ReviewNumbers,
    /// Reminders that it got in the period.
    pub reminders: ReminderNumbers,
}

impl ListRow for DisclosureRowBody {}

/// How procedures are disclosed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DisclosedNumbers {
    /// Procedures in force that are to be disclosed.
    #[schema(example = 42)]
    pub in_force: i64,
    /// Disclosed as they are in force, whole, in time and looked at since.
    #[schema(example = 30)]
    pub current: i64,
    /// Not disclosed yet, within the limit.
    #[schema(example = 1)]
    pub pending: i64,
    /// Disclosed in the period, after the limit.
    #[schema(example = 2)]
    pub late: i64,
    /// Not disclosed, after the limit.
    #[schema(example = 4)]
    pub missing: i64,
    /// Disclosed in an older version, after the limit of the one in force.
    #[schema(example = 2)]
    pub outdated: i64,
    /// Disclosed without a part that they must have.
    #[schema(example = 1)]
    pub incomplete: i64,
    /// Disclosed, and not verified for too long.
    #[schema(example = 2)]
    pub stale: i64,
    /// `current` of `in_force`, a decimal; null when nothing is in force.
    #[schema(example = "0.7143")]
    pub score: Option<String>,
}

/// How soon events were recorded after they happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordingNumbers {
    /// How many events there are.
    #[schema(example = 96)]
    pub events: i64,
    /// Half of them took at most so many hours, a decimal; null when there are none, and in the total.
    #[schema(example = "0.5")]
    pub median_hours: Option<String>,
    /// Nine of ten took at most so many hours; null as before.
    #[schema(example = "26.25")]
    pub p90_hours: Option<String>,
    /// Those recorded no later than on the first working day after the day they happened.
    pub within_one_working_day: share::Shown,
    /// Whether it is silent: 1 when nothing was recorded in the last week where something was to be expected. In the total, how many are.
    #[schema(example = 0)]
    pub silent_agencies: i64,
}

/// Dossiers whose handling has not ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenNumbers {
    /// All of them.
    #[schema(example = 120)]
    pub open: i64,
    /// Of these, those that are overdue.
    #[schema(example = 6)]
    pub overdue: i64,
    /// Of these, those in which nothing happened for more than 3 working days.
    #[schema(example = 9)]
    pub stale: i64,
}

/// Procedures in reviews.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewNumbers {
    /// Procedures to confirm.
    #[schema(example = 42)]
    pub procedures: i64,
    /// Of these, those that are confirmed.
    #[schema(example = 35)]
    pub confirmed: i64,
    /// Of these, those first confirmed after the day, or not confirmed and the day is over.
    #[schema(example = 7)]
    pub late: i64,
}

/// Reminders and answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReminderNumbers {
    /// Reminders that were sent.
    #[schema(example = 4)]
    pub sent: i64,
    /// Of these, those that were acknowledged.
    #[schema(example = 3)]
    pub answered: i64,
    /// Of these, those that were acknowledged by their due day.
    #[schema(example = 2)]
    pub answered_in_time: i64,
    /// Of those that were sent, those that went to the agency above.
    #[schema(example = 1)]
    pub escalated: i64,
}

impl DisclosureRowBody {
    fn new(row: String, name: String, numbers: &Numbers) -> Self {
        let Numbers { disclosed, reviewed, reminders, .. } = numbers;
        Self {
            row,
            name,
            disclosure: DisclosedNumbers {
                in_force: disclosed.in_force(),
                current: disclosed.count(State::Current),
                pending: disclosed.count(State::Pending),
                late: disclosed.count(State::Late),
                missing: disclosed.count(State::Missing),
                outdated: disclosed.count(State::Outdated),
                incomplete: disclosed.count(State::Incomplete),
                stale: disclosed.count(State::Stale),
                score: disclosed.score().decimal(),
            },
            recording: RecordingNumbers {
                events: numbers.recording.events,
                median_hours: numbers.recording.median.map(decimal),
                p90_hours: numbers.recording.p90.map(decimal),
                within_one_working_day: numbers.recording.in_time.shown(),
                silent_agencies: numbers.silent,
            },
            dossiers: OpenNumbers { open: numbers.open, overdue: numbers.overdue, stale: numbers.stale },
            reviews: ReviewNumbers {
                procedures: reviewed.procedures,
                confirmed: reviewed.confirmed(),
                late: reviewed.late,
            },
            reminders: ReminderNumbers {
                sent: reminders.sent,
                answered: reminders.answered,
                answered_in_time: reminders.answered_in_time,
                escalated: reminders.escalated,
            },
        }
    }
}

impl DisclosureBody {
    /// Shows the report of an agency, or of several.
    pub fn new(agency: Option<&Agency>, report: &Report) -> Self {
        let rows = report.lines.iter();
        let rows =
            rows.map(|line| DisclosureRowBody::new(line.code.clone(), line.name.clone(), &line.numbers));
        Self {
            agency: agency.map(|agency| agency.code.clone()),
            from: report.span.period.0,
            to: report.span.period.1,
            as_of: report.span.as_of,
            rows: rows.collect(),
            total: DisclosureRowBody::new(TOTAL.to_owned(), TOTAL_NAME.to_owned(), &report.total),
        }
    }

    /// Its tag: it changes when its numbers do, and not with the instant as of which it is made.
    pub fn tag(&self) -> Tag {
        let Self { agency, from, to, rows, total, .. } = self;
        Tag::of_stream(format!("{agency:?} {from:?} {to:?} {rows:?} {total:?}").as_bytes())
    }
}
