//! What a report is asked for.

use crate::domain::local_time::{Day, Instant};
use crate::domain::period::Period;
use crate::domain::refusal::{Place, Refusal};
use crate::domain::report::Frame;
use crate::domain::vocabulary::ReportBy;
use crate::features::auth::Principal;
use crate::features::reports::queries::sums::Asked;
use crate::http::format::Format;
use crate::http::list::listed;
use crate::http::page::Count;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// The parameters of an operation: those of every report, then its own.
macro_rules! reported {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// First local day of the period.
            #[param(example = "2021-12-15")]
            pub from: Day,
            /// Last local day of the period; at most 365 days after `from`. It may be still to come.
            #[param(example = "2022-02-14")]
            pub to: Day,
            /// Of dossiers that this agency or one below it decides. Those that the key was given for when not given.
            #[param(example = "H51.29")]
            pub agency: Option<String>,
            /// What a row is for; `field` when not given.
            #[param(inline)]
            pub by: Option<ReportBy>,
            /// As it was answered at this instant, now or earlier: what was recorded later is not known.
            pub as_of: Option<Instant>,
            $($own)*
        }

        impl $name {
            /// The period and as of when, and the agencies.
            pub fn asked(&self, caller: &Principal, now: Instant) -> Result<Asked, Refusal> {
                asked((self.from, self.to), self.agency.as_deref(), caller, now)
            }

            /// What a row is for.
            pub fn by(&self) -> ReportBy {
                self.by.unwrap_or(ReportBy::Field)
            }
        }
    };
}

/// The formats of a report, the default first.
pub const PRINTED: &[Format] = &[Format::Json, Format::Ndjson, Format::Csv, Format::Xlsx, Format::Html];

/// A format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Printing {
    /// One JSON object.
    Json,
    /// A JSON object a line: the rows, then the total.
    Ndjson,
    /// RFC 4180 with a header row: the rows, then the total.
    Csv,
    /// The form as an office sends it, and the dossiers that are late.
    Xlsx,
    /// One page that prints to one A4, with charts.
    Html,
}

impl From<Printing> for Format {
    fn from(printing: Printing) -> Self {
        match printing {
            Printing::Json => Self::Json,
            Printing::Ndjson => Self::Ndjson,
            Printing::Csv => Self::Csv,
            Printing::Xlsx => Self::Xlsx,
            Printing::Html => Self::Html,
        }
    }
}

reported! {
    /// What a report is asked for.
    ReportFilter {
        /// Format; by the `Accept` header when not given.
        #[param(inline)]
        pub format: Option<Printing>,
    }
}

/// The format of a sealed report.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportFormat {
    /// Format; by the `Accept` header when not given.
    #[param(inline)]
    pub format: Option<Printing>,
}

reported! {
    /// What the dossiers behind a number are asked for: that of the report, then those of a list.
    CellFilter {
        /// Format; by the `Accept` header when not given. All but `json` give the whole list.
        #[param(inline)]
        pub format: Option<Format>,
        /// Items of a page, 1 to 200; 50 when not given. With another format than `json`: gives that page only.
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<i64>,
        /// `next_cursor` of the page before.
        pub cursor: Option<String>,
        /// `exact` adds `total`.
        #[param(inline)]
        pub count: Option<Count>,
    }
}

listed!(CellFilter);

fn asked(
    (from, to): (Day, Day),
    agency: Option<&str>,
    caller: &Principal,
    now: Instant,
) -> Result<Asked, Refusal> {
    let period = Period::begun(from.date(), to.date(), now.local_date())?;
    let agencies = caller.agencies_below(agency, &Place::Parameter("agency".into()))?;
    Ok(Asked { frame: Frame { period, now }, agencies })
}
