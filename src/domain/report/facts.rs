//! What the places of a dossier in all periods depend on.

use crate::domain::local_time::Instant;
use crate::domain::timing;
use crate::domain::vocabulary::{Channel, Clock, Status, TimingState};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

/// What is known of a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How it was filed.
    pub channel: Channel,
    /// When it was received; `None`: it was not, and is in no report.
    pub received_at: Option<Instant>,
    /// How it ended; `None` while it is open.
    pub end: Option<End>,
    /// Local day on which it is due.
    pub due_on: Option<NaiveDate>,
    /// First instant at which it is late.
    pub overdue_from: Option<Instant>,
    /// The same by the choices of the national index, where that is another instant.
    pub index_overdue_from: Option<Instant>,
    /// When its clock started.
    pub clock_started_at: Option<Instant>,
    /// What interrupted its handling.
    pub interruptions: Interruptions,
}

/// How a dossier ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// When.
    pub at: Instant,
    /// When it ended, or when its clock had stopped if it ended while stopped.
    pub judged_at: Instant,
    /// With which status.
    pub status: Status,
}

/// What interrupted the handling of a dossier and is not to be seen in its present state: its stops, and ends that were undone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interruptions {
    /// Stops of its clock, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<Stop>,
    /// Ends that were undone, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends: Vec<Undone>,
}

/// A stop of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Since when it stood still.
    pub from: Instant,
    /// When it ran again, or the dossier ended; `None`: it still stands still.
    pub to: Option<Instant>,
}

/// An end that was undone: how the dossier had ended, and when it was opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// When it had ended.
    pub ended_at: Instant,
    /// By which instant it was judged.
    pub judged_at: Instant,
    /// With which status.
    pub status: Status,
    /// When it was due then.
    pub due_on: Option<NaiveDate>,
    /// The first instant at which it was late then.
    pub overdue_from: Option<Instant>,
    /// The same by the choices of the national index, where that was another instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_overdue_from: Option<Instant>,
    /// When it was opened again.
    pub reopened_at: Instant,
}

/// Whole minutes from the receipt to an end, without the time in which the clock stood still.
pub(super) fn minutes(facts: &Facts, received_at: Instant, ended_at: Instant) -> i64 {
    let stood_still = facts.interruptions.stops.iter().map(|stop| {
        let (from, to) = (stop.from.max(received_at), stop.to.map_or(ended_at, |to| to.min(ended_at)));
        (to.utc() - from.utc()).max(TimeDelta::zero())
    });
    let took = ended_at.utc() - received_at.utc() - stood_still.sum::<TimeDelta>();
    took.num_minutes().max(0)
}

/// How an end is judged: `early`, `on_time`, `late` or `no_deadline`.
pub(super) fn judged(
    judged_at: Instant,
    due_on: Option<NaiveDate>,
    overdue_from: Option<Instant>,
) -> TimingState {
    let (judged, clock) = (Some(judged_at), Clock::Stopped);
    let facts = timing::Facts { due_on, overdue_from, judged_at: judged, clock, closed_recorded_at: None };
    timing::state(&facts, judged_at, None)
}

impl Interruptions {
    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.stops.is_empty() && self.ends.is_empty()
    }
}
