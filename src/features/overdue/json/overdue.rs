//! The row of the overdue feed, and its filters.

use super::narrowed::narrowed;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendars;
use crate::domain::local_time::{Day, Instant};
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::vocabulary::{Clock, Status};
use crate::features::auth::Principal;
use crate::features::dossiers::narrow::Asked;
use crate::features::overdue::queries::{Filter, LateRow};
use crate::features::procedures::queries::ProcedureName;
use crate::http::export::ListRow;
use crate::http::format::Format;
use crate::http::input::Several;
use crate::http::list::listed;
use crate::http::page::Count;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::{IntoParams, ToSchema};

// What it shows of reference data is borrowed from there.
/// An overdue dossier.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverdueRow)]
pub struct OverdueRow<'a> {
    /// Code of the dossier.
    #[schema(example = "H51.29-220120-0003")]
    pub code: String,
    /// Code of the procedure.
    pub procedure_code: Cow<'a, str>,
    /// Name of the procedure.
    pub procedure_name: Cow<'a, str>,
    /// Field of the procedure.
    pub field: Cow<'a, str>,
    /// Code of the agency that received it.
    pub receiving_agency: Cow<'a, str>,
    /// Code of the agency that decides it.
    pub competent_agency: Cow<'a, str>,
    /// Code of the agency that holds it.
    pub holder_agency: Cow<'a, str>,
    /// Unit that holds it.
    pub holder_unit: Option<String>,
    /// Officer who holds it.
    pub holder_officer: Option<String>,
    /// When it was received.
    pub received_at: Instant,
    /// Local day on which it was due.
    #[schema(value_type = NaiveDate)]
    pub due_on: Option<Day>,
    /// Working days after the due day through today; null when the calendar of this year is missing.
    pub days_late: Option<i64>,
    /// Calendar days after the due day.
    #[schema(value_type = i64)]
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
    #[schema(value_type = Option<NaiveDate>)]
    pub reappointed_on: Option<Day>,
    /// When the latest event happened.
    pub last_event_at: Instant,
}

impl<'a> OverdueRow<'a> {
    /// Shows a row as of `now`.
    pub fn new(
        row: LateRow,
        procedure: &'a ProcedureName,
        tree: &'a AgencyTree,
        calendars: &Calendars,
        now: Instant,
    ) -> Self {
        let today = now.local_date();
        let calendar = calendars.of(row.competent_agency_id);
        let code = |id| Cow::Borrowed(tree.code(id));
        Self {
            receiving_agency: code(row.receiving_agency_id),
            competent_agency: code(row.competent_agency_id),
            holder_agency: code(row.holder_agency_id),
            days_late: row.due_on.and_then(|due| calendar.working_days_between(due, today).ok()),
            calendar_days_late: row.due_on.map(|due| (today - due).num_days()),
            code: row.code,
            procedure_code: Cow::Borrowed(&procedure.procedure_code),
            procedure_name: Cow::Borrowed(&procedure.name),
            field: Cow::Borrowed(&procedure.field),
            holder_unit: row.holder_unit,
            holder_officer: row.holder_officer,
            received_at: row.filed_at.into(),
            due_on: row.due_on.map(Day::from),
            status: row.status,
            clock: row.clock,
            apologised: row.apologies > 0,
            apology_late: row.apology_late,
            reappointed_on: row.reappointed_on.map(Day::from),
            last_event_at: row.last_event_at.into(),
        }
    }

    /// The same, to be kept longer than the reference data.
    pub fn into_owned(self) -> OverdueRow<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        OverdueRow {
            procedure_code: owned(self.procedure_code),
            procedure_name: owned(self.procedure_name),
            field: owned(self.field),
            receiving_agency: owned(self.receiving_agency),
            competent_agency: owned(self.competent_agency),
            holder_agency: owned(self.holder_agency),
            ..self
        }
    }
}

impl ListRow for OverdueRow<'_> {}

narrowed! {
    /// Filters of the overdue feed.
    OverdueFilter {} {
        /// `false`: those for which nobody apologised; `true`: the others.
        pub apologised: Option<bool>,
        /// Answers as it was answered at this instant, now or earlier: *now* is this instant, and what was recorded later is
        /// not known. A page goes on with the same `as_of`.
        pub as_of: Option<Instant>,
        /// At least so many working days late, by the calendar of the agency that decides.
        #[param(minimum = 0, maximum = 3660)]
        pub min_days_late: Option<i64>,
        /// Order; most days late first when not given.
        #[param(inline)]
        pub sort: Option<Sort>,
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

listed!(OverdueFilter);

/// Orders of the overdue feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = OverdueSort)]
pub enum Sort {
    /// Most days late first.
    #[serde(rename = "-days_late")]
    MostFirst,
    /// Fewest days late first.
    #[serde(rename = "days_late")]
    LeastFirst,
}

/// A number of working days, as far as calendars go back.
pub(super) fn working_days(parameter: &str, days: i64) -> Result<usize, Refusal> {
    let fits = usize::try_from(days).ok().filter(|days| *days <= 3_660);
    fits.ok_or_else(|| Refusal::parameter(parameter, Rule::InvalidValue, "must be 0 to 3660"))
}

impl OverdueFilter {
    /// Finds the agencies it names.
    pub fn read(mut self, caller: &Principal, now: Instant) -> Result<Filter, Refusal> {
        let (narrow, least_first) =
            (self.narrowing().read(caller, now)?, self.sort == Some(Sort::LeastFirst));
        let min_days_late = self.min_days_late.map(|days| working_days("min_days_late", days)).transpose()?;
        Ok(Filter { narrow, apologised: self.apologised, min_days_late, least_first })
    }
}
