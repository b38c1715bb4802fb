//! The standard periods of reports, as dated data: `data/law/report-periods.json`.
//!
//! NĐ 09/2019/NĐ-CP Art. 12: a report covers the time from the 15th of the month before a period through the 14th of its last month;
//! the year begins on 15 December. The index of QĐ 766/QĐ-TTg counts calendar months, quarters and years.

use crate::domain::period::Period;
use crate::domain::vocabulary::{Level, PeriodBasis, PeriodKind};
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How periods begin and end by a text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// Which.
    pub basis: PeriodBasis,
    /// The day of a month on which periods begin; one other than the first lies in the month before.
    first_day: u32,
    /// The kinds of periods that it knows.
    kinds: Vec<PeriodKind>,
    /// By which day of its last month each level sends the report of a kind.
    due_days: BTreeMap<PeriodKind, BTreeMap<Level, u32>>,
    /// Since when it is in force.
    pub valid_from: NaiveDate,
    /// The text.
    pub law: String,
    /// What it means.
    #[serde(rename = "note")]
    _note: String,
}

/// A standard period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    /// How long.
    pub kind: PeriodKind,
    /// Number among those of its kind in the year, from 1.
    pub number: u32,
    /// Its days.
    pub period: Period,
    /// By when each level sends its report; empty where nothing says so.
    pub due_on: BTreeMap<Level, NaiveDate>,
}

static BASES: LazyLock<Vec<Basis>> = LazyLock::new(|| {
    // The file is part of the binary, and a test reads it.
    #[allow(clippy::expect_used)]
    serde_json::from_str(include_str!("../../../data/law/report-periods.json"))
        .expect("the shipped periods are JSON")
});

/// Every basis.
pub fn bases() -> &'static [Basis] {
    &BASES
}

impl PeriodKind {
    /// How many months it has.
    const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::NineMonths => 9,
            Self::Year => 12,
        }
    }

    /// How many of it a report year has. The half and the nine months are those from its beginning.
    const fn in_a_year(self) -> u32 {
        match self {
            Self::Month => 12,
            Self::Quarter => 4,
            Self::HalfYear | Self::NineMonths | Self::Year => 1,
        }
    }
}

impl Basis {
    /// The periods of a year, kind by kind, in order of time.
    pub fn of_year(&self, year: i32) -> Vec<Standard> {
        let of_kind =
            |kind: &PeriodKind| (1..=kind.in_a_year()).map(|number| (*kind, number)).collect::<Vec<_>>();
        let all = self.kinds.iter().flat_map(of_kind);
        all.filter_map(|(kind, number)| self.period(year, kind, number)).collect()
    }

    fn period(&self, year: i32, kind: PeriodKind, number: u32) -> Option<Standard> {
        let first_month = NaiveDate::from_ymd_opt(year, (number - 1) * kind.months() + 1, 1)?;
        let last_month = first_month.checked_add_months(Months::new(kind.months() - 1))?;
        let begins = |month: NaiveDate| match self.first_day {
            1 => Some(month),
            day => month.checked_sub_months(Months::new(1))?.with_day(day),
        };
        let after = begins(last_month.checked_add_months(Months::new(1))?)?;
        let period = Period { from: begins(first_month)?, to: after.checked_sub_days(Days::new(1))? };
        let days = self.due_days.get(&kind).into_iter().flatten();
        let due_on = days.filter_map(|(level, day)| Some((*level, last_month.with_day(*day)?))).collect();
        Some(Standard { kind, number, period, due_on })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(basis: PeriodBasis, kind: PeriodKind, number: u32) -> Standard {
        let basis = bases().iter().find(|it| it.basis == basis).unwrap();
        basis.of_year(2022).into_iter().find(|it| (it.kind, it.number) == (kind, number)).unwrap()
    }

    /// The windows of NĐ 09/2019 Art. 12, and the calendar ones of QĐ 766.
    #[test]
    fn periods_are_those_of_the_law() {
        use {PeriodBasis as B, PeriodKind as K};
        for (basis, kind, number, from, to) in [
            (B::Reporting, K::Month, 1, "2021-12-15", "2022-01-14"),
            (B::Reporting, K::Month, 12, "2022-11-15", "2022-12-14"),
            (B::Reporting, K::Quarter, 1, "2021-12-15", "2022-03-14"),
            (B::Reporting, K::Quarter, 2, "2022-03-15", "2022-06-14"),
            (B::Reporting, K::Quarter, 3, "2022-06-15", "2022-09-14"),
            (B::Reporting, K::Quarter, 4, "2022-09-15", "2022-12-14"),
            (B::Reporting, K::HalfYear, 1, "2021-12-15", "2022-06-14"),
            (B::Reporting, K::NineMonths, 1, "2021-12-15", "2022-09-14"),
            (B::Reporting, K::Year, 1, "2021-12-15", "2022-12-14"),
            (B::Calendar, K::Month, 2, "2022-02-01", "2022-02-28"),
            (B::Calendar, K::Quarter, 4, "2022-10-01", "2022-12-31"),
            (B::Calendar, K::Year, 1, "2022-01-01", "2022-12-31"),
        ] {
            let period = found(basis, kind, number).period;
            assert_eq!(
                (period.from.to_string().as_str(), period.to.to_string().as_str()),
                (from, to),
                "{kind} {number}"
            );
        }
        let due = found(B::Reporting, K::Quarter, 1).due_on;
        assert_eq!(due[&Level::Commune].to_string(), "2022-03-15");
        assert_eq!(due[&Level::Province].to_string(), "2022-03-25");
    }

    #[test]
    fn those_of_a_kind_follow_each_other() {
        for basis in bases() {
            for kind in &basis.kinds {
                let of_kind: Vec<_> = basis.of_year(2024).into_iter().filter(|it| it.kind == *kind).collect();
                assert_eq!(u32::try_from(of_kind.len()).unwrap(), kind.in_a_year());
                for pair in of_kind.windows(2) {
                    assert_eq!(pair[0].period.to + Days::new(1), pair[1].period.from, "{kind}");
                }
            }
        }
    }
}
