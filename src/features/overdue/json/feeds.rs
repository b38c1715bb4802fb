//! The row that the lists beside the overdue feed share, and their filters.

use super::narrowed::narrowed;
use super::orders::{DueSoonSort, LateSort, StaleSort, UnansweredSort};
use super::overdue::working_days;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendars;
use crate::domain::law::law;
use crate::domain::local_time::{Day, Instant};
use crate::domain::refusal::Refusal;
use crate::domain::timing;
use crate::domain::vocabulary::{Clock, Measure, Status};
use crate::features::auth::Principal;
use crate::features::dossiers::narrow::Asked;
use crate::features::overdue::queries::feeds::{Feed, FeedRow, Filter};
use crate::features::overdue::queries::mirror::stale_after;
use crate::features::procedures::queries::ProcedureName;
use crate::http::export::ListRow;
use crate::http::format::Format;
use crate::http::input::Several;
use crate::http::list::{Listed, listed};
use crate::http::page::Count;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A dossier that is due soon, silent, ended late, or unanswered.
#[derive(Debug, Serialize, ToSchema)]
pub struct LatenessRow {
    /// Code of the dossier.
    #[schema(example = "H51.29-220120-0003")]
    pub code: String,
    /// Code of the procedure.
    pub procedure_code: String,
    /// Name of the procedure.
    pub procedure_name: String,
    /// Field of the procedure.
    pub field: String,
    /// Code of the agency that received it.
    pub receiving_agency: String,
    /// Code of the agency that decides it.
    pub competent_agency: String,
    /// Code of the agency that holds it.
    pub holder_agency: String,
    /// Unit that holds it.
    pub holder_unit: Option<String>,
    /// Officer who holds it.
    pub holder_officer: Option<String>,
    /// When it was received; null while it waits for that.
    pub received_at: Option<Instant>,
    /// Local day on which it is due; null without a deadline.
    pub due_on: Option<NaiveDate>,
    /// Working days after the due day through today, or through the day by which it is judged; null without a deadline, or when
    /// the calendar of a year is missing.
    pub days_late: Option<i64>,
    /// Calendar days after the due day; null without a deadline.
    pub calendar_days_late: Option<i64>,
    /// Where it stands.
    pub status: Status,
    /// Whether its time limit runs.
    pub clock: Clock,
    /// Whether an apology was given.
    pub apologised: bool,
    /// Whether it came too late.
    pub apology_late: bool,
    /// Return date given with it.
    pub reappointed_on: Option<NaiveDate>,
    /// When the latest event happened.
    pub last_event_at: Instant,
    /// Working days after today through the due day; null when it ended, is stopped or has no deadline.
    pub days_left: Option<i64>,
    /// Working days after the day of the latest event through today; null when it ended.
    pub days_silent: Option<i64>,
    /// When its handling ended; null while it is open.
    pub ended_at: Option<Instant>,
    /// While supplements are asked for: the day through which the applicant may answer.
    pub answer_by: Option<NaiveDate>,
}

impl ListRow for LatenessRow {}

impl LatenessRow {
    /// Shows a row of a list as of `now`. Days are those of the calendar of the agency that decides.
    pub fn new(
        row: FeedRow,
        feed: Feed,
        procedure: &ProcedureName,
        (tree, calendars, now): (&AgencyTree, &Calendars, Instant),
    ) -> Self {
        let calendar = calendars.of(row.competent_agency_id);
        let facts = row.facts();
        let timing = timing::judge(&facts, now, calendar);
        let (through, days_late) = match feed {
            Feed::Late(Measure::Closing, _) => {
                (facts.closed_recorded_at, timing::closing(&facts, now, calendar).days_late)
            }
            _ => (facts.judged_at, timing.days_late),
        };
        let (today, through) = (now.local_date(), through.unwrap_or(now).local_date());
        let last_on = Instant::from(row.last_event_at).local_date();
        let silent = calendar.working_days_between(last_on, today).ok();
        let code = |id| tree.code(id).to_owned();
        Self {
            receiving_agency: code(row.receiving_agency_id),
            competent_agency: code(row.competent_agency_id),
            holder_agency: code(row.holder_agency_id),
            code: row.code,
            procedure_code: procedure.procedure_code.clone(),
            procedure_name: procedure.name.clone(),
            field: procedure.field.clone(),
            holder_unit: row.holder_unit,
            holder_officer: row.holder_officer,
            received_at: row.received_at.map(Instant::from),
            due_on: row.due_on,
            days_late,
            calendar_days_late: row.due_on.map(|due| (through - due).num_days().max(0)),
            status: row.status,
            clock: row.clock,
            apologised: row.apologies > 0,
            apology_late: row.apology_late,
            reappointed_on: row.reappointed_on,
            last_event_at: row.last_event_at.into(),
            days_left: timing.days_left,
            days_silent: silent.filter(|_| row.ended_at.is_none()),
            ended_at: row.ended_at.map(Instant::from),
            answer_by: row.unanswered_from.and_then(|from| Instant::from(from).local_date().pred_opt()),
        }
    }
}

