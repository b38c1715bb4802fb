//! Dates a dossier: its time limit on the calendars of its agencies, and what its events did to its clock.
//!
//! The one place that makes a due date of a dossier; receipts, events, calendar changes and explanations use it.

use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::calendar::{Calendars, MissingYear};
use crate::domain::clock::{ClockEvent, DossierClock};
use crate::domain::deadline::{self, Course, Leg, Log, NoLog, Standing};
use crate::domain::local_time::Instant;
use crate::domain::policy::Policy;
use crate::domain::report::{Interruptions, Stop};
use crate::domain::time_limit::{self, CaseLimit, TimeLimit};
use crate::domain::vocabulary::{AgencyRole, Clock, EventKind, JudgeBy};
use crate::features::dossiers::queries::DossierRow;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::HashMap;

/// What a date depends on beside the dossier.
#[derive(Clone, Copy)]
pub struct Offices<'a> {
    /// The agency tree.
    pub tree: &'a AgencyTree,
    /// The office calendars.
    pub calendars: &'a Calendars,
}

/// What the date of a dossier comes to.
#[derive(Clone, Debug)]
pub struct Dated {
    /// When its clock started; `None`: not yet.
    pub start: Option<Instant>,
    /// How its limit stands; `None` without a limit, before the start, or when a calendar year is missing.
    pub standing: Option<Standing>,
    /// The year whose calendar is missing.
    pub missing: Option<MissingYear>,
    /// The stops of its clock, in order of time; only the last one may not be over.
    pub stops: Vec<Stop>,
    /// Since when its clock is stopped.
    pub stopped_at: Option<Instant>,
}

/// The limit of a dossier, of those of its procedure version. The version never changes, and the limit was found there
/// when the dossier was received; without one it has none.
pub fn limit_of<S: std::hash::BuildHasher>(
    row: &DossierRow,
    by_version: &HashMap<i32, Vec<CaseLimit>, S>,
) -> CaseLimit {
    let limits = by_version.get(&row.procedure_version_id).map_or(&[][..], Vec::as_slice);
    let limit = time_limit::choose(limits, row.case_code.as_deref(), row.channel);
    limit.cloned().unwrap_or_else(|| CaseLimit::plain(TimeLimit::None))
}

/// Dates a dossier by its limit and its events in the order in which they happened, and tells the reasons.
pub fn date<'a>(
    offices: &Offices<'a>,
    row: &DossierRow,
    limit: &CaseLimit,
    events: &'a [ClockEvent],
    log: &mut impl Log<'a>,
) -> Dated {
    date_by(row.policy(), (offices, row, limit), events, log)
}

/// The same by the choices of a policy.
fn date_by<'a>(
    policy: Policy,
    (offices, row, limit): (&Offices<'a>, &DossierRow, &CaseLimit),
    events: &'a [ClockEvent],
    log: &mut impl Log<'a>,
) -> Dated {
    let clock = DossierClock::of(events, limit.starts, policy);
    let (stops, stopped_at) = (clock.stops(), clock.stopped_at());
    let mut dated = Dated { start: clock.start, standing: None, missing: None, stops, stopped_at };
    let Some(start) = clock.start else { return dated };
    let legs = legs(offices, row, limit);
    let appointed = row.appointed_at.map(Instant::from).filter(|_| policy.judge_by == JudgeBy::Appointed);
    let (moves, granularity) = (&*clock.moves, policy.granularity);
    match deadline::run(&Course { legs: &legs, start, moves, granularity, appointed }, log) {
        Ok(standing) => dated.standing = standing,
        Err(missing) => dated.missing = Some(missing),
    }
    dated
}

/// The parts of a limit, each on the calendar of its agency.
fn legs<'a>(offices: &Offices<'a>, row: &DossierRow, limit: &CaseLimit) -> Vec<Leg<'a>> {
    let leg = |agency: AgencyId, limit: TimeLimit, named: bool| Leg {
        limit,
        calendar: offices.calendars.of(agency),
        agency: named.then(|| offices.tree.code(agency)),
    };
    if limit.segments.is_empty() {
        return vec![leg(row.competent_agency_id, limit.limit, false)];
    }
    let segments = limit.segments.iter();
    segments.map(|segment| leg(agency_of(offices, row, segment.role), segment.limit, true)).collect()
}

/// The agency that has a role in the handling of a dossier. One without a superior decides by itself.
pub fn agency_of(offices: &Offices<'_>, row: &DossierRow, role: AgencyRole) -> AgencyId {
    match role {
        AgencyRole::Receiving => row.receiving_agency_id,
        AgencyRole::Competent => row.competent_agency_id,
        AgencyRole::Superior => {
            let superior = offices.tree.get(row.competent_agency_id).and_then(|agency| agency.parent);
            superior.unwrap_or(row.competent_agency_id)
        }
    }
}

/// Dates a dossier by its events and sets what follows from it. One that ended while its clock was stopped is judged by
/// the instant at which it stopped.
pub fn redate(offices: &Offices<'_>, row: &mut DossierRow, limit: &CaseLimit, events: &[ClockEvent]) {
    let dated = date(offices, row, limit, events, &mut NoLog);
    let (standing, stopped_at) = (dated.standing.as_ref(), dated.stopped_at.map(Instant::utc));
    row.clock_started_at = dated.start.map(Instant::utc);
    row.calendar_missing = dated.missing.map(|MissingYear(year)| year);
    row.due_on = standing.map(|s| s.due_on);
    row.due_at = standing.map(|s| s.due_at.utc());
    row.restarted_on = standing.and_then(|s| s.restarted_on);
    if row.status.ended() {
        row.overdue_from = standing.map(|s| s.late_from.utc());
        row.judged_at = stopped_at.or(row.ended_at);
    } else {
        row.overdue_from = standing.and_then(|s| s.overdue_from).map(Instant::utc);
        row.clock = if stopped_at.is_some() { Clock::Stopped } else { Clock::Running };
        row.stopped_at = stopped_at;
    }
    row.index_overdue_from = index_overdue_from(row, (offices, limit), events);
    let ended_at = row.ended_at.map(Instant::from);
    let over = |stop: Stop| Stop { to: stop.to.or(ended_at), ..stop };
    let stops = dated.stops.into_iter().map(over).collect();
    let interruptions = Interruptions { stops, ..row.interruptions() };
    row.set_interruptions(&interruptions);
}

/// The first instant at which a dossier is late by the choices of the national index; `None` where it is the one by its own. Only supplements make
/// a difference.
fn index_overdue_from(
    row: &DossierRow,
    (offices, limit): (&Offices<'_>, &CaseLimit),
    events: &[ClockEvent],
) -> Option<DateTime<Utc>> {
    if events.iter().all(|event| event.kind != EventKind::SupplementRequested) {
        return None;
    }
    let dated = date_by(row.policy().of_index(), (offices, row, limit), events, &mut NoLog);
    let standing = dated.standing?;
    let from = if row.status.ended() { Some(standing.late_from) } else { standing.overdue_from };
    from.map(Instant::utc).filter(|from| Some(*from) != row.overdue_from)
}

/// The latest day to which a limit may be extended by `by`; `None` when the calendar does not say.
pub fn latest(offices: &Offices<'_>, row: &DossierRow, by: TimeLimit) -> Option<NaiveDate> {
    let due_at = row.due_at.map(Instant::from)?;
    deadline::extended(due_at, by, offices.calendars.of(row.competent_agency_id)).ok()
}
