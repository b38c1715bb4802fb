//! Policies: the choices where law, practice and the national index differ, per procedure or agency.
//!
//! The first that decides a choice holds: of the procedure at the agency, of the procedure, of the agency or the
//! nearest above it, then the law as it ships ([`super::law`]). A policy holds for dossiers received while it is
//! valid, to their end.

use super::law::law;
use super::vocabulary::{Granularity, JudgeBy, SecondSupplement, StopEffect};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// All choices, made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// What a supplement does to the date.
    pub supplement: StopEffect,
    /// What a payment or a suspension does to it.
    pub other_stop: StopEffect,
    /// What a second request for supplements does.
    pub second_supplement: SecondSupplement,
    /// From when a limit in days is late.
    pub granularity: Granularity,
    /// Which date judges.
    pub judge_by: JudgeBy,
    /// For how many calendar days a step may be recorded after steps that happened later. What was stored before there was
    /// this choice has that of the law.
    #[serde(default = "backdating_days")]
    pub backdating_days: i16,
}

fn backdating_days() -> i16 {
    law().backdating_days()
}

impl Policy {
    /// The choices by which QĐ 766/QĐ-TTg judges (metric 2.1): the time of a supplement is subtracted, and who asks for a second one is late.
    #[must_use]
    pub const fn of_index(self) -> Self {
        Self { supplement: StopEffect::Subtract, second_supplement: SecondSupplement::Late, ..self }
    }
}

/// The choices that somebody made; `None` leaves one to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// What a supplement does to the date.
    pub supplement: Option<StopEffect>,
    /// What a payment or a suspension does to it.
    pub other_stop: Option<StopEffect>,
    /// What a second request for supplements does.
    pub second_supplement: Option<SecondSupplement>,
    /// From when a limit in days is late.
    pub granularity: Option<Granularity>,
    /// Which date judges.
    pub judge_by: Option<JudgeBy>,
    /// For how many calendar days a step may be recorded after steps that happened later.
    pub backdating_days: Option<i16>,
}

/// A policy that somebody made, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRule {
    /// For this procedure; `None`: for every one.
    pub procedure: Option<String>,
    /// For this agency and those below it; `None`: for every one.
    pub agency: Option<i32>,
    /// First day of receipt.
    pub valid_from: NaiveDate,
    /// First day of receipt no longer.
    pub valid_to: Option<NaiveDate>,
    /// The choices.
    pub choices: Choices,
}

impl Policy {
    /// This policy where `choices` leaves a choice open.
    #[must_use]
    const fn under(self, choices: Choices) -> Self {
        const fn or<T: Copy>(chosen: Option<T>, default: T) -> T {
            match chosen {
                Some(chosen) => chosen,
                None => default,
            }
        }
        Self {
            supplement: or(choices.supplement, self.supplement),
            other_stop: or(choices.other_stop, self.other_stop),
            second_supplement: or(choices.second_supplement, self.second_supplement),
            granularity: or(choices.granularity, self.granularity),
            judge_by: or(choices.judge_by, self.judge_by),
            backdating_days: or(choices.backdating_days, self.backdating_days),
        }
    }

    /// The policy of a dossier of `procedure` that was received on `day` and is decided by the first of `agencies`, the
    /// others being those above it in order. `default` is that of the law.
    #[must_use]
    pub fn resolve(
        default: Self,
        rules: &[PolicyRule],
        procedure: &str,
        agencies: &[i32],
        day: NaiveDate,
    ) -> Self {
        // From the weakest to the strongest, so that each overrides those before it.
        let mut chosen: Vec<(usize, &PolicyRule)> = rules
            .iter()
            .filter(|rule| rule.valid_from <= day && rule.valid_to.is_none_or(|end| day < end))
            .filter(|rule| rule.procedure.as_deref().is_none_or(|code| code == procedure))
            .filter_map(|rule| strength(rule, agencies).map(|strength| (strength, rule)))
            .collect();
        chosen.sort_by_key(|(strength, rule)| (*strength, rule.valid_from));
        chosen.iter().fold(default, |policy, (_, rule)| policy.under(rule.choices))
    }
}

/// How near a rule is to a dossier; `None` when it is for another agency.
fn strength(rule: &PolicyRule, agencies: &[i32]) -> Option<usize> {
    let near = match rule.agency {
        None => 0,
        Some(agency) => agencies.len() - agencies.iter().position(|id| *id == agency)?,
    };
    // Any rule of the procedure is stronger than one of every procedure.
    Some(if rule.procedure.is_some() { near + agencies.len() + 1 } else { near })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule(procedure: Option<&str>, agency: Option<i32>, supplement: StopEffect) -> PolicyRule {
        let choices = Choices { supplement: Some(supplement), ..Choices::default() };
        let procedure = procedure.map(Into::into);
        PolicyRule {
            procedure,
            agency,
            valid_from: day("2022-01-01"),
            valid_to: Some(day("2023-01-01")),
            choices,
        }
    }

    #[test]
    fn the_nearest_rule_decides() {
        let default = law().policy_on(day("2022-02-15"));
        let rules = [
            rule(None, Some(1), StopEffect::Shift),
            rule(None, Some(3), StopEffect::Subtract),
            rule(Some("1.004873"), None, StopEffect::Restart),
            rule(Some("1.004837"), Some(1), StopEffect::Subtract),
        ];
        let of = |procedure, agencies: &[i32], on| {
            Policy::resolve(default, &rules, procedure, agencies, day(on)).supplement
        };
        assert_eq!(of("2.000001", &[9], "2022-02-15"), StopEffect::Restart, "none: the law");
        assert_eq!(of("2.000001", &[2, 1], "2022-02-15"), StopEffect::Shift, "from the agency above");
        assert_eq!(of("2.000001", &[3, 2, 1], "2022-02-15"), StopEffect::Subtract, "the nearest agency");
        assert_eq!(
            of("1.004873", &[3, 2, 1], "2022-02-15"),
            StopEffect::Restart,
            "the procedure before agencies"
        );
        assert_eq!(
            of("1.004837", &[3, 2, 1], "2022-02-15"),
            StopEffect::Subtract,
            "the procedure at the agency"
        );
        assert_eq!(of("2.000001", &[2, 1], "2023-01-01"), StopEffect::Restart, "no longer valid");
        let policy = Policy::resolve(default, &rules, "2.000001", &[3], day("2022-02-15"));
        assert_eq!(policy.judge_by, default.judge_by, "what a rule leaves open");
    }
}
