//! Roots that somebody kept elsewhere: they must be the very ones of the database.

use super::{Fault, Tell};
use crate::domain::hash_chain::from_hex;
use crate::features::evidence::queries::SignedDay;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

/// A root that was kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Kept {
    /// The day.
    pub day: NaiveDate,
    /// What was signed.
    pub statement: String,
    /// The signature as hexadecimal digits.
    pub signature: String,
}

/// What holds no roots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("holds no roots as GET /v1/audit/roots gives them, as JSON or NDJSON: {0}")]
pub struct BadRoots(String);

/// Reads roots as `GET /v1/audit/roots` gives them: pages, lists, or one after the other.
pub fn read_roots(text: &str) -> Result<Vec<Kept>, BadRoots> {
    let mut kept = vec![];
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let items = match value.map_err(|why| BadRoots(why.to_string()))? {
            Value::Array(items) => items,
            Value::Object(mut page) if page.contains_key("items") => match page.remove("items") {
                Some(Value::Array(items)) => items,
                _ => return Err(BadRoots("items is no list".into())),
            },
            root => vec![root],
        };
        for item in items {
            kept.push(serde_json::from_value(item).map_err(|why| BadRoots(why.to_string()))?);
        }
    }
    if kept.is_empty() { Err(BadRoots("it is empty".into())) } else { Ok(kept) }
}

/// Finds kept roots that the database does not have, or not as they were.
pub(super) fn compare(kept: &[Kept], days: &[(NaiveDate, Option<SignedDay>)], tell: Tell<'_>) {
    for root in kept {
        let found = days.iter().find(|(day, _)| *day == root.day).and_then(|(_, signed)| signed.as_ref());
        let what = match found {
            None => "is in the roots that were kept, and not in the database: it was removed",
            Some(day) if day.statement != root.statement => {
                "has another statement than the roots that were kept: it was signed anew"
            }
            Some(day) if from_hex(&root.signature).as_ref() != Some(&day.signature) => {
                "has another signature than the roots that were kept: it was changed"
            }
            Some(_) => continue,
        };
        tell(Fault::day(root.day, "log_days", what));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lists_and_lines_are_read() {
        let root = r#"{"day":"2022-02-15","statement":"s","signature":"00","root":"x"}"#;
        for text in [
            root.to_owned(),
            format!("[{root}]"),
            format!(r#"{{"items":[{root}],"next_cursor":null}}"#),
            format!("{root}\n"),
        ] {
            assert_eq!(read_roots(&text).map(|kept| kept.len()), Ok(1), "{text}");
        }
        assert_eq!(read_roots(&format!("{root}\n{root}\n")).map(|kept| kept.len()), Ok(2));
        for bad in ["", "[]", "{}", "x", r#"{"items":1}"#, r#"{"day":"2022-02-15"}"#] {
            assert!(read_roots(bad).is_err(), "{bad}");
        }
    }
}
