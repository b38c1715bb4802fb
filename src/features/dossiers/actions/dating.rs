//! Dates a dossier: its time limit on the calendars of its agencies, and what its events did to its clock.
//!
//! The one place that makes a due date of a dossier; receipts, events, calendar changes and explanations use it.

use super::Context;
use crate::domain::agency_tree::AgencyId;
use crate::domain::calendar::MissingYear;
use crate::domain::clock::{ClockEvent, DossierClock};
use crate::domain::deadline::{self, Course, Leg, Log, NoLog, Standing};
use crate::domain::local_time::Instant;
use crate::domain::time_limit::{CaseLimit, TimeLimit};
use crate::domain::vocabulary::{AgencyRole, Clock, JudgeBy};
use crate::features::dossiers::queries::DossierRow;

/// What the date of a dossier comes to.
#[derive(Clone, Debug)]
pub struct Dated {
    /// When its clock started; `None`: not yet.
    pub start: Option<Instant>,
    /// How its limit stands; `None` without a limit, before the start, or when a calendar year is missing.
    pub standing: Option<Standing>,
    /// The year whose calendar is missing.
    pub missing: Option<MissingYear>,
    /// Since when its clock is stopped.
    pub stopped_at: Option<Instant>,
}

/// Dates a dossier by its limit and its events in the order in which they happened, and tells the reasons.
pub fn date<'a>(
    context: &Context<'a>,
    row: &DossierRow,
    limit: &CaseLimit,
    events: &'a [ClockEvent],
    log: &mut impl Log<'a>,
) -> Dated {
    let policy = row.policy();
    let clock = DossierClock::of(events, limit.starts, policy);
    let mut dated =
        Dated { start: clock.start, standing: None, missing: None, stopped_at: clock.stopped_at() };
    let Some(start) = clock.start else { return dated };
    let legs = legs(context, row, limit);
    let appointed = row.appointed_at.map(Instant::from).filter(|_| policy.judge_by == JudgeBy::Appointed);
    let (moves, granularity) = (&*clock.moves, policy.granularity);
    match deadline::run(&Course { legs: &legs, start, moves, granularity, appointed }, log) {
        Ok(standing) => dated.standing = standing,
        Err(missing) => dated.missing = Some(missing),
    }
    dated
}

/// The parts of a limit, each on the calendar of its agency.
fn legs<'a>(context: &Context<'a>, row: &DossierRow, limit: &CaseLimit) -> Vec<Leg<'a>> {
    let leg = |agency: AgencyId, limit: TimeLimit, named: bool| Leg {
        limit,
        calendar: context.calendar_of(agency),
        agency: named.then(|| context.tree.code(agency)),
    };
    if limit.segments.is_empty() {
        return vec![leg(row.competent_agency_id, limit.limit, false)];
    }
    let segments = limit.segments.iter();
    segments.map(|segment| leg(agency_of(context, row, segment.role), segment.limit, true)).collect()
}

/// The agency that has a role in the handling of a dossier. One without a superior decides by itself.
fn agency_of(context: &Context<'_>, row: &DossierRow, role: AgencyRole) -> AgencyId {
    match role {
        AgencyRole::Receiving => row.receiving_agency_id,
        AgencyRole::Competent => row.competent_agency_id,
        AgencyRole::Superior => {
            let superior = context.tree.get(row.competent_agency_id).and_then(|agency| agency.parent);
            superior.unwrap_or(row.competent_agency_id)
        }
    }
}

/// Dates an open dossier by its events and sets what follows from it.
pub fn redate(context: &Context<'_>, row: &mut DossierRow, limit: &CaseLimit, events: &[ClockEvent]) {
    let dated = date(context, row, limit, events, &mut NoLog);
    row.clock_started_at = dated.start.map(Instant::utc);
    row.clock = if dated.stopped_at.is_some() { Clock::Stopped } else { Clock::Running };
    row.stopped_at = dated.stopped_at.map(Instant::utc);
    row.calendar_missing = dated.missing.map(|MissingYear(year)| year);
    let was_late = row.overdue_from.is_some_and(|from| from <= row.last_event_at);
    if dated.missing.is_some() && was_late {
        // Nothing that happens to a late dossier clears its lateness, so what is known of it stays.
        return;
    }
    let standing = dated.standing.as_ref();
    row.due_on = standing.map(|s| s.due_on);
    row.due_at = standing.map(|s| s.due_at.utc());
    row.overdue_from = standing.and_then(|s| s.overdue_from).map(Instant::utc);
    row.restarted_on = standing.and_then(|s| s.restarted_on);
}

/// The latest day to which a limit may be extended by `by`; `None` when the calendar does not say.
pub fn latest(context: &Context<'_>, row: &DossierRow, by: TimeLimit) -> Option<chrono::NaiveDate> {
    let due_at = row.due_at.map(Instant::from)?;
    let calendar = context.calendar_of(row.competent_agency_id);
    deadline::extended(due_at, by, calendar).ok()
}
