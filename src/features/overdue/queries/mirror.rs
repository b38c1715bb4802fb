//! The mirror of `domain/timing` in SQL, for filters over many dossiers. Changes only together with it.

use crate::db::schema::dossiers;
use crate::domain::calendar::Calendar;
use crate::domain::local_time::Instant;
use crate::domain::timing;
use crate::domain::vocabulary::{Clock, TimingState};
use crate::features::dossiers::queries::visible::Condition;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamp, Timestamptz};

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

const ZONE: &str = "Asia/Ho_Chi_Minh";

/// The instant at which lateness is judged.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Now.
    pub now: DateTime<Utc>,
    due_soon_until: Option<NaiveDate>,
}

impl Moment {
    /// Judges at `now`.
    pub fn new(now: Instant, calendar: &Calendar) -> Self {
        Self { now: now.utc(), due_soon_until: timing::due_soon_until(now, calendar) }
    }
}

/// Whether a dossier is in a timing state.
pub fn is(state: TimingState, moment: &Moment) -> Condition {
    use dossiers::{clock, due_on, ended_at, judged_at, overdue_from};
    let now = moment.now;
    let open = ended_at.is_null();
    let ended = ended_at.is_not_null();
    let stopped = clock.eq(Clock::Stopped.as_str());
    let running = clock.ne(Clock::Stopped.as_str());
    let soon = || due_on.le(moment.due_soon_until);
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
        TimingState::DueSoon => match moment.due_soon_until {
            Some(_) => Box::new(open.and(running).and(overdue_from.gt(now)).and(soon()).nullable()),
            None => Box::new(open.and(ended).nullable()),
        },
        TimingState::InTime => match moment.due_soon_until {
            Some(until) => {
                Box::new(open.and(running).and(overdue_from.gt(now)).and(due_on.gt(until)).nullable())
            }
            None => Box::new(open.and(running).and(overdue_from.gt(now)).nullable()),
        },
    }
}
