//! A part of a whole: exact counts, and their share as a decimal.

use serde::Serialize;
use utoipa::ToSchema;

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub numerator: i64,
    /// The whole.
    pub denominator: i64,
}

/// A share as it is shown: with the counts that it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
// Not `Share`: generated clients mistake a field for a type of the same name.
#[schema(as = ShareOfWhole)]
pub struct Shown {
    /// How many are meant.
    #[schema(example = 19)]
    pub numerator: i64,
    /// Of how many.
    #[schema(example = 20)]
    pub denominator: i64,
    /// The one by the other, to four decimal places; null when there is nothing to divide by.
    #[schema(example = "0.95")]
    pub share: Option<String>,
}

impl std::ops::AddAssign for Share {
    fn add_assign(&mut self, more: Self) {
        self.numerator += more.numerator;
        self.denominator += more.denominator;
    }
}

impl Share {
    /// Adds one to the whole, and to the part if it is meant.
    pub fn count(&mut self, is_meant: bool) {
        self.denominator += 1;
        self.numerator += i64::from(is_meant);
    }

    /// The share as a decimal without trailing zeros, `0.15`: to the ten-thousandth, half of one up. `None` of nothing.
    pub fn decimal(self) -> Option<String> {
        let Self { numerator, denominator } = self;
        if denominator <= 0 {
            return None;
        }
        let scaled = (i128::from(numerator) * 20_000 / i128::from(denominator) + 1) / 2;
        let (ones, rest) = (scaled / 10_000, scaled % 10_000);
        if rest == 0 {
            return Some(ones.to_string());
        }
        Some(format!("{ones}.{rest:04}").trim_end_matches('0').to_owned())
    }

    /// The share with its counts.
    pub fn shown(self) -> Shown {
        Shown { numerator: self.numerator, denominator: self.denominator, share: self.decimal() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_and_short() {
        for (numerator, denominator, shown) in [
            (6, 40, Some("0.15")),
            (1, 3, Some("0.3333")),
            (2, 3, Some("0.6667")),
            (0, 7, Some("0")),
            (7, 7, Some("1")),
            (1, 20_000, Some("0.0001")),
            (1, 20_001, Some("0")),
            (3, 2, Some("1.5")),
            (i64::MAX, i64::MAX, Some("1")),
            (0, 0, None),
        ] {
            let found = Share { numerator, denominator }.decimal();
            assert_eq!(found.as_deref(), shown, "{numerator} of {denominator}");
        }
    }
}
