//! Canonical JSON (RFC 8785, JCS): the one sequence of bytes that stands for some named values, so that they can be hashed.
//!
//! Names are sorted and nothing is spaced. A value that is null is left out: a column that is added later changes no hash
//! of the rows before it. Values are text, whole numbers, booleans, lists and objects of these; there are no fractions, whose
//! form RFC 8785 takes from ECMAScript. Instants are text in UTC with six decimals.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Named values, to be written as a canonical object. The names are ASCII, whose order is the same in every encoding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Canonical(BTreeMap<&'static str, Value>);

impl Canonical {
    /// Adds a value; null adds nothing.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Field>) -> Self {
        if let Field(Some(value)) = value.into() {
            self.0.insert(name, value);
        }
        self
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its canonical text.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(1024);
        object(&mut text, self.0.iter().map(|(name, value)| (*name, value)));
        text
    }
}

/// A value of an object, or null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field(Option<Value>);

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self(Some(Value::String(text.to_owned())))
    }
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        Self(Some(Value::String(text)))
    }
}

impl From<bool> for Field {
    fn from(value: bool) -> Self {
        Self(Some(Value::Bool(value)))
    }
}

impl From<i16> for Field {
    fn from(number: i16) -> Self {
        Self(Some(number.into()))
    }
}

impl From<i32> for Field {
    fn from(number: i32) -> Self {
        Self(Some(number.into()))
    }
}

impl From<i64> for Field {
    fn from(number: i64) -> Self {
        Self(Some(number.into()))
    }
}

impl From<Uuid> for Field {
    fn from(id: Uuid) -> Self {
        id.to_string().into()
    }
}

impl From<NaiveDate> for Field {
    fn from(day: NaiveDate) -> Self {
        day.format("%Y-%m-%d").to_string().into()
    }
}

impl From<DateTime<Utc>> for Field {
    fn from(at: DateTime<Utc>) -> Self {
        at.to_rfc3339_opts(SecondsFormat::Micros, true).into()
    }
}

impl From<&[String]> for Field {
    fn from(texts: &[String]) -> Self {
        Self(Some(Value::from(texts.to_vec())))
    }
}

impl From<&Vec<String>> for Field {
    fn from(texts: &Vec<String>) -> Self {
        texts.as_slice().into()
    }
}

impl From<&Value> for Field {
    fn from(value: &Value) -> Self {
        Self((!value.is_null()).then(|| value.clone()))
    }
}

impl<T: Into<Self>> From<Option<T>> for Field {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self(None), Into::into)
    }
}

/// The canonical text of a value.
pub fn text_of(value: &Value) -> String {
    let mut text = String::with_capacity(1024);
    write(&mut text, value);
    text
}

/// Writes a value. `serde_json` writes text and whole numbers as RFC 8785 does.
fn write(text: &mut String, value: &Value) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write(text, item);
            }
            text.push(']');
        }
        Value::Object(map) => {
            // Names from outside may hold any letter: RFC 8785 sorts by the units of UTF-16.
            let mut fields: Vec<(&str, &Value)> = map
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, v)| (name.as_str(), v))
                .collect();
            fields.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            object(text, fields.into_iter());
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn object<'a>(text: &mut String, fields: impl Iterator<Item = (&'a str, &'a Value)>) {
    text.push('{');
    for (at, (name, value)) in fields.enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&Value::from(name).to_string());
        text.push(':');
        write(text, value);
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_sorted_nulls_are_left_out_and_nothing_is_spaced() {
        let at = DateTime::from_timestamp(1_644_886_800, 500_000_000).unwrap();
        let object = Canonical::default()
            .with("seq", 2)
            .with("at", at)
            .with("day", at.date_naive())
            .with("note", None::<&str>)
            .with("items", &vec!["b".to_owned(), "a".to_owned()])
            .with("id", Uuid::nil())
            .with("open", true)
            .with("policy", &json!({"b": {"y": 1, "x": null}, "a": []}));
        assert_eq!(
            object.text(),
            r#"{"at":"2022-02-15T01:00:00.500000Z","day":"2022-02-15","id":"00000000-0000-0000-0000-000000000000","items":["b","a"],"open":true,"policy":{"a":[],"b":{"y":1}},"seq":2}"#
        );
    }

    /// The example of RFC 8785 section 3.2.3, without the fractions of 3.2.2.
    #[test]
    fn text_and_order_are_those_of_rfc_8785() {
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
            "string": "\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{7f}"
        });
        assert_eq!(
            text_of(&value),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\",\
             \"\u{80}\":\"Control\",\"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",\
             \"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        );
    }
}
