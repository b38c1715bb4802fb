//! The reasons of a date as they are shown, the same for the calculator and for a dossier. The rules are in
//! `domain/deadline`.

use crate::domain::deadline::text::{Language, decimal, explain};
use crate::domain::deadline::{Reason, Standing};
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::Unit;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A version of a calendar.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarUsed)]
pub struct CalendarUsed {
    /// Main code of the agency whose calendar it is; null for that of the country.
    #[schema(example = "H51.29.05")]
    pub agency: Option<String>,
    /// Its version.
    pub version: i32,
}

/// What a reason says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// The start lay outside office hours and moved: `from`, `to`.
    StartMoved,
    /// The day of the start, which is not counted: `date`, `law`.
    DayZero,
    /// A day that counts: `date`, and by its end `n` of the limit's unit.
    Counted,
    /// A weekly rest day: `date`.
    WeeklyRest,
    /// A day off: `date`, `name`.
    DayOff,
    /// A rest day that is worked, and so counts: `date`, `name`.
    WorkedRestDay,
    /// The end moved to a working day: `date`, `law`.
    MovedToWorkingDay,
    /// The clock stopped: `from`, `to`.
    Stopped,
    /// The limit is counted again from `date` on.
    Restarted,
    /// It was extended to `date` on a `ground`.
    Extended,
    /// The part of an `agency` ends on `date`.
    Segment,
    /// The slip promised `date`, and that judges.
    Appointed,
    /// It counts as late from `at` on, whatever its date.
    DeemedLate,
}

/// A reason; it has the fields of its kind.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reason)]
pub struct ReasonBody {
    /// What it says.
    pub kind: ReasonKind,
    /// Local day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub date: Option<NaiveDate>,
    /// How much has been counted, a decimal string.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2.5")]
    pub n: Option<String>,
    /// Name of the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Tết Nguyên đán")]
    pub name: Option<String>,
    /// The article.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "BLDS 2015 Đ.147")]
    pub law: Option<&'static str>,
    /// Beginning of a stop, or the start that moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub from: Option<Instant>,
    /// End of a stop, absent while it lasts; or where the start moved to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub to: Option<Instant>,
    /// Instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub at: Option<Instant>,
    /// Ground of an extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ground: Option<String>,
    /// Code of an agency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub agency: Option<String>,
}

/// The same in sentences.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadlineText)]
pub struct TextBody {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

impl ReasonBody {
    const fn of(kind: ReasonKind) -> Self {
        Self {
            kind,
            date: None,
            n: None,
            name: None,
            law: None,
            from: None,
            to: None,
            at: None,
            ground: None,
            agency: None,
        }
    }

    /// Shows a reason.
    pub fn new(reason: &Reason<'_>) -> Self {
        use ReasonKind as K;
        let on = |kind, date| Self { date: Some(date), ..Self::of(kind) };
        match *reason {
            Reason::StartMoved { from, to } => {
                Self { from: Some(from), to: Some(to), ..Self::of(K::StartMoved) }
            }
            Reason::DayZero { date, law } => Self { law: Some(law), ..on(K::DayZero, date) },
            Reason::Counted { date, n } => Self { n: Some(decimal(n)), ..on(K::Counted, date) },
            Reason::WeeklyRest { date } => on(K::WeeklyRest, date),
            Reason::DayOff { date, name } => Self { name: Some(name.to_owned()), ..on(K::DayOff, date) },
            Reason::WorkedRestDay { date, name } => {
                Self { name: Some(name.to_owned()), ..on(K::WorkedRestDay, date) }
            }
            Reason::MovedToWorkingDay { date, law } => Self { law, ..on(K::MovedToWorkingDay, date) },
            Reason::Stopped { from, to } => Self { from: Some(from), to, ..Self::of(K::Stopped) },
            Reason::Restarted { date } => on(K::Restarted, date),
            Reason::Extended { ground, date } => {
                Self { ground: Some(ground.to_owned()), ..on(K::Extended, date) }
            }
            Reason::Segment { agency, date } => {
                Self { agency: Some(agency.to_owned()), ..on(K::Segment, date) }
            }
            Reason::Appointed { date } => on(K::Appointed, date),
            Reason::DeemedLate { at } => Self { at: Some(at), ..Self::of(K::DeemedLate) },
        }
    }
}

impl TextBody {
    /// The sentences of a date; the limit is in `unit`.
    pub fn new(reasons: &[Reason<'_>], standing: &Standing, unit: Unit) -> Self {
        let text = |language| explain(reasons, standing, unit, language);
        Self { vi: text(Language::Vietnamese), en: text(Language::English) }
    }

    /// The sentences where there is nothing to count.
    pub fn without_limit() -> Self {
        Self { vi: "Không quy định thời hạn.".into(), en: "There is no time limit.".into() }
    }

    /// The sentences before the event that starts the clock.
    pub fn not_started() -> Self {
        let vi = "Thời hạn chưa bắt đầu: sự kiện làm mốc tính chưa xảy ra.".into();
        Self { vi, en: "The time limit has not begun: the event that starts it has not happened.".into() }
    }

    /// The sentences while the calendar of a year is missing.
    pub fn without_calendar(year: i32) -> Self {
        let vi = format!("Chưa có lịch làm việc năm {year}; ngày hẹn sẽ được tính khi nạp lịch.");
        Self { vi, en: format!("The calendar of {year} is not loaded yet; the date follows when it is.") }
    }
}
