//! What is recorded of a dossier, as far as the national format asks for it.

use crate::domain::lifecycle::Position;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{EventKind, Status};
use std::collections::{HashSet, VecDeque};

/// An event that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub kind: EventKind,
    /// When.
    pub at: Instant,
    /// What its sender calls it.
    pub reference: Option<String>,
}

/// What is recorded of a dossier; nothing of one that is not known.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Its events as they happened, in their order, without those that are corrected away.
    pub happened: Vec<Happened>,
    /// The kind and reference of all that was ever recorded.
    pub recorded: Vec<(EventKind, Option<String>)>,
    /// Code of the agency that holds it.
    pub holder: String,
}

impl History {
    /// Where the dossier stood after what had happened by an instant.
    pub(super) fn position(&self, by: Option<Instant>) -> Option<Position> {
        let by_then = self.happened.iter().filter(|event| by.is_none_or(|by| event.at <= by));
        by_then.fold(None, |at, event| after(at, event.kind))
    }

    /// Whether an event was recorded under a reference.
    pub(super) fn knows(&self, reference: &str) -> bool {
        self.recorded.iter().any(|(_, known)| known.as_deref() == Some(reference))
    }

    /// How many events of a kind were recorded.
    pub(super) fn count(&self, kind: EventKind) -> usize {
        self.recorded.iter().filter(|(known, _)| *known == kind).count()
    }

    /// When the latest step happened.
    pub(super) fn last(&self) -> Option<Instant> {
        self.happened.iter().map(|event| event.at).max()
    }
}

/// Where a dossier stands after an event. One that is not allowed leaves it where it was: it is refused when it is recorded.
pub(super) fn after(at: Option<Position>, kind: EventKind) -> Option<Position> {
    match at {
        None => Position::first(kind),
        Some(before) => before.after(kind).or(at),
    }
}

/// What the format can lead a dossier through. An end is not undone by it: that is a decision with a ground, of which it says nothing.
const STEPS: [EventKind; 13] = {
    use EventKind as K;
    [
        K::Received,
        K::Forwarded,
        K::SupplementRequested,
        K::SupplementReceived,
        K::PaymentRequested,
        K::PaymentReceived,
        K::Suspended,
        K::Resumed,
        K::Completed,
        K::Returned,
        K::Withdrawn,
        K::Terminated,
        K::Refused,
    ]
};

/// The shortest way to a status that the lifecycle allows; `None`: there is none.
pub(super) fn way(from: Position, to: Status) -> Option<Vec<EventKind>> {
    let mut seen = HashSet::from([from.status]);
    let mut left = VecDeque::from([(from, vec![])]);
    while let Some((at, kinds)) = left.pop_front() {
        if at.status == to {
            return Some(kinds);
        }
        for kind in STEPS {
            if let Some(next) = at.after(kind)
                && seen.insert(next.status)
            {
                left.push_back((next, kinds.iter().copied().chain([kind]).collect()));
            }
        }
    }
    None
}
