//! A procedure as the national catalogue gives it: the JSON of `LayThuTuc`.
//!
//! Its keys are read in any case, its numbers also as texts. `read` makes a draft of it, `limits` reads how long it takes and what it
//! costs by which channel, `write` goes the other way.

mod limits;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{Terms, read};
pub use write::write;

use crate::domain::vocabulary::Channel;
use serde_json::{Map, Value};

/// Number of a channel (`KENH`).
const CHANNELS: [(Channel, &str); 3] =
    [(Channel::InPerson, "1"), (Channel::Online, "2"), (Channel::Postal, "3")];

/// Whether an object is of this format.
pub fn is_national(item: &Map<String, Value>) -> bool {
    item.keys().any(|key| key.eq_ignore_ascii_case("MATTHC"))
}

/// The same with every key in capitals.
fn capitals(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.to_uppercase(), capitals(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(capitals).collect(),
        other => other.clone(),
    }
}

/// A text, or a number as one; none when it is blank.
fn text(of: &Value, key: &str) -> Option<String> {
    let found = match &of[key] {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    (!found.is_empty()).then_some(found)
}

/// The items of a list; none when it is missing or no list.
fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of[key].as_array().map_or(&[], Vec::as_slice)
}
