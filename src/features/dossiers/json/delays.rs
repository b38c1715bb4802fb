//! Where the days of a dossier went, as it is shown: by the steps in which somebody held it, and by the parts of its limit.

use crate::domain::agency_tree::AgencyId;
use crate::domain::clock::{ClockEvent, DossierClock};
use crate::domain::deadline::text::decimal;
use crate::domain::deadline::{Deadline, Move, NoLog};
use crate::domain::delays::{self, Held, Late};
use crate::domain::local_time::Instant;
use crate::domain::time_limit::CaseLimit;
use crate::domain::timing;
use crate::domain::vocabulary::EventKind;
use crate::features::dossiers::actions::dating::{self, Offices};
use crate::features::dossiers::history;
use crate::features::dossiers::queries::{DossierRow, EventRow};
use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;
use utoipa::ToSchema;

/// Where the days of a dossier went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delays)]
pub struct DelaysBody {
    /// Who held it, in order of time, until its handling ended.
    pub steps: Vec<StepBody>,
    /// The parts of a chained limit; empty when it is not chained.
    pub segments: Vec<PartBody>,
}

/// A time in which one held a dossier. Hours are office hours of the agency that held it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StepDelay)]
pub struct StepBody {
    /// Code of the agency.
    #[schema(example = "H51.29.05")]
    pub agency: String,
    /// Unit.
    pub unit: Option<String>,
    /// Officer.
    pub officer: Option<String>,
    /// Since when.
    pub from: Instant,
    /// Until when; null while it holds it.
    pub to: Option<Instant>,
    /// When the step was due.
    pub step_due_at: Option<Instant>,
    /// Hours while the time limit ran, a decimal; null when the calendar of a year is missing.
    #[schema(example = "12.5")]
    pub hours: Option<String>,
    /// Hours while it stood still.
    #[schema(example = "0")]
    pub hours_stopped: Option<String>,
    /// Hours after the step was due, while the time limit ran; null when it had no due time.
    #[schema(example = "1.25")]
    pub hours_late: Option<String>,
    /// Days late of the dossier that began in this step. All steps together have those of its `timing`.
    #[schema(example = 0)]
    pub days_late: Option<i64>,
}

/// The part of an agency in a chained limit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SegmentDelay)]
pub struct PartBody {
    /// Code of the agency.
    #[schema(example = "H51.29.05")]
    pub agency: String,
    /// Its due day.
    pub due_on: NaiveDate,
    /// When it handed the dossier to the agency of the next part, or when the handling ended; null while it has not.
    pub ended_at: Option<Instant>,
    /// Working days after its due day through its end, or through today; null before the dossier came to it.
    pub days_late: Option<i64>,
}

/// A holder, from the events.
struct Holder<'a> {
    agency: AgencyId,
    unit: Option<&'a str>,
    officer: Option<&'a str>,
    from: Instant,
    to: Option<Instant>,
    due_at: Option<Instant>,
}

impl DelaysBody {
    /// Tells where the days of a dossier went, as of `now`.
    pub fn new(
        row: &DossierRow,
        events: &[EventRow],
        limit: &CaseLimit,
        offices: &Offices<'_>,
        now: Instant,
    ) -> Self {
        let until = row.ended_at.map_or(now, Instant::from);
        let happened = history::as_happened(events);
        let clock: Vec<ClockEvent> = happened.iter().filter_map(EventRow::clock_event).collect();
        let (pauses, holders) = (pauses(row, &clock, limit, until), holders(row, &happened));
        let judge = offices.calendars.of(row.competent_agency_id);
        let timing = timing::judge(&row.facts(), now, judge);
        let late = |held: &Held| match (row.due_on, timing.days_late) {
            (_, Some(0)) => Some(0),
            (Some(due_on), Some(_)) => {
                let through = row.judged_at.map_or(now, Instant::from).local_date();
                delays::days_late(held, &Late { due_on, through, calendar: judge }).ok()
            }
            _ => None,
        };
        let steps = holders.iter().map(|holder| {
            let held = Held { from: holder.from, to: holder.to.unwrap_or(until), due_at: holder.due_at };
            let spent = delays::spent(&held, &pauses, offices.calendars.of(holder.agency)).ok();
            StepBody {
                agency: offices.tree.code(holder.agency).to_owned(),
                unit: holder.unit.map(ToOwned::to_owned),
                officer: holder.officer.map(ToOwned::to_owned),
                from: holder.from,
                to: holder.to,
                step_due_at: holder.due_at,
                hours: spent.map(|spent| hours(spent.running)),
                hours_stopped: spent.map(|spent| hours(spent.stopped)),
                hours_late: spent.and_then(|spent| spent.late).map(hours),
                days_late: late(&held),
            }
        });
        let steps = steps.collect();
        let due = dating::date(offices, row, limit, &clock, &mut NoLog).standing;
        let due = due.map(|standing| standing.legs).unwrap_or_default();
        Self { steps, segments: parts(row, &holders, limit, (offices, &due), now) }
    }
}

