//! A query parameter with several values, separated by commas.

use serde::{Deserialize, Deserializer};
use std::fmt::Display;
use std::str::FromStr;

/// The most values one parameter takes.
const MOST: usize = 200;

/// One to 200 values: `?status=received,processing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Several<T>(pub Vec<T>);

impl<'de, T> Deserialize<'de> for Several<T>
where
    T: FromStr<Err: Display>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let text = String::deserialize(deserializer)?;
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        if parts.len() > MOST {
            return Err(D::Error::custom(format!("must have at most {MOST} values")));
        }
        let values = parts.iter().map(|part| part.parse().map_err(D::Error::custom));
        values.collect::<Result<_, _>>().map(Self)
    }
}
