//! How a list of procedures is narrowed, and what is asked of one.

use crate::domain::local_time::{Day, Instant};
use crate::domain::vocabulary::{Level, OnlineLevel};
use crate::http::input::Several;
use crate::http::list::paged;
use serde::Deserialize;
use utoipa::IntoParams;

/// What is asked of one procedure.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OneProcedure {
    /// `true`: its draft. Drafts of earlier instants are not kept, so not with `as_of`.
    pub draft: Option<bool>,
    /// Answers as it was answered at this instant, now or earlier.
    pub as_of: Option<Instant>,
}

/// The versions to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VersionsCompared {
    /// Number of the earlier version.
    #[param(minimum = 1, example = 1)]
    pub from: i32,
    /// Number of the later version.
    #[param(minimum = 1, example = 1)]
    pub to: i32,
}

paged! {
    /// Filters of a list of procedures.
    ProcedureFilter {
        /// Words of the name in any order, the last one also by its beginning, without regard to case and accents (đ = d); or the beginning of the
        /// code; or both. The nearest come first.
        #[param(example = "khai sinh")]
        pub q: Option<String>,
        /// Of these fields, comma-separated.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["ho-tich"]))]
        pub field: Option<Several<String>>,
        /// Handled at one of these levels, comma-separated.
        #[param(value_type = Option<Vec<Level>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["commune"]))]
        pub level: Option<Several<Level>>,
        /// Decided by this agency.
        #[param(example = "H51.29.05")]
        pub agency: Option<String>,
        /// With one of these levels of the online service, comma-separated.
        #[param(value_type = Option<Vec<OnlineLevel>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["full"]))]
        pub online_level: Option<Several<OnlineLevel>>,
        /// In force on this day; today when not given.
        pub in_force_on: Option<Day>,
    }
}