/// What the filter of a list comes to.
pub trait FeedFilter: Listed {
    /// The instant as of which it is asked for.
    fn as_of(&self) -> Option<Instant>;

    /// Finds the agencies it names.
    fn read(self, caller: &Principal, now: Instant) -> Result<Filter, Refusal>;
}

/// The filter of a list: what all of them have, and what is its own.
macro_rules! filter {
    ($(#[$meta:meta])* $name:ident sorted $sort:ident { $($own:tt)* } $feed:expr) => {
        narrowed! {
            $(#[$meta])*
            $name {
                $($own)*
            } {
                /// `false`: those for which nobody apologised; `true`: the others.
                pub apologised: Option<bool>,
                /// Order; the first of these when not given.
                #[param(inline)]
                pub sort: Option<$sort>,
                /// Answers as it was answered at this instant, which must be past.
                pub as_of: Option<Instant>,
                /// Format; by the `Accept` header when not given. All but `json` give the whole list.
                #[param(inline)]
                pub format: Option<Format>,
                /// Items of a page, 1 to 200; 50 when not given. With another format than `json`: gives that page only.
                #[param(minimum = 1, maximum = 200)]
                pub limit: Option<i64>,
                /// `next_cursor` of the page before.
                pub cursor: Option<String>,
                /// `exact` adds `total` to a page in JSON.
                #[param(inline)]
                pub count: Option<Count>,
            }
        }

        listed!($name);

        impl FeedFilter for $name {
            fn as_of(&self) -> Option<Instant> {
                self.as_of
            }

            fn read(mut self, caller: &Principal, now: Instant) -> Result<Filter, Refusal> {
                let feed: fn(&Self, Instant) -> Result<(Feed, Option<i64>), Refusal> = $feed;
                let (feed, min_days_late) = feed(&self, now)?;
                let min_days_late = min_days_late.map(|days| working_days("min_days_late", days)).transpose()?;
                let reversed = self.sort == Some($sort::Other);
                let narrow = self.narrowing().read(caller, now)?;
                Ok(Filter { feed, narrow, apologised: self.apologised, min_days_late, reversed })
            }
        }
    };
}

filter! {
    /// Filters of the dossiers that are due soon.
    DueSoonFilter sorted DueSoonSort {
        /// At most so many working days left after today, by the calendar of the agency that decides; 2 when not given.
        #[param(minimum = 0, maximum = 3660, example = 2)]
        pub within: Option<i64>,
    }
    |asked, now| {
        let usual = law().due_soon_days.on(now.local_date());
        let within = asked.within.map_or(Ok(usual), |days| working_days("within", days))?;
        Ok((Feed::DueSoon(within), None))
    }
}

filter! {
    /// Filters of the dossiers in which nothing happens.
    StaleFilter sorted StaleSort {
        /// More than so many working days since the day of the latest event, by the calendar of the agency that decides; 3
        /// when not given.
        #[param(minimum = 0, maximum = 3660, example = 3)]
        pub older_than: Option<i64>,
        /// At least so many working days late; 0 does not filter.
        #[param(minimum = 0, maximum = 3660, example = 1)]
        pub min_days_late: Option<i64>,
    }
    |asked, now| {
        let usual = stale_after(now);
        let after = asked.older_than.map_or(Ok(usual), |days| working_days("older_than", days))?;
        Ok((Feed::Stale(after), asked.min_days_late))
    }
}

filter! {
    /// Filters of the dossiers that ended late.
    LateFilter sorted LateSort {
        /// Ended, or closed, on this day or later.
        pub from: Option<Day>,
        /// Ended, or closed, on this day or earlier.
        pub to: Option<Day>,
        /// `processing`: by when the handling ended; `closing`: by when its closing was recorded. `processing` when not given.
        #[param(inline)]
        pub measure: Option<Measure>,
        /// At least so many working days late by that measure; 0 does not filter.
        #[param(minimum = 0, maximum = 3660, example = 1)]
        pub min_days_late: Option<i64>,
    }
    |asked, _| {
        let from = asked.from.map(|day| Instant::start_of(day.date()).utc());
        let to = asked.to.map(|day| Instant::end_of(day.date()).utc());
        let measure = asked.measure.unwrap_or(Measure::Processing);
        Ok((Feed::Late(measure, (from, to)), asked.min_days_late))
    }
}

filter! {
    /// Filters of the dossiers whose applicant has not answered.
    UnansweredFilter sorted UnansweredSort {
        /// At least so many working days late; 0 does not filter. What was stopped in time is not late.
        #[param(minimum = 0, maximum = 3660, example = 1)]
        pub min_days_late: Option<i64>,
    }
    |asked, _| Ok((Feed::Unanswered, asked.min_days_late))
}