/// Who held a dossier, in order of time, until its handling ended.
fn holders<'a>(row: &DossierRow, events: &'a [EventRow]) -> Vec<Holder<'a>> {
    let mut found: Vec<Holder<'_>> = vec![];
    for event in events {
        let (from, of) = (event.occurred_at.into(), &event.of_kind);
        let next = match event.kind {
            EventKind::Received => Holder {
                agency: row.receiving_agency_id,
                unit: event.officer_unit.as_deref(),
                officer: event.officer.as_deref(),
                from,
                to: None,
                due_at: None,
            },
            EventKind::Forwarded => Holder {
                agency: event
                    .to_agency_id
                    .or(found.last().map(|last| last.agency))
                    .unwrap_or(event.agency_id),
                unit: of.to_unit.as_deref(),
                officer: of.to_officer.as_deref(),
                from,
                to: None,
                due_at: of.step_due_at.map(Instant::from),
            },
            _ => continue,
        };
        if let Some(last) = found.last_mut() {
            last.to = Some(from);
        }
        found.push(next);
    }
    if let Some(last) = found.last_mut() {
        last.to = row.ended_at.map(Instant::from);
    }
    found
}

/// When the time limit stood still, until an instant: before it began, and during its stops.
fn pauses(
    row: &DossierRow,
    events: &[ClockEvent],
    limit: &CaseLimit,
    until: Instant,
) -> Vec<(Instant, Instant)> {
    let clock = DossierClock::of(events, limit.starts, row.policy());
    let before = (Instant::from(row.filed_at), clock.start.unwrap_or(until));
    let stops = clock.moves.iter().filter_map(|happened| match happened {
        Move::Stopped { from, to, .. } => Some((*from, to.unwrap_or(until))),
        _ => None,
    });
    std::iter::once(before).chain(stops).collect()
}

/// The parts of a chained limit. One ends when the agency of the next first gets the dossier, and the last with the handling.
fn parts(
    row: &DossierRow,
    holders: &[Holder<'_>],
    limit: &CaseLimit,
    (offices, due): (&Offices<'_>, &[Deadline]),
    now: Instant,
) -> Vec<PartBody> {
    let agencies: Vec<AgencyId> =
        limit.segments.iter().map(|segment| dating::agency_of(offices, row, segment.role)).collect();
    // When each part began; the first with the receipt.
    let mut begun = vec![Some(0)];
    for agency in agencies.iter().skip(1) {
        let own = offices.tree.subtree(*agency);
        let after = begun.last().copied().flatten().map_or(holders.len(), |first| first + 1);
        let found = holders.iter().skip(after).position(|holder| own.contains(&holder.agency));
        begun.push(found.map(|found| after + found));
    }
    let start =
        |part: usize| begun.get(part).copied().flatten().and_then(|at| holders.get(at)).map(|h| h.from);
    let parts = agencies.iter().zip(due).enumerate().map(|(part, (agency, due))| {
        let ended_at = start(part).and_then(|_| start(part + 1).or(row.ended_at.map(Instant::from)));
        let through = ended_at.unwrap_or(now).local_date().max(due.due_on);
        let calendar = offices.calendars.of(*agency);
        let late = start(part).and_then(|_| calendar.working_days_between(due.due_on, through).ok());
        let agency = offices.tree.code(*agency).to_owned();
        PartBody { agency, due_on: due.due_on, ended_at, days_late: late }
    });
    parts.collect()
}

/// Hours as a decimal, to the hundredth.
fn hours(time: TimeDelta) -> String {
    decimal(time.num_seconds() / 36)
}
