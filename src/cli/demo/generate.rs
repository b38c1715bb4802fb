//! Makes the dossiers of the plan: a receipt that can reach the state, then the events that lead there.
//!
//! Deterministic: the same plan gives the same dossiers. When something happened and when it was recorded differ,
//! as in life: most records come within the hour, some days later.

use super::people;
use super::plan::Quota;
use super::random::Random;
use crate::domain::calendar::Calendar;
use crate::domain::deadline::{self, Deadline};
use crate::domain::local_time::Instant;
use crate::domain::time_limit::TimeLimit;
use crate::domain::timing::{self, Facts};
use crate::domain::vocabulary::{Channel, Clock, EventKind, Origin, Outcome, Status, TimingState};
use crate::features::dossiers::actions::{EventDetails, EventInput, OfficerInput, ReceiveInput};
use crate::features::procedures::actions::ProcedureInput;
use chrono::{NaiveDate, TimeDelta};

/// A dossier with its later events, each with the instant of its record.
pub(super) struct Story {
    pub(super) receipt: (ReceiveInput, Instant),
    pub(super) events: Vec<(EventInput, Instant)>,
}

/// What stories are made of.
pub(super) struct Generator<'a> {
    pub(super) random: Random,
    pub(super) procedures: &'a [ProcedureInput],
    pub(super) calendar: &'a Calendar,
    /// When the clock of the demonstration starts; nothing is recorded later.
    pub(super) end: Instant,
}

/// First day of receipts.
const FIRST_DAY: (i32, u32, u32) = (2021, 12, 1);
/// Communes of the district, by code.
const COMMUNES: std::ops::RangeInclusive<u64> = 18..=25;
/// The district, whose one-stop desk receives what its offices decide.
pub(super) const DISTRICT: &str = "H51.29";

/// A receipt that may reach the wanted state.
struct Draft<'a> {
    procedure: &'a ProcedureInput,
    received: Instant,
    deadline: Option<Deadline>,
    ended: Option<Instant>,
}

impl<'a> Generator<'a> {
    /// Every story of the plan, by receipt.
    pub(super) fn stories(&mut self, plan: &[Quota]) -> Result<Vec<Story>, String> {
        let mut stories = vec![];
        for quota in plan {
            for _ in 0..quota.2 {
                stories.push(self.story(*quota)?);
            }
        }
        stories.sort_by_key(|story| story.receipt.0.filed_at);
        Ok(stories)
    }

    /// Draws until a draft reaches the state.
    fn story(&mut self, (status, wanted, _): Quota) -> Result<Story, String> {
        for _ in 0..100_000 {
            if let Some(draft) = self.draft(wanted)
                && let Some(story) = self.tell(&draft, status)
            {
                return Ok(story);
            }
        }
        Err(format!("no dossier can be {status} and {wanted}"))
    }

