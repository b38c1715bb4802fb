//! The numbers of compliance, of an agency or of a day: said once, with what they count.

use crate::domain::share::Share;
use crate::domain::vocabulary::Metric;
use crate::features::disclosure::assess::Counts;
use serde::Serialize;
use utoipa::ToSchema;

/// Metrics of group 1 of the index of QĐ 766/QĐ-TTg that disclosure tells. What is behind each is at
/// `/v1/quality-index/{metric}/items` with the same agency, `from` and `to`, and `below=false` unless those below it are counted too.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComplianceMetrics {
    /// 1.1, announced in time: of the procedures whose decisions this agency signed in the period, by `publishing_agency` and the newest
    /// `legal_basis` with a day; null when there are none.
    #[serde(rename = "1.1")]
    pub announced_in_time: Option<IndexMetric>,
    /// 1.2, disclosed in time: of the procedures disclosed in the period or to be disclosed in it; null when there are none.
    #[serde(rename = "1.2")]
    pub disclosed_in_time: Option<IndexMetric>,
    /// 1.3, disclosed whole: with all seven parts, of the procedures that are disclosed; null when none is.
    #[serde(rename = "1.3")]
    pub disclosed_whole: Option<IndexMetric>,
}

/// A metric of the index.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndexMetric {
    /// How many are meant.
    #[schema(example = 30)]
    pub numerator: i64,
    /// Of how many.
    #[schema(example = 36)]
    pub denominator: i64,
    /// Points, a decimal.
    #[schema(example = "3.33")]
    pub score: String,
}

impl ComplianceMetrics {
    /// The metrics of some counts.
    pub fn new(counts: &Counts) -> Self {
        Self {
            announced_in_time: IndexMetric::new(counts.announced, Metric::Announced),
            disclosed_in_time: IndexMetric::new(counts.in_time, Metric::Disclosed),
            disclosed_whole: IndexMetric::new(counts.whole, Metric::Whole),
        }
    }
}

impl IndexMetric {
    fn new(share: Share, metric: Metric) -> Option<Self> {
        let score = metric.score(share)?;
        Some(Self { numerator: share.numerator, denominator: share.denominator, score })
    }
}

/// A row with these numbers, and what is its own before and after them. `counted` makes it.
macro_rules! counted {
    (
        $(#[$meta:meta])* $name:ident as $schema:ident
        { $($(#[$first_meta:meta])* $first:ident: $first_type:ty,)* } { $($(#[$last_meta:meta])* $last:ident: $last_type:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Serialize, ToSchema)]
        #[schema(as = $schema)]
        pub struct $name {
            $($(#[$first_meta])* pub $first: $first_type,)*
            /// Procedures in force that are to be disclosed.
            #[schema(example = 42)]
            pub in_force: i64,
            /// Disclosed as they are in force, whole, in time and looked at since.
            #[schema(example = 30)]
            pub current: i64,
            /// Not disclosed yet, within the limit.
            #[schema(example = 1)]
            pub pending: i64,
            /// Disclosed in the period, after the limit.
            #[schema(example = 2)]
            pub late: i64,
            /// Not disclosed, after the limit.
            #[schema(example = 4)]
            pub missing: i64,
            /// Disclosed in an older version, after the limit of the one in force.
            #[schema(example = 2)]
            pub outdated: i64,
            /// Disclosed without a part that they must have.
            #[schema(example = 1)]
            pub incomplete: i64,
            /// Disclosed, and not verified for too long.
            #[schema(example = 2)]
            pub stale: i64,
            /// `current` of `in_force`, a decimal; null when nothing is in force.
            #[schema(example = "0.7143")]
            pub score: Option<String>,
            /// Metrics of the national index.
            pub metrics: $crate::features::disclosure::json::ComplianceMetrics,
            $($(#[$last_meta])* pub $last: $last_type,)*
        }

        impl $name {
            fn counted($($first: $first_type,)* counts: &Counts, $($last: $last_type,)*) -> Self {
                use $crate::domain::vocabulary::DisclosureState as S;
                Self {
                    $($first,)*
                    in_force: counts.in_force(),
                    current: counts.count(S::Current),
                    pending: counts.count(S::Pending),
                    late: counts.count(S::Late),
                    missing: counts.count(S::Missing),
                    outdated: counts.count(S::Outdated),
                    incomplete: counts.count(S::Incomplete),
                    stale: counts.count(S::Stale),
                    score: counts.score().decimal(),
                    metrics: $crate::features::disclosure::json::ComplianceMetrics::new(counts),
                    $($last,)*
                }
            }
        }
    };
}

pub(super) use counted;
