//! A dossier as changes of counters on local days, so that counters of days can be summed instead of dossiers being looked at.
//!
//! A counter of what happens (received, ended) rises on its day; a counter of a state (overdue, stopped) rises on the day on which the
//! state begins and falls on the day on which it ends, so that its sum through a day tells how many are in the state at the end of the
//! day. A dossier that was opened again has an end that counts in one period and not in the next: no counter of days tells that. Such
//! dossiers are few, have no changes, and are looked at one by one.

use super::counts::Counts;
use super::facts::{End, Facts, judged, minutes};
use crate::domain::index766;
use crate::domain::local_time::Instant;
use crate::domain::share::Share;
use crate::domain::vocabulary::{Channel, Column, Status, TimingState};
use chrono::NaiveDate;
use std::collections::HashMap;

/// What is counted on days. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i16)]
pub enum Measure {
    /// Received online.
    ReceivedOnline = 1,
    /// Received directly or by post.
    ReceivedDirectPostal = 2,
    /// Ended early.
    Early = 3,
    /// Ended on time.
    OnTime = 4,
    /// Ended late.
    Late = 5,
    /// Ended without a deadline.
    NoDeadline = 6,
    /// Withdrawn, however it is counted as ended.
    Withdrawn = 7,
    /// Terminated, however it is counted as ended.
    Terminated = 8,
    /// Open and overdue.
    Overdue = 9,
    /// Open, not overdue, and standing still.
    Stopped = 10,
    /// Open, neither overdue nor standing still, and without a deadline.
    PendingNoDeadline = 11,
    /// Ended late by the national index.
    LateByIndex = 12,
    /// Open and overdue by the national index.
    OverdueByIndex = 13,
    /// Minutes that what ended took, without the time in which its clock stood still.
    Minutes = 14,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 14] = [
        Self::ReceivedOnline,
        Self::ReceivedDirectPostal,
        Self::Early,
        Self::OnTime,
        Self::Late,
        Self::NoDeadline,
        Self::Withdrawn,
        Self::Terminated,
        Self::Overdue,
        Self::Stopped,
        Self::PendingNoDeadline,
        Self::LateByIndex,
        Self::OverdueByIndex,
        Self::Minutes,
    ];

    /// The measure with a stored number.
    pub fn of(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| *measure as i16 == number)
    }
}

/// A change of a counter on a local day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Change {
    /// The counter.
    pub measure: Measure,
    /// The day.
    pub day: NaiveDate,
    /// By how much.
    pub by: i64,
}

/// The changes that a dossier makes. None for one that was not received, and for one that was opened again.
pub fn changes(facts: &Facts) -> Vec<Change> {
    let mut changes = vec![];
    let Some(received_at) = facts.received_at.filter(|_| facts.interruptions.ends.is_empty()) else {
        return changes;
    };
    let end = facts.end;
    let mut happens = |measure, at: Instant| changes.push(Change { measure, day: at.local_date(), by: 1 });
    happens(received(facts.channel), received_at);
    if let Some(end) = end {
        happens(ended(facts, end), end.at);
        let index_late_from = facts.index_overdue_from.or(facts.overdue_from);
        if index_late_from.is_some_and(|from| end.judged_at >= from) {
            happens(Measure::LateByIndex, end.at);
        }
        match end.status {
            Status::Withdrawn => happens(Measure::Withdrawn, end.at),
            Status::Terminated => happens(Measure::Terminated, end.at),
            _ => {}
        }
    }
    let ended_at = end.map(|end| end.at);
    let took = ended_at.map_or(0, |at| minutes(facts, received_at, at));
    changes.extend(ended_at.filter(|_| took > 0).map(|at| Change {
        measure: Measure::Minutes,
        day: at.local_date(),
        by: took,
    }));
    let mut lasts = |measure, from: Instant, to: Option<Instant>, by| {
        let (from, to) = (from.local_date(), to.map(Instant::local_date));
        if to.is_none_or(|to| from < to) {
            changes.push(Change { measure, day: from, by });
            changes.extend(to.map(|day| Change { measure, day, by: -by }));
        }
    };
    let late_from = facts.overdue_from.filter(|from| end.is_none_or(|end| end.judged_at >= *from));
    if let Some(from) = late_from {
        lasts(Measure::Overdue, from, ended_at, 1);
    }
    let index_late_from = facts.index_overdue_from.or(facts.overdue_from);
    if let Some(from) = index_late_from.filter(|from| end.is_none_or(|end| end.judged_at >= *from)) {
        lasts(Measure::OverdueByIndex, from, ended_at, 1);
    }
    let dated_from = facts.clock_started_at.filter(|_| facts.due_on.is_some());
    let undated_to = dated_from.into_iter().chain(ended_at).min();
    lasts(Measure::PendingNoDeadline, received_at, undated_to, 1);
    for stop in &facts.interruptions.stops {
        if facts.overdue_from.is_none_or(|from| stop.from < from) {
            lasts(Measure::Stopped, stop.from, stop.to.into_iter().chain(late_from).min(), 1);
        }
        if facts.due_on.is_none() {
            lasts(Measure::PendingNoDeadline, stop.from, stop.to, -1);
        }
    }
    changes
}

