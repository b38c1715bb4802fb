//! When a dossier is due and how it stands, as it is shown. The rules are in `domain/timing`.

use crate::domain::amount::Amount;
use crate::domain::calendar::Calendar;
use crate::domain::local_time::Instant;
use crate::domain::timing;
use crate::domain::vocabulary::{ClosingState, TimingState, Unit};
use crate::features::dossiers::queries::{DossierRow, Listed};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

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
    /// First instant at which it is late; null while its clock is stopped and it was not late before.
    pub overdue_from: Option<Instant>,
    /// For a dossier that is late: the day to which later stops and extensions would have moved it. It clears nothing.
    pub restarted_on: Option<NaiveDate>,
    /// True while the date cannot be computed yet: the event that starts the clock has not happened, or a calendar is
    /// missing.
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

impl DeadlineBody {
    /// The deadline of a dossier.
    pub fn new(row: &DossierRow) -> Self {
        Self {
            unit: row.limit_unit,
            amount: row.limit_amount_hundredths.and_then(Amount::from_hundredths),
            due_on: row.due_on,
            due_at: row.due_at.map(Instant::from),
            overdue_from: row.overdue_from.map(Instant::from),
            restarted_on: row.restarted_on,
            provisional: row.calendar_missing.is_some()
                || row.clock_started_at.is_none() && row.limit_unit != Unit::None && row.ended_at.is_none(),
            calendar_missing: row.calendar_missing,
        }
    }
}

impl TimingBody {
    /// Judges a dossier at `now`.
    pub fn new(listed: Listed<'_>, calendar: &Calendar, now: Instant) -> Self {
        let timing = timing::judge(&listed.dossier.facts(), now, calendar);
        Self { state: timing.state, days_left: timing.days_left, days_late: timing.days_late }
    }
}

impl ClosingBody {
    /// Judges the closing of a dossier at `now`.
    pub fn new(listed: Listed<'_>, calendar: &Calendar, now: Instant) -> Self {
        let row = listed.dossier;
        let closing = timing::closing(&row.facts(), now, calendar);
        Self {
            state: closing.state,
            closed_at: row.returned_at.map(Instant::from),
            recorded_at: row.closed_recorded_at.map(Instant::from),
            days_late: closing.days_late,
        }
    }
}
