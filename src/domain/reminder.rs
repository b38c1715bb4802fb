//! Reminders (đôn đốc): what narrows the list that one freezes, what became of each dossier since, and when one goes to
//! the parent of the agency.
//!
//! `is_left_of_reminder` of the migration says in SQL what [`follow_up`] says here; a test proves that the two agree.

use super::calendar::Calendar;
use super::local_time::Instant;
use super::vocabulary::{About, Clock, FollowUp};
use super::whole::optional_whole;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most dossiers that one reminder speaks of.
pub const MOST: usize = 10_000;

/// What narrows the list of a reminder: parameters of the feed it is about. What is absent does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ReminderFilter)]
pub struct Filter {
    /// Of these procedures.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 200, example = json!(["1.004873"]))]
    pub procedure: Option<Vec<String>>,
    /// Of these fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 200, example = json!(["ho-tich"]))]
    pub field: Option<Vec<String>>,
    /// Held by these agencies or below them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 200, example = json!(["H51.29.05"]))]
    pub holder_agency: Option<Vec<String>>,
    /// `false`: those for which nobody apologised; `true`: the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apologised: Option<bool>,
    /// With `overdue`: at least so many working days late.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "optional_whole")]
    #[schema(minimum = 0, maximum = 3660, example = 1)]
    pub min_days_late: Option<i64>,
    /// With `due_soon`: at most so many working days left; 2 when not given.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "optional_whole")]
    #[schema(minimum = 0, maximum = 3660, example = 2)]
    pub within: Option<i64>,
    /// With `stale`: more than so many working days without an event; 3 when not given.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "optional_whole")]
    #[schema(minimum = 0, maximum = 3660, example = 3)]
    pub older_than: Option<i64>,
}

impl Filter {
    /// The numbers of days that it has, each with the list to which it belongs.
    pub fn days(&self) -> impl Iterator<Item = (&'static str, About, i64)> + use<> {
        let all = [
            ("min_days_late", About::Overdue, self.min_days_late),
            ("within", About::DueSoon, self.within),
            ("older_than", About::Stale, self.older_than),
        ];
        all.into_iter().filter_map(|(name, about, days)| Some((name, about, days?)))
    }
}

/// What a reminder keeps of a dossier, as far as its follow-up depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Was {
    /// The local day on which it was due.
    pub due_on: Option<NaiveDate>,
    /// When its latest event had happened.
    pub last_event_at: Instant,
}

/// How the dossier stands now.
#[derive(Clone, Copy, Debug)]
pub struct Is {
    /// Whether it has ended.
    pub has_ended: bool,
    /// The first instant at which it is late.
    pub overdue_from: Option<Instant>,
    /// Whether its time limit runs.
    pub clock: Clock,
    /// The local day on which it is due.
    pub due_on: Option<NaiveDate>,
    /// When its latest event happened.
    pub last_event_at: Instant,
}

/// What became of a dossier since it was reminded of. It is resolved
///
/// - of `overdue`: when it has ended, or is no longer overdue, which only a correction or a change of the calendar brings about;
/// - of `due_soon`: when it has ended, its time limit is stopped, or it is due later than it was; never while it is overdue;
/// - of `stale`: when it has ended, or something has happened to it since.
///
/// Of what is not resolved, it is either overdue now or pending.
pub fn follow_up(about: About, was: &Was, is: &Is, now: Instant) -> FollowUp {
    let is_overdue = !is.has_ended && is.overdue_from.is_some_and(|from| now >= from);
    let is_left = match about {
        About::Overdue => is_overdue,
        About::DueSoon => {
            let moved = is.due_on.zip(was.due_on).is_none_or(|(is, was)| is > was);
            is_overdue || is.clock != Clock::Stopped && !moved
        }
        About::Stale => is.last_event_at <= was.last_event_at,
    };
    match (is_left && !is.has_ended, is_overdue) {
        (false, _) => FollowUp::Resolved,
        (true, true) => FollowUp::StillOverdue,
        (true, false) => FollowUp::Pending,
    }
}

/// The day through which an agency has time: that of the reminder, or the one it promised, if that is later.
pub fn last_day(due_on: NaiveDate, promised_on: Option<NaiveDate>) -> NaiveDate {
    promised_on.map_or(due_on, |promised| promised.max(due_on))
}

/// Whether a reminder is to go to the parent of the agency: so many working days have passed whole since that day. Not as
/// long as the calendar of a year is missing that it takes to know.
pub fn escalates(last_day: NaiveDate, after: i16, today: NaiveDate, calendar: &Calendar) -> bool {
    let days = usize::try_from(after).unwrap_or(0);
    calendar.add_working_days(last_day, days).is_ok_and(|passed| today > passed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::YearTable;

    fn at(text: &str) -> Instant {
        format!("2022-02-{text}:00+07:00").parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        format!("2022-02-{text}").parse().unwrap()
    }

    #[test]
    fn what_became_of_each() {
        use {About as A, FollowUp as F};
        let was = Was { due_on: Some(day("15")), last_event_at: at("10T08:00") };
        let same = Is {
            has_ended: false,
            overdue_from: Some(at("16T00:00")),
            clock: Clock::Running,
            due_on: Some(day("15")),
            last_event_at: at("10T08:00"),
        };
        let ended = Is { has_ended: true, ..same };
        let stopped = Is { overdue_from: None, clock: Clock::Stopped, last_event_at: at("14T08:00"), ..same };
        let stopped_late = Is { overdue_from: same.overdue_from, ..stopped };
        let later = Is { due_on: Some(day("18")), overdue_from: Some(at("19T00:00")), ..stopped };
        let later = Is { clock: Clock::Running, ..later };
        let undated = Is { due_on: None, overdue_from: None, ..same };
        let (before, after) = (at("15T10:00"), at("16T00:00"));
        for (name, is, now, overdue, due_soon, stale) in [
            ("as it was", same, before, F::Resolved, F::Pending, F::Pending),
            ("as it was, and late", same, after, F::StillOverdue, F::StillOverdue, F::StillOverdue),
            ("ended", ended, after, F::Resolved, F::Resolved, F::Resolved),
            ("stopped in time", stopped, after, F::Resolved, F::Resolved, F::Resolved),
            ("stopped late", stopped_late, after, F::StillOverdue, F::StillOverdue, F::Resolved),
            ("due later", later, after, F::Resolved, F::Resolved, F::Resolved),
            ("without a date", undated, after, F::Resolved, F::Resolved, F::Pending),
        ] {
            for (about, expected) in [(A::Overdue, overdue), (A::DueSoon, due_soon), (A::Stale, stale)] {
                assert_eq!(follow_up(about, &was, &is, now), expected, "{name}: {about}");
            }
        }
    }

    #[test]
    fn it_escalates_when_the_working_days_have_passed_whole() {
        let calendar = &Calendar::new(&[YearTable { year: 2022, ..YearTable::default() }], &[]);
        // The 17th is a Thursday: two working days after it are the 18th and the 21st.
        for (after, today, expected) in [
            (2, "17", false),
            (2, "18", false),
            (2, "21", false),
            (2, "22", true),
            (0, "17", false),
            (0, "18", true),
        ] {
            assert_eq!(escalates(day("17"), after, day(today), calendar), expected, "{after} {today}");
        }
        assert_eq!(last_day(day("17"), Some(day("16"))), day("17"));
        assert_eq!(last_day(day("17"), Some(day("18"))), day("18"));
        let far = NaiveDate::from_ymd_opt(2150, 1, 1).unwrap();
        assert!(!escalates(far, 2, far + chrono::Days::new(30), calendar), "no calendar");
    }
}
