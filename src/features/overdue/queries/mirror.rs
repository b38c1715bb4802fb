//! The mirror of `domain/timing` in SQL, for filters over many dossiers. Changes only together with it.

use crate::db::schema::dossiers;
use crate::domain::agency_tree::AgencyId;
use crate::domain::calendar::{Calendar, Calendars};
use crate::domain::law::law;
use crate::domain::local_time::Instant;
use crate::domain::timing;
use crate::domain::vocabulary::{Clock, Measure, Status, TimingState};
use crate::features::dossiers::queries::visible::Condition;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Text, Timestamp, Timestamptz};
use std::sync::Arc;

diesel::define_sql_function! {
    /// Local time of an instant.
    #[sql_name = "timezone"]
    fn local_time(zone: Text, at: Nullable<Timestamptz>) -> Nullable<Timestamp>;
}
diesel::define_sql_function! {
    /// Day of a local time.
    #[sql_name = "date"]
    fn local_day(at: Nullable<Timestamp>) -> Nullable<diesel::sql_types::Date>;
}

diesel::define_sql_function! {
    /// `Calendar::working_days_between` in SQL; null when the calendar lacks a year.
    fn working_days_between(
        after: Nullable<diesel::sql_types::Date>,
        through: Nullable<diesel::sql_types::Date>,
        working_days: Array<diesel::sql_types::Date>,
        years: Array<Integer>
    ) -> Nullable<Integer>;
}

const ZONE: &str = "Asia/Ho_Chi_Minh";

/// The instant at which lateness is judged.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Now.
    pub now: DateTime<Utc>,
    calendars: Arc<Calendars>,
}

impl Moment {
    /// Judges at `now`.
    pub fn new(now: Instant, calendars: &Arc<Calendars>) -> Self {
        Self { now: now.utc(), calendars: Arc::clone(calendars) }
    }

    /// The calendar of an agency.
    pub fn calendar(&self, agency: AgencyId) -> &Calendar {
        self.calendars.of(agency)
    }

    /// Whether something holds by what the calendar of the competent agency tells. That stands in the SQL once, and again
    /// only for agencies whose calendar tells another.
    pub fn by<T: Ord>(&self, tells: impl Fn(&Calendar) -> T, holds: impl Fn(T) -> Condition) -> Condition {
        use dossiers::competent_agency_id;
        let (usual, others) = self.calendars.told_by(tells);
        others.into_iter().fold(holds(usual), |rest, (agencies, told)| {
            let among = || competent_agency_id.eq_any(agencies.clone());
            Box::new(among().and(holds(told)).or(diesel::dsl::not(among()).and(rest)))
        })
    }

    /// Whether something holds by a day that the calendar tells; nothing does where it tells none.
    pub fn by_day(
        &self,
        tells: impl Fn(&Calendar) -> Option<NaiveDate>,
        holds: impl Fn(NaiveDate) -> Condition,
    ) -> Condition {
        self.by(tells, |day| match day {
            Some(day) => holds(day),
            None => Box::new(diesel::dsl::sql::<Nullable<Bool>>("false")),
        })
    }

    /// Whether it is due by a day that the calendar tells.
    fn is_due_by(&self, tells: impl Fn(&Calendar) -> Option<NaiveDate>) -> Condition {
        self.by_day(tells, |day| Box::new(dossiers::due_on.le(day)))
    }

    /// Whether the due day is near enough to be due soon.
    fn is_soon(&self) -> Condition {
        self.is_due_by(|calendar| timing::due_soon_until(self.now.into(), calendar))
    }

    /// Whether at most some working days are left through the due day.
    pub fn is_due_within(&self, days: usize) -> Condition {
        self.is_due_by(|calendar| timing::due_within(self.now.into(), calendar, days))
    }

    /// Whether at least some working days have begun after the due day.
    pub fn is_late_by(&self, days: usize) -> Condition {
        self.is_due_by(|calendar| timing::past_by(self.now.into(), calendar, days))
    }

    /// Whether at least some working days, one or more, had begun after the due day when the dossier was judged by a measure.
    pub fn was_late_by(&self, days: usize, measure: Measure) -> Condition {
        use dossiers::{closed_recorded_at, due_on, judged_at};
        let days = i32::try_from(days).unwrap_or(i32::MAX);
        let days_of = |calendar: &Calendar| -> (Vec<NaiveDate>, Vec<i32>) {
            (calendar.working_days().collect(), calendar.years().collect())
        };
        self.by(days_of, |(working_days, years)| match measure {
            Measure::Processing => {
                let through = local_day(local_time(ZONE, judged_at));
                Box::new(working_days_between(due_on, through, working_days, years).ge(days))
            }
            Measure::Closing => {
                let through = local_day(local_time(ZONE, closed_recorded_at));
                Box::new(working_days_between(due_on, through, working_days, years).ge(days))
            }
        })
    }

    /// Whether at least some working days have begun after the day of the latest event.
    pub fn is_silent_for(&self, days: usize) -> Condition {
        let now = self.now.into();
        let before = |day| dossiers::last_event_at.lt(Instant::end_of(day).utc()).nullable();
        self.by_day(|calendar| timing::past_by(now, calendar, days), |day| Box::new(before(day)))
    }
}

/// Statuses in which somebody is expected to do something.
const ACTIVE: [&str; 3] =
    [Status::Registered.as_str(), Status::Received.as_str(), Status::Processing.as_str()];

/// For more than how many working days nothing happened in what is stale, when nothing else is asked for.
pub fn stale_after(now: Instant) -> usize {
    law().stale_days.on(now.local_date())
}

/// Whether somebody is expected to do something, and nothing happened for more than some working days.
pub fn is_stale(after: usize, moment: &Moment) -> Condition {
    use dossiers::{ended_at, status};
    let waits_for_us = ended_at.is_null().and(status.eq_any(ACTIVE.to_vec()));
    Box::new(waits_for_us.and(moment.is_silent_for(after + 1)))
}

/// Whether a dossier is in a timing state.
pub fn is(state: TimingState, moment: &Moment) -> Condition {
    use dossiers::{clock, due_on, ended_at, judged_at, overdue_from};
    let now = moment.now;
    let open = ended_at.is_null();
    let ended = ended_at.is_not_null();
    let stopped = clock.eq(Clock::Stopped.as_str());
    let running = clock.ne(Clock::Stopped.as_str());
    let near = || open.and(running).and(overdue_from.gt(now));
    match state {
        TimingState::Overdue => Box::new(open.and(overdue_from.le(now)).nullable()),
        TimingState::Late => Box::new(judged_at.ge(overdue_from).nullable()),
        TimingState::Early => {
            let judged_on = local_day(local_time(ZONE, judged_at));
            Box::new(judged_at.lt(overdue_from).and(judged_on.lt(due_on)).nullable())
        }
        TimingState::OnTime => {
            let judged_on = local_day(local_time(ZONE, judged_at));
            Box::new(judged_at.lt(overdue_from).and(judged_on.ge(due_on)).nullable())
        }
        TimingState::NoDeadline => Box::new(overdue_from.is_null().and(ended.or(running)).nullable()),
        TimingState::Stopped => {
            let not_late = overdue_from.is_null().or(overdue_from.gt(now).assume_not_null());
            Box::new(open.and(stopped).and(not_late).nullable())
        }
        TimingState::DueSoon => Box::new(near().and(moment.is_soon())),
        TimingState::InTime => Box::new(near().and(diesel::dsl::not(moment.is_soon()))),
    }
}
