//! Decisions that announce procedures (quyết định công bố), and which kind fits which act (NĐ 63/2010 Đ.14).

use crate::domain::local_time::Day;
use crate::domain::vocabulary::DecisionKind;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Number.
    #[schema(min_length = 1, max_length = 200, example = "123/QĐ-UBND")]
    pub number: String,
    /// Day on which it was signed.
    #[schema(example = "2022-02-14")]
    pub signed_on: Day,
    /// Kind.
    pub kind: DecisionKind,
    /// Who issued it: a minister, or the chairman of a province (NĐ 63/2010 Đ.13).
    #[schema(min_length = 1, max_length = 500, example = "Chủ tịch Ủy ban nhân dân tỉnh")]
    pub issued_by: String,
    /// Day from which what it says is in force; of a publication, `effective_from` of the draft when not given.
    #[serde(default)]
    pub effective_on: Option<Day>,
    /// Whether the legal text it announces was made by the shortened procedure (trình tự, thủ tục rút gọn): it is to be disclosed within 2
    /// working days.
    #[serde(default)]
    #[schema(example = false)]
    pub is_shortened: bool,
    /// Address of its text, https or http.
    #[serde(default)]
    #[schema(
        max_length = 2_000,
        pattern = "^https?://[!-~]+$",
        example = "https://example.org/123-qd-ubnd.pdf"
    )]
    pub file: Option<String>,
    /// Why it takes effect before it was signed, such as a legal text of shortened procedure; at most 2,000 characters.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    pub ground: Option<String>,
}

/// What is done to a procedure by a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Its first version.
    First,
    /// Its first version here, of a procedure that had others before this service kept it.
    Continued,
    /// A version that takes the place of one.
    Next,
    /// Its abolition.
    Abolition,
    /// Its replacement by another.
    Replacement,
}

impl Act {
    /// The kinds of decision that fit.
    ///
    /// A new code comes with a decision that issues it, or with the one that replaces an older procedure by it.
    pub const fn kinds(self) -> &'static [DecisionKind] {
        match self {
            Self::First => &[DecisionKind::New, DecisionKind::Replaced],
            Self::Continued => &[DecisionKind::New, DecisionKind::Amended, DecisionKind::Replaced],
            Self::Next => &[DecisionKind::Amended, DecisionKind::Replaced],
            Self::Abolition => &[DecisionKind::Abolished],
            Self::Replacement => &[DecisionKind::Replaced],
        }
    }
}

/// Whether a decision needs a ground: it takes effect before it was signed.
pub fn needs_ground(decision: &Decision, effective_on: NaiveDate) -> bool {
    effective_on < decision.signed_on.date() && decision.ground.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_act_has_its_kinds() {
        use DecisionKind as K;
        for (act, fitting) in [
            (Act::First, [true, false, true, false]),
            (Act::Continued, [true, true, true, false]),
            (Act::Next, [false, true, true, false]),
            (Act::Abolition, [false, false, false, true]),
            (Act::Replacement, [false, false, true, false]),
        ] {
            let fits =
                [K::New, K::Amended, K::Replaced, K::Abolished].map(|kind| act.kinds().contains(&kind));
            assert_eq!(fits, fitting, "{act:?}");
        }
    }
}
