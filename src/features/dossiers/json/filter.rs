//! The query of the dossier list.

use crate::domain::local_time::{Day, Instant};
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::{Channel, Status, TimingState};
use crate::features::auth::Principal;
use crate::features::dossiers::narrow::Asked;
use crate::features::dossiers::queries::list::Filter;
use crate::http::input::Several;
use crate::http::list::paged;
use serde::Deserialize;
use utoipa::ToSchema;

paged! {
    /// Filters of the dossier list. Days are local and inclusive.
    DossierFilter {
        /// Decided by these agencies or below them, or by what they watch; comma-separated.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
        pub agency: Option<Several<String>>,
        /// Received by these agencies or below them.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
        pub receiving_agency: Option<Several<String>>,
        /// Held by these agencies or below them.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29.05"]))]
        pub holder_agency: Option<Several<String>>,
        /// Of these procedures.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["1.004873"]))]
        pub procedure: Option<Several<String>>,
        /// Of these fields.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["ho-tich"]))]
        pub field: Option<Several<String>>,
        /// In these statuses.
        #[param(value_type = Option<Vec<Status>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["received", "processing"]))]
        pub status: Option<Several<Status>>,
        /// In these timing states.
        #[param(value_type = Option<Vec<TimingState>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["overdue", "due_soon"]))]
        pub timing: Option<Several<TimingState>>,
        /// Filed by these channels.
        #[param(value_type = Option<Vec<Channel>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["online"]))]
        pub channel: Option<Several<Channel>>,
        /// Received on this day or later.
        pub received_from: Option<Day>,
        /// Received on this day or earlier.
        pub received_to: Option<Day>,
        /// Due on this day or later.
        pub due_from: Option<Day>,
        /// Due on this day or earlier.
        pub due_to: Option<Day>,
        /// Ended on this day or later.
        pub ended_from: Option<Day>,
        /// Ended on this day or earlier.
        pub ended_to: Option<Day>,
        /// Beginning of the code.
        #[param(example = "H51.29-2202")]
        pub q: Option<String>,
        /// Up to 200 codes, comma-separated.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29-220215-0001"]))]
        pub codes: Option<Several<String>>,
        /// Answers as it was answered at this instant, now or earlier: *now* is this instant, and what was recorded later is
        /// not known. A page goes on with the same `as_of`.
        pub as_of: Option<Instant>,
        /// Order; newest receipt first when not given.
        #[param(inline)]
        pub sort: Option<Sort>,
    }
}

/// Orders of the dossier list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
pub enum Sort {
    /// Newest receipt first.
    #[serde(rename = "-received_at")]
    NewestFirst,
    /// Oldest receipt first.
    #[serde(rename = "received_at")]
    OldestFirst,
}

impl DossierFilter {
    /// Finds the agencies it names.
    pub fn read(self, caller: &Principal, now: Instant) -> Result<Filter, Refusal> {
        let start = |day: Option<Day>| day.map(|d| Instant::start_of(d.date()).utc());
        let end = |day: Option<Day>| day.map(|d| Instant::end_of(d.date()).utc());
        let narrow = Asked {
            agency: self.agency,
            receiving_agency: self.receiving_agency,
            holder_agency: self.holder_agency,
            unit: None,
            officer: None,
            procedure: self.procedure,
            field: self.field,
        };
        Ok(Filter {
            narrow: narrow.read(caller, now)?,
            status: self.status.map(|list| list.0),
            timing: self.timing.map(|list| list.0),
            channel: self.channel.map(|list| list.0),
            received: (start(self.received_from), end(self.received_to)),
            ended: (start(self.ended_from), end(self.ended_to)),
            due: (self.due_from.map(Day::date), self.due_to.map(Day::date)),
            code_prefix: self.q,
            codes: self.codes.map(|list| list.0),
            oldest_first: self.sort == Some(Sort::OldestFirst),
        })
    }
}
