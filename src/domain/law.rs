//! The constants of the law: dated parameters, each with its reference. The values are in `data/law/parameters.json`.
//!
//! What is in force on the day of receipt holds for a dossier to its end. Where nothing was in force yet, the first
//! value holds.

use super::local_time::TimeOfDay;
use super::policy::Policy;
use super::vocabulary::{Granularity, JudgeBy, SecondSupplement, StopEffect};
use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::sync::LazyLock;

/// A value from a day on, with the text that sets it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Since<T> {
    value: T,
    valid_from: NaiveDate,
    /// Where the law says so; null: practice, explained in the note.
    law: Option<String>,
    /// What it means.
    #[serde(rename = "note")]
    _note: String,
}

/// A parameter over time, in order of time and never empty.
#[derive(Clone, Debug)]
pub struct Dated<T>(Vec<Since<T>>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Dated<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = Vec::<Since<T>>::deserialize(deserializer)?;
        if values.is_empty() || values.windows(2).any(|pair| pair[0].valid_from >= pair[1].valid_from) {
            return Err(D::Error::custom("values must be in order of time, and at least one"));
        }
        Ok(Self(values))
    }
}

impl<T: Copy> Dated<T> {
    /// The value in force on a day.
    pub fn on(&self, day: NaiveDate) -> T {
        self.since(day).value
    }

    /// The text that sets it.
    pub fn law_on(&self, day: NaiveDate) -> Option<&str> {
        self.since(day).law.as_deref()
    }

    fn since(&self, day: NaiveDate) -> &Since<T> {
        let later = self.0.partition_point(|since| since.valid_from <= day);
        // There is at least one.
        &self.0[later.saturating_sub(1)]
    }
}

/// Every parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Cut-off of same-day limits that name none.
    pub same_day_cutoff: Dated<TimeOfDay>,
    /// Cut-off of the hand-over to the competent agency.
    pub handover_cutoff: Dated<TimeOfDay>,
    /// Working days left at or below which a running dossier is due soon.
    pub due_soon_days: Dated<usize>,
    /// Working days from decision to disclosure, province.
    pub disclosure_days_province: Dated<usize>,
    /// The same, ministry.
    pub disclosure_days_ministry: Dated<usize>,
    /// The same, for texts made by the shortened procedure.
    pub disclosure_days_shortened: Dated<usize>,
    /// Working days from the announcing decision to the day its newest legal basis takes effect, province.
    pub announcement_days_province: Dated<usize>,
    /// The same, ministry.
    pub announcement_days_ministry: Dated<usize>,
    /// Calendar days after which what is disclosed is stale unless somebody verified it.
    pub verification_days: Dated<i64>,
    /// How often the return may be appointed again.
    pub apologies_most: Dated<i16>,
    /// Calendar days before the due day by which an apology must be given.
    pub apology_days_before: Dated<u64>,
    /// Working days after the due day of a reminder that pass before it escalates.
    pub reminder_escalation_days: Dated<i16>,
    /// Working days without an event after which nothing happens in a dossier that somebody should handle.
    pub stale_days: Dated<usize>,
    /// Working days after its submission through which a dossier is to be received or refused.
    pub receipt_days: Dated<usize>,
    /// Working days after the later of the end and the due day through which a result is to be returned.
    pub return_days: Dated<usize>,
    /// Working days after an event through which it is to be recorded.
    pub record_days: Dated<usize>,
    /// How often a clock may stop for the same kind of reason.
    pub stops_of_a_kind_most: Dated<i64>,
    /// Percent of what an agency ends in a month from which on its last working day is no usual one.
    pub bulk_percent: Dated<i64>,
    /// How many dossiers that day must have at least.
    pub bulk_least: Dated<i64>,
    supplement: Dated<StopEffect>,
    other_stop: Dated<StopEffect>,
    second_supplement: Dated<SecondSupplement>,
    granularity: Dated<Granularity>,
    judge_by: Dated<JudgeBy>,
    backdating_days: Dated<i16>,
}

static LAW: LazyLock<Law> = LazyLock::new(|| {
    // The file is part of the binary, and a test reads it.
    #[allow(clippy::expect_used)]
    serde_json::from_str(include_str!("../../data/law/parameters.json"))
        .expect("the shipped parameters are JSON")
});

/// The law as it ships.
pub fn law() -> &'static Law {
    &LAW
}

impl Law {
    /// The policy of a dossier that was received on a day, where neither its procedure nor its agency has another.
    pub fn policy_on(&self, day: NaiveDate) -> Policy {
        Policy {
            supplement: self.supplement.on(day),
            other_stop: self.other_stop.on(day),
            second_supplement: self.second_supplement.on(day),
            granularity: self.granularity.on(day),
            judge_by: self.judge_by.on(day),
            backdating_days: self.backdating_days.on(day),
        }
    }

    /// The first value of the days through which a step may be recorded after later ones.
    pub fn backdating_days(&self) -> i16 {
        self.backdating_days.on(NaiveDate::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn parameters_are_dated_and_name_their_law() {
        let today = day("2022-02-15");
        assert_eq!(law().same_day_cutoff.on(today).0.to_string(), "15:00:00");
        assert!(law().same_day_cutoff.law_on(today).unwrap().contains("Đ.5(3)"));
        assert_eq!(law().disclosure_days_province.on(today), 5);
        assert_eq!(law().apology_days_before.on(day("1990-01-01")), 1, "before the first text: its value");
        let policy = law().policy_on(today);
        assert_eq!((policy.supplement, policy.other_stop), (StopEffect::Restart, StopEffect::Shift));
    }

    #[test]
    fn the_value_in_force_is_the_latest_that_has_begun() {
        let json = r#"[{"value": 1, "valid_from": "2018-01-01", "law": null, "note": ""},
                       {"value": 2, "valid_from": "2025-07-01", "law": "NĐ 118/2025", "note": ""}]"#;
        let dated: Dated<usize> = serde_json::from_str(json).unwrap();
        for (on, value) in [("2017-01-01", 1), ("2018-01-01", 1), ("2025-06-30", 1), ("2025-07-01", 2)] {
            assert_eq!(dated.on(day(on)), value, "{on}");
        }
        assert!(serde_json::from_str::<Dated<usize>>("[]").is_err());
        let backwards = json.replace("2018", "2030");
        assert!(serde_json::from_str::<Dated<usize>>(&backwards).is_err(), "out of order");
    }
}
