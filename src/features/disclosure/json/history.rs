//! Compliance day by day.

use super::counted::counted;
use crate::domain::local_time::Day;
use crate::domain::period::Period;
use crate::domain::refusal::{Refusal, Rule};
use crate::features::disclosure::assess::Counts;
use crate::http::export::ListRow;
use crate::http::input::Several;
use crate::http::list::paged;
use chrono::{Days, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

/// How many days are shown when nobody says from when on.
const USUAL_DAYS: u64 = 30;

counted! {
    /// How the agencies that are meant disclosed at the end of a day, all together. The states sum to `in_force`.
    HistoryBody as ComplianceOfDay {
        /// The day.
        on: NaiveDate,
        /// How many agencies are meant: those in force on the day.
        #[schema(example = 12)]
        agencies: i64,
    } {
        /// Where the numbers of each agency are, as they were known at the end of the day.
        #[schema(example = "/v1/compliance?to=2022-02-15&as_of=2022-02-15T16:59:59.999999Z")]
        compliance: String,
    }
}

impl ListRow for HistoryBody {}

impl HistoryBody {
    /// Shows how agencies disclosed on a day.
    pub fn new(on: NaiveDate, agencies: usize, counts: &Counts, compliance: String) -> Self {
        Self::counted(on, i64::try_from(agencies).unwrap_or(i64::MAX), counts, compliance)
    }
}

paged! {
    /// Filters of the history of compliance.
    HistoryFilter {
        /// These agencies and those below them; comma-separated. All that the key sees when not given.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
        pub agency: Option<Several<String>>,
        /// First day; 29 days before `to` when not given.
        #[param(example = "2022-01-17")]
        pub from: Option<Day>,
        /// Last day; today when not given.
        #[param(example = "2022-02-15")]
        pub to: Option<Day>,
    }
}

impl HistoryFilter {
    /// The days that are asked for.
    pub fn period(&self, today: NaiveDate) -> Result<Period, Refusal> {
        let to = self.to.map_or(today, Day::date);
        if to > today {
            return Err(Refusal::parameter("to", Rule::InTheFuture, "must not be after today"));
        }
        Period::asked(self.from.map_or(to - Days::new(USUAL_DAYS - 1), Day::date), to)
    }
}
