//! What the events of a dossier do to its clock: when it started, when it stopped and ran again, how it was extended.
//!
//! NĐ 61/2018 Art. 19(4): a supplement. Which effect a stop has, and what a second request does, is in the
//! [`super::policy`] of the dossier. What all of it makes of the due date is in [`super::deadline`].

use super::deadline::{Extension, Move};
use super::local_time::Instant;
use super::policy::Policy;
use super::report::Stop;
use super::vocabulary::{EventKind, SecondSupplement, Starts, StopEffect, SupplementStage};

/// An event that may touch the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockEvent {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Instant,
    /// Of an extension: by how much, and on which ground.
    pub extension: Option<(Extension, String)>,
    /// Of a request for supplements: its stage.
    pub stage: Option<SupplementStage>,
}

/// The clock of a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DossierClock<'a> {
    /// When it started; `None`: it has not yet.
    pub start: Option<Instant>,
    /// What happened to it since, in order of time.
    pub moves: Vec<Move<'a>>,
}

/// Whether an event of a kind can touch a clock.
pub const fn touches(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Received
            | EventKind::ReceivedByCompetent
            | EventKind::Accepted
            | EventKind::SupplementRequested
            | EventKind::SupplementReceived
            | EventKind::PaymentRequested
            | EventKind::PaymentReceived
            | EventKind::Suspended
            | EventKind::Resumed
            | EventKind::Extended
            | EventKind::Reopened
    )
}

impl<'a> DossierClock<'a> {
    /// The clock after events in the order in which they happened.
    pub fn of(events: &'a [ClockEvent], starts: Starts, policy: Policy) -> Self {
        let begins = |event: &&ClockEvent| event.kind == starting(starts);
        let start = events.iter().find(begins).map(|event| event.at);
        let Some(started) = start else { return Self { start, moves: vec![] } };
        let mut clock = Self { start, moves: vec![] };
        let (mut open, mut requests): (Option<(Instant, StopEffect)>, Vec<Option<SupplementStage>>) =
            (None, vec![]);
        for event in events {
            match event.kind {
                // What was asked for before was asked of an applicant whose dossier nobody had to handle yet.
                EventKind::Received => requests.clear(),
                EventKind::SupplementRequested => {
                    open = clock.supplement(event, &requests, policy);
                    requests.push(event.stage);
                }
                EventKind::PaymentRequested | EventKind::Suspended => {
                    open = Some((event.at, policy.other_stop));
                }
                // Reopened, it runs on as if it had not ended: also from the stop during which it ended.
                EventKind::SupplementReceived
                | EventKind::PaymentReceived
                | EventKind::Resumed
                | EventKind::Reopened => {
                    if let Some((from, effect)) = open.take()
                        && event.at > started
                    {
                        // What had stopped before the start only waited for it.
                        let from = from.max(started);
                        clock.moves.push(Move::Stopped { from, to: Some(event.at), effect });
                    }
                }
                EventKind::Extended => {
                    if let Some((by, ground)) = &event.extension {
                        // While it stands still nothing becomes late: what counts is how it stood when it stopped.
                        let at = open.map_or(event.at, |(from, _)| from).max(started);
                        clock.moves.push(Move::Extended { at: Some(at), by: *by, ground });
                    }
                }
                _ => {}
            }
        }
        if let Some((from, effect)) = open {
            clock.moves.push(Move::Stopped { from: from.max(started), to: None, effect });
        }
        clock
    }

    /// What a request for supplements does after those of some stages. Each stage has its one request; the national
    /// index counts all of them.
    fn supplement(
        &mut self,
        request: &ClockEvent,
        before: &[Option<SupplementStage>],
        policy: Policy,
    ) -> Option<(Instant, StopEffect)> {
        let stop = Some((request.at, policy.supplement));
        match policy.second_supplement {
            SecondSupplement::Ignored if before.contains(&request.stage) => None,
            SecondSupplement::Late if !before.is_empty() => {
                self.moves.push(Move::DeemedLate { at: request.at });
                stop
            }
            SecondSupplement::Same | SecondSupplement::Ignored | SecondSupplement::Late => stop,
        }
    }

    /// Its stops, in order of time; only the last one may not be over.
    pub fn stops(&self) -> Vec<Stop> {
        let stop = |happened: &Move<'_>| match *happened {
            Move::Stopped { from, to, .. } => Some(Stop { from, to }),
            Move::Extended { .. } | Move::DeemedLate { .. } => None,
        };
        self.moves.iter().filter_map(stop).collect()
    }

    /// Since when it is stopped; `None` while it runs.
    pub fn stopped_at(&self) -> Option<Instant> {
        match self.moves.last() {
            Some(Move::Stopped { from, to: None, .. }) => Some(*from),
            _ => None,
        }
    }
}

