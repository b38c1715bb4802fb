//! Decimal amounts with at most two places, exact: `2.5` working days is 250 hundredths.
//!
//! JSON carries them as strings, so that no client rounds them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// A positive decimal amount such as `3` or `2.5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, example = "2.5", pattern = r"^\d{1,5}(\.\d{1,2})?$")]
pub struct Amount(i32);

/// What is wrong with an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a decimal string greater than 0 with at most 5 digits and 2 decimal places, such as \"2.5\""
)]
pub struct BadAmount;

impl Amount {
    /// From hundredths; `None` unless positive.
    pub const fn from_hundredths(hundredths: i32) -> Option<Self> {
        if hundredths > 0 { Some(Self(hundredths)) } else { None }
    }

    /// The amount in hundredths.
    pub const fn hundredths(self) -> i32 {
        self.0
    }

    /// Its whole part.
    pub const fn whole(self) -> i32 {
        self.0 / 100
    }

    /// Its fractional part, in hundredths.
    pub const fn fraction_hundredths(self) -> i32 {
        self.0 % 100
    }
}

impl std::str::FromStr for Amount {
    type Err = BadAmount;

    fn from_str(text: &str) -> Result<Self, BadAmount> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| {
            !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(whole, 5) || !digits(fraction, 2) {
            return Err(BadAmount);
        }
        let whole: i32 = whole.parse().map_err(|_| BadAmount)?;
        let hundredths: i32 = format!("{fraction:0<2}").parse().map_err(|_| BadAmount)?;
        Self::from_hundredths(whole * 100 + hundredths).ok_or(BadAmount)
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.fraction_hundredths() {
            0 => write!(f, "{}", self.whole()),
            n if n % 10 == 0 => write!(f, "{}.{}", self.whole(), n / 10),
            n => write!(f, "{}.{n:02}", self.whole()),
        }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_decimals_exactly() {
        for (text, hundredths) in
            [("3", 300), ("2.5", 250), ("0.5", 50), ("0.25", 25), ("99999.99", 9_999_999), ("1.05", 105)]
        {
            let amount: Amount = text.parse().unwrap();
            assert_eq!(amount.hundredths(), hundredths, "{text}");
            assert_eq!(amount.to_string(), text);
        }
        assert_eq!("2.50".parse::<Amount>().unwrap().to_string(), "2.5");
    }

    #[test]
    fn refuses_what_is_no_positive_decimal() {
        for text in ["", "0", "0.00", "-1", "+1", "1.", ".5", "1.234", "1e3", "123456", "1,5", " 1", "٣"] {
            assert_eq!(text.parse::<Amount>(), Err(BadAmount), "{text:?}");
        }
    }
}