const fn received(channel: Channel) -> Measure {
    match channel {
        Channel::Online => Measure::ReceivedOnline,
        Channel::InPerson | Channel::Postal => Measure::ReceivedDirectPostal,
    }
}

fn ended(facts: &Facts, end: End) -> Measure {
    match judged(end.judged_at, facts.due_on, facts.overdue_from) {
        TimingState::Early => Measure::Early,
        TimingState::Late => Measure::Late,
        TimingState::NoDeadline => Measure::NoDeadline,
        _ => Measure::OnTime,
    }
}

/// How long dossiers took that ended in a period (QĐ 766/QĐ-TTg, 2.2), without the time in which their clocks stood still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// All together, in minutes.
    pub minutes: i64,
    /// How many there are.
    pub resolved: i64,
}

impl std::ops::AddAssign for Took {
    fn add_assign(&mut self, more: Self) {
        self.minutes += more.minutes;
        self.resolved += more.resolved;
    }
}

impl Took {
    /// Days of 24 hours that one took on average, to the hundredth, half of one up; `None` when there is none.
    pub fn average_days(self) -> Option<String> {
        index766::decimal(self.minutes, self.resolved.checked_mul(24 * 60)?)
    }
}

/// The counters of dossiers that are alike, summed before a period, and through its last day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(HashMap<Measure, (i64, i64)>);

impl Tally {
    /// Adds to a counter what it has before the period, and what it has through its last day.
    pub fn add(&mut self, measure: Measure, before: i64, through: i64) {
        let sums = self.0.entry(measure).or_default();
        sums.0 += before;
        sums.1 += through;
    }

    fn through(&self, measure: Measure) -> i64 {
        self.0.get(&measure).map_or(0, |sums| sums.1)
    }

    fn within(&self, measure: Measure) -> i64 {
        self.0.get(&measure).map_or(0, |(before, through)| through - before)
    }

    /// How many are on time by the national index, of those with a deadline.
    pub fn on_time_by_index(&self) -> Share {
        let counts = self.counts();
        let judged = counts[Column::ReceivedTotal]
            - counts[Column::ResolvedNoDeadline]
            - counts[Column::PendingNoDeadline];
        let late = self.within(Measure::LateByIndex) + self.through(Measure::OverdueByIndex);
        Share { numerator: judged - late, denominator: judged }
    }

    /// How long they took that ended in the period.
    pub fn took(&self) -> Took {
        Took { minutes: self.within(Measure::Minutes), resolved: self.counts()[Column::ResolvedTotal] }
    }

    /// The numbers of the form that follow.
    pub fn counts(&self) -> Counts {
        use {Column as C, Measure as M};
        let mut counts = Counts::default();
        let ends = [M::Early, M::OnTime, M::Late, M::NoDeadline];
        let receipts = [M::ReceivedOnline, M::ReceivedDirectPostal];
        let through = |measures: &[M]| measures.iter().map(|m| self.through(*m)).sum::<i64>();
        counts[C::ReceivedOnline] = self.within(M::ReceivedOnline);
        counts[C::ReceivedDirectPostal] = self.within(M::ReceivedDirectPostal);
        counts[C::ResolvedEarly] = self.within(M::Early);
        counts[C::ResolvedOnTime] = self.within(M::OnTime) + self.within(M::NoDeadline);
        counts[C::ResolvedLate] = self.within(M::Late);
        counts[C::ResolvedNoDeadline] = self.within(M::NoDeadline);
        counts[C::ResolvedWithdrawn] = self.within(M::Withdrawn);
        counts[C::ResolvedTerminated] = self.within(M::Terminated);
        counts[C::ResolvedTotal] = ends.iter().map(|measure| self.within(*measure)).sum();
        counts[C::PendingTotal] = through(&receipts) - through(&ends);
        counts[C::PendingOverdue] = self.through(M::Overdue);
        counts[C::PendingInTime] = counts[C::PendingTotal] - counts[C::PendingOverdue];
        counts[C::PendingStopped] = self.through(M::Stopped);
        counts[C::PendingNoDeadline] = self.through(M::PendingNoDeadline);
        counts[C::ReceivedTotal] = counts[C::ResolvedTotal] + counts[C::PendingTotal];
        counts[C::CarriedOver] =
            counts[C::ReceivedTotal] - counts[C::ReceivedOnline] - counts[C::ReceivedDirectPostal];
        counts
    }
}