/// The event with which a limit starts.
pub const fn starting(starts: Starts) -> EventKind {
    match starts {
        Starts::Received => EventKind::Received,
        Starts::ReceivedByCompetent => EventKind::ReceivedByCompetent,
        Starts::Accepted => EventKind::Accepted,
        Starts::PaymentReceived => EventKind::PaymentReceived,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::law::law;

    fn at(text: &str) -> Instant {
        format!("2022-{text}:00+07:00").parse().unwrap()
    }

    fn event(kind: EventKind, text: &str) -> ClockEvent {
        ClockEvent { kind, at: at(text), extension: None, stage: None }
    }

    fn policy() -> Policy {
        law().policy_on("2022-02-15".parse().unwrap())
    }

    #[test]
    fn stops_have_the_effect_of_their_policy() {
        let events = [
            event(EventKind::Received, "02-15T08:00"),
            event(EventKind::SupplementRequested, "02-16T08:00"),
            event(EventKind::SupplementReceived, "02-17T08:00"),
            event(EventKind::Suspended, "02-18T08:00"),
        ];
        let clock = DossierClock::of(&events, Starts::Received, policy());
        assert_eq!(clock.start, Some(at("02-15T08:00")));
        let first = Move::Stopped {
            from: at("02-16T08:00"),
            to: Some(at("02-17T08:00")),
            effect: StopEffect::Restart,
        };
        let second = Move::Stopped { from: at("02-18T08:00"), to: None, effect: StopEffect::Shift };
        assert_eq!(clock.moves, [first, second]);
        assert_eq!(clock.stopped_at(), Some(at("02-18T08:00")));
    }

    #[test]
    fn a_clock_that_starts_later_does_not_stop_before() {
        let events = [
            event(EventKind::Received, "02-15T08:00"),
            event(EventKind::PaymentRequested, "02-16T08:00"),
            event(EventKind::PaymentReceived, "02-18T08:00"),
        ];
        let clock = DossierClock::of(&events, Starts::PaymentReceived, policy());
        assert_eq!(clock, DossierClock { start: Some(at("02-18T08:00")), moves: vec![] });
        assert_eq!(DossierClock::of(&events[..2], Starts::PaymentReceived, policy()).start, None);
        assert_eq!(DossierClock::of(&events, Starts::Accepted, policy()).start, None);
    }

    /// NĐ 61/2018 Art. 11(2): one request. QĐ 766/QĐ-TTg: a dossier with two counts as late.
    #[test]
    fn a_second_supplement_does_what_the_policy_says() {
        let events = [
            event(EventKind::Received, "02-15T08:00"),
            event(EventKind::SupplementRequested, "02-16T08:00"),
            event(EventKind::SupplementReceived, "02-17T08:00"),
            event(EventKind::SupplementRequested, "02-18T08:00"),
        ];
        for (second_supplement, moves, stopped) in [
            (SecondSupplement::Same, 2, true),
            (SecondSupplement::Ignored, 1, false),
            (SecondSupplement::Late, 3, true),
        ] {
            let policy = Policy { second_supplement, ..policy() };
            let clock = DossierClock::of(&events, Starts::Received, policy);
            assert_eq!(
                (clock.moves.len(), clock.stopped_at().is_some()),
                (moves, stopped),
                "{second_supplement}"
            );
        }
    }

    /// One request as it is checked at the receipt and one as it is appraised are no second one, but for the index.
    #[test]
    fn each_stage_has_its_request() {
        let asked =
            |text, stage| ClockEvent { stage: Some(stage), ..event(EventKind::SupplementRequested, text) };
        let events = [
            event(EventKind::Received, "02-15T08:00"),
            asked("02-16T08:00", SupplementStage::Intake),
            event(EventKind::SupplementReceived, "02-17T08:00"),
            asked("02-18T08:00", SupplementStage::Appraisal),
            event(EventKind::SupplementReceived, "02-21T08:00"),
            asked("02-22T08:00", SupplementStage::Appraisal),
        ];
        let stops = |second_supplement, of: &[ClockEvent]| {
            let clock = DossierClock::of(of, Starts::Received, Policy { second_supplement, ..policy() });
            let late = clock.moves.iter().filter(|m| matches!(m, Move::DeemedLate { .. })).count();
            (clock.moves.len() - late, late)
        };
        assert_eq!(stops(SecondSupplement::Ignored, &events[..4]), (2, 0), "one of each stage");
        assert_eq!(
            stops(SecondSupplement::Ignored, &events),
            (2, 0),
            "the second of a stage does not stop it"
        );
        assert_eq!(stops(SecondSupplement::Same, &events), (3, 0));
        assert_eq!(stops(SecondSupplement::Late, &events[..4]), (2, 1), "the index knows no stages");
    }
}
