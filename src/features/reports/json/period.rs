//! The standard periods of reports.

use crate::domain::local_time::Day;
use crate::domain::report::{Basis, Standard};
use crate::domain::vocabulary::{Level, PeriodBasis, PeriodKind};
use crate::http::export::ListRow;
use crate::http::list::paged;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// Years of which periods are told.
pub const YEARS: std::ops::RangeInclusive<i32> = 1901..=2198;

/// A standard period of reports.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportPeriod)]
pub struct PeriodBody {
    /// How it begins and ends.
    pub basis: PeriodBasis,
    /// How long it is.
    pub kind: PeriodKind,
    /// Number among those of its kind in the year, from 1.
    #[schema(example = 1)]
    pub number: u32,
    /// First local day.
    #[schema(value_type = NaiveDate, example = "2021-12-15")]
    pub from: Day,
    /// Last local day.
    #[schema(value_type = NaiveDate, example = "2022-03-14")]
    pub to: Day,
    /// By when each level sends its report; null where nothing says so.
    pub due_on: ReportDue,
    /// The text that sets the period.
    #[schema(example = "NĐ 09/2019/NĐ-CP Đ.12")]
    pub law: String,
    /// Whether the text was in force on the last day.
    pub in_force: bool,
}

/// By when each level sends its report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportDue {
    /// A commune.
    #[schema(value_type = Option<NaiveDate>, example = "2022-03-15")]
    pub commune: Option<Day>,
    /// A district, or an agency of a province.
    #[schema(value_type = Option<NaiveDate>, example = "2022-03-18")]
    pub district: Option<Day>,
    /// A province.
    #[schema(value_type = Option<NaiveDate>, example = "2022-03-25")]
    pub province: Option<Day>,
}

impl ListRow for PeriodBody {}

impl PeriodBody {
    /// Shows a period of a basis.
    pub fn new(basis: &Basis, standard: &Standard) -> Self {
        let due = |level| standard.due_on.get(&level).copied().map(Day::from);
        let (commune, district, province) = (due(Level::Commune), due(Level::District), due(Level::Province));
        Self {
            basis: basis.basis,
            kind: standard.kind,
            number: standard.number,
            from: standard.period.from.into(),
            to: standard.period.to.into(),
            due_on: ReportDue { commune, district, province },
            law: basis.law.clone(),
            in_force: basis.valid_from <= standard.period.to,
        }
    }

    /// Its position in the list.
    pub fn key(&self) -> (PeriodBasis, PeriodKind, NaiveDate) {
        (self.basis, self.kind, self.from.date())
    }
}

paged! {
    /// Filters of the list of periods.
    PeriodList {
        /// The year in which they end; this year when not given.
        #[param(minimum = 1901, maximum = 2198, example = 2022)]
        pub year: Option<i32>,
        /// Of this kind.
        #[param(inline)]
        pub kind: Option<PeriodKind>,
        /// Of this basis.
        #[param(inline)]
        pub basis: Option<PeriodBasis>,
    }
}
