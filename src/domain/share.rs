//! A part of a whole, as decimals: exact counts, and their share rounded to hundredths.

use super::deadline::text::decimal;
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
#[schema(as = Share)]
pub struct Shown {
    /// How many are meant.
    #[schema(example = 19)]
    pub numerator: i64,
    /// Of how many.
    #[schema(example = 20)]
    pub denominator: i64,
    /// The one by the other, to two decimal places; null when there is nothing to divide by.
    #[schema(example = "0.95")]
    pub share: Option<String>,
}

impl Share {
    /// The share as a decimal, rounded half up to hundredths; `None` when the whole is nothing.
    pub fn decimal(self) -> Option<String> {
        let Self { numerator, denominator } = self;
        (denominator > 0).then(|| decimal((numerator * 200 + denominator) / (2 * denominator)))
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
    fn a_share_is_rounded_half_up() {
        for (numerator, denominator, share) in [
            (0, 7, Some("0")),
            (7, 7, Some("1")),
            (1, 3, Some("0.33")),
            (2, 3, Some("0.67")),
            (1, 2, Some("0.5")),
            (1, 200, Some("0.01")),
            (1, 201, Some("0")),
            (0, 0, None),
        ] {
            let found = Share { numerator, denominator }.decimal();
            assert_eq!(found.as_deref(), share, "{numerator} of {denominator}");
        }
    }
}