    fn draft(&mut self, wanted: TimingState) -> Option<Draft<'a>> {
        let procedures = self.procedures;
        let procedure = self.random.pick(procedures)?;
        let limit = procedure.limits.iter().find(|l| l.case.is_none() && l.channel.is_none())?.limit;
        if (limit == TimeLimit::None) != (wanted == TimingState::NoDeadline) {
            return None;
        }
        let received = self.working_moment()?;
        let deadline = deadline::compute(limit, received, self.calendar).ok()?;
        let ended = match (wanted, deadline) {
            (TimingState::Early, Some(d)) => Some(self.between(received, Instant::start_of(d.due_on))?),
            (TimingState::OnTime, Some(d)) => {
                Some(self.between(received.max(Instant::start_of(d.due_on) + TimeDelta::hours(7)), d.due_at)?)
            }
            (TimingState::Late, Some(d)) => {
                Some(self.between(d.overdue_from, d.overdue_from + TimeDelta::days(12))?)
            }
            _ => None,
        };
        let facts = Facts {
            due_on: deadline.map(|d| d.due_on),
            overdue_from: deadline.map(|d| d.overdue_from),
            judged_at: ended,
            clock: Clock::Running,
            closed_recorded_at: None,
        };
        let soon = timing::due_soon_until(self.end, self.calendar);
        (timing::state(&facts, self.end, soon) == wanted).then_some(Draft {
            procedure,
            received,
            deadline,
            ended,
        })
    }

    /// The receipt and the events that bring a draft to its status.
    fn tell(&mut self, draft: &Draft<'_>, status: Status) -> Option<Story> {
        let receipt = self.receipt(draft)?;
        let competent = receipt.competent_agency.clone();
        let mut events = vec![];
        if status != Status::Received {
            let until = draft.ended.unwrap_or(self.end);
            let handed = self.between(draft.received, until.min(draft.received + TimeDelta::hours(20)))?;
            let forwarded = self.forwarded(&competent, &draft.procedure.field_name)?;
            events.push(self.event(handed, forwarded, None));
            if self.random.chance(15) {
                let noted = self.between(handed, until)?;
                let note = people::NOTES[usize::try_from(self.random.below(3)).ok()?];
                events.push(self.event(noted, EventDetails::Plain(EventKind::Noted), Some(note)));
            }
            if matches!(status, Status::Completed | Status::Returned) {
                let latest = events.last().map_or(draft.received, |(event, _)| event.occurred_at);
                let ended = match draft.ended {
                    Some(ended) => ended,
                    None => self.between(latest, latest + TimeDelta::days(20))?,
                };
                let outcome = if self.random.chance(96) { Outcome::Granted } else { Outcome::Rejected };
                events.push(self.event(ended, EventDetails::Completed { outcome }, None));
                if status == Status::Returned {
                    // Mostly at once, so that what ended in time is mostly closed in time.
                    let within =
                        if self.random.chance(85) { TimeDelta::minutes(90) } else { TimeDelta::days(3) };
                    let returned = self.between(ended, ended + within)?;
                    events.push(self.event(returned, EventDetails::Plain(EventKind::Returned), None));
                }
            }
        }
        let recorded = self.recorded(draft.received);
        Some(Story { receipt: (receipt, recorded), events })
    }

    fn receipt(&mut self, draft: &Draft<'_>) -> Option<ReceiveInput> {
        let (receiving, competent) = self.agencies(draft.procedure);
        let channel = match self.random.below(10) {
            0..6 => Channel::InPerson,
            6..9 => Channel::Online,
            _ => Channel::Postal,
        };
        let applicant = people::applicant(&mut self.random)?;
        let officer = people::officer(&mut self.random)?;
        Some(ReceiveInput {
            code: None,
            procedure: draft.procedure.code.clone(),
            case: None,
            channel,
            receiving_agency: receiving,
            competent_agency: competent,
            submitted_at: (channel == Channel::Online).then(|| draft.received + TimeDelta::minutes(-90)),
            received_at: Some(draft.received),
            filed_at: draft.received,
            origin: Origin::Live,
            source_recorded_at: None,
            // The slip promises what the law says.
            appointed_at: draft.deadline.map(|d| d.due_at),
            summary: Some(format!("{} của {}", draft.procedure.name, applicant.name)),
            officer: Some(OfficerInput { unit: Some("Bộ phận Một cửa".into()), ..officer }),
            applicant,
        })
    }

    /// Handed to an officer of the agency that decides.
    fn forwarded(&mut self, to: &str, field: &str) -> Option<EventDetails> {
        Some(EventDetails::Forwarded {
            to_agency: Some(to.into()),
            to_unit: Some(format!("Bộ phận {field}")),
            to_officer: Some(people::officer(&mut self.random)?.name),
            step_due_at: None,
        })
    }

    /// Who receives and who decides a dossier of a procedure.
    fn agencies(&mut self, procedure: &ProcedureInput) -> (String, String) {
        let competent = match self.random.pick(&procedure.agencies) {
            Some(listed) => listed.clone(),
            None => format!(
                "{DISTRICT}.{}",
                COMMUNES.start() + self.random.below(COMMUNES.end() - COMMUNES.start() + 1)
            ),
        };
        let number =
            competent.strip_prefix(DISTRICT).and_then(|end| end.trim_start_matches('.').parse().ok());
        let is_commune = number.is_some_and(|number: u64| COMMUNES.contains(&number));
        (if is_commune { competent.clone() } else { DISTRICT.into() }, competent)
    }

    fn event(
        &mut self,
        occurred_at: Instant,
        details: EventDetails,
        note: Option<&str>,
    ) -> (EventInput, Instant) {
        let recorded = self.recorded(occurred_at);
        let input = EventInput {
            occurred_at,
            agency: None,
            officer: None,
            note: note.map(ToOwned::to_owned),
            public_note: None,
            origin: Origin::Live,
            source_recorded_at: None,
            reference: None,
            details,
        };
        (input, recorded)
    }

    /// When something that happened was recorded: mostly within the hour, sometimes days later, never after the end.
    fn recorded(&mut self, occurred: Instant) -> Instant {
        let minutes =
            if self.random.chance(88) { self.random.below(45) } else { self.random.below(3 * 24 * 60) };
        (occurred + TimeDelta::minutes(minutes.cast_signed())).min(self.end + TimeDelta::seconds(-1))
    }

    /// A moment in office hours since the first day. Half of them in the last two weeks, where what is open is.
    fn working_moment(&mut self) -> Option<Instant> {
        let (year, month, day) = FIRST_DAY;
        let first = NaiveDate::from_ymd_opt(year, month, day)?;
        let days = u64::try_from((self.end.local_date() - first).num_days()).ok()?;
        let back = if self.random.chance(50) { self.random.below(14) } else { self.random.below(days) };
        let date = self.end.local_date() - TimeDelta::days(back.cast_signed());
        let minute = self.random.below(24 * 60).cast_signed();
        let moment = Instant::start_of(date) + TimeDelta::minutes(minute);
        (self.calendar.open_from(moment).ok()? == moment && moment < self.end).then_some(moment)
    }

    /// A moment in office hours between two, before the end.
    fn between(&mut self, from: Instant, to: Instant) -> Option<Instant> {
        let to = to.min(self.end);
        let minutes = (to.utc() - from.utc()).num_minutes();
        let minutes = u64::try_from(minutes).ok().filter(|m| *m > 0)?;
        let moment = from + TimeDelta::minutes(self.random.below(minutes).cast_signed());
        let open = self.calendar.open_from(moment).ok()?;
        (open < to).then_some(open)
    }
}
