//! Whole numbers as JSON has them: `30.0` is the number 30 (RFC 8259 section 6, JSON Schema 2020-12 section 4.2.3).

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Number;

/// A field that is a whole number.
pub fn whole<'de, D: Deserializer<'de>, T: TryFrom<i64>>(deserializer: D) -> Result<T, D::Error> {
    read(&Number::deserialize(deserializer)?)
        .ok_or_else(|| D::Error::custom("must be a whole number that fits"))
}

/// A field that is a whole number or null.
pub fn optional_whole<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let number = Option::<Number>::deserialize(deserializer)?;
    let whole = |number| read(&number).ok_or_else(|| D::Error::custom("must be a whole number that fits"));
    number.map(whole).transpose()
}

fn read<T: TryFrom<i64>>(number: &Number) -> Option<T> {
    let exact = |float: &f64| float.fract() == 0.0 && float.abs() < 9e15;
    // Whole, and small enough for every step of the fraction to count.
    #[allow(clippy::cast_possible_truncation)]
    let of_float = || number.as_f64().filter(exact).map(|float| float as i64);
    number.as_i64().or_else(of_float).and_then(|whole| T::try_from(whole).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_whole_however_it_is_written() {
        let read = |text: &str| optional_whole::<_, i16>(&mut serde_json::Deserializer::from_str(text)).ok();
        for (text, number) in [
            ("30", Some(Some(30))),
            ("30.0", Some(Some(30))),
            ("-3e1", Some(Some(-30))),
            ("null", Some(None)),
        ] {
            assert_eq!(read(text), number, "{text}");
        }
        for text in ["30.5", "40000", "1e300", "\"30\"", "true"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(whole::<_, i16>(&mut serde_json::Deserializer::from_str("2.0")).ok(), Some(2));
    }
}
