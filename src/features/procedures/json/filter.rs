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
    /// Answers as it was answered at this instant, now or earlier.
    pub as_of: Option<Instant>,
}

/// What a list of procedures is narrowed to.
pub struct Narrowed {
    /// What is searched for.
    pub q: Option<String>,
    /// Of these fields.
    pub field: Option<Several<String>>,
    /// Handled at one of these levels.
    pub level: Option<Several<Level>>,
    /// Code of the agency that decides.
    pub agency: Option<String>,
    /// With one of these levels of the online service.
    pub online_level: Option<Several<OnlineLevel>>,
    /// In force on this day.
    pub in_force_on: Option<Day>,
}

/// Parameters of a list of procedures: what narrows it, and those that only this one has.
macro_rules! narrowed {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        paged! {
            $(#[$meta])*
            $name {
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
                $($own)*
            }
        }

        impl From<$name> for Narrowed {
            fn from(asked: $name) -> Self {
                let $name { q, field, level, agency, online_level, in_force_on, .. } = asked;
                Self { q, field, level, agency, online_level, in_force_on }
            }
        }
    };
}

narrowed! {
    /// Filters of a list of procedures.
    ProcedureFilter {
        /// Answers as it was answered at this instant, now or earlier.
        pub as_of: Option<Instant>,
    }
}

narrowed! {
    /// Filters of the public list of procedures.
    PublicProcedureFilter {}
}
