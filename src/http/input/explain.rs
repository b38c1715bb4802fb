//! Turns what serde says into a problem that names the field and the rule, without repeating the value.
//!
//! Serde has no codes, only messages; this is the one place that reads them, and its tests pin their forms.

use crate::domain::refusal::{Refusal, Rule};
use crate::http::error::{Code, Problem};
use serde_json::error::Category;
use serde_path_to_error::{Error, Path, Segment};

/// A body that does not fit.
pub(super) fn body(error: &Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    match inner.classify() {
        Category::Data => {
            let (rule, field, message) = read(&without_position(&inner.to_string()));
            let pointer = pointer(error.path(), field.as_deref());
            Refusal::invalid(pointer, rule, message).into()
        }
        // Says where the text breaks off, not what it held.
        _ => Problem::new(Code::MalformedJson).detail(inner.to_string()),
    }
}

/// Parameters that do not fit.
pub(super) fn query(error: &Error<serde_urlencoded::de::Error>) -> Problem {
    let text = error.inner().to_string();
    let (rule, field, message) = read(&text);
    if let (Rule::UnknownField, Some(name)) = (rule, &field) {
        let known = text.split_once("expected ").map_or("none", |(_, known)| known);
        return Problem::unknown_parameter(name, &known.trim_start_matches("one of ").replace('`', ""));
    }
    let name = field.unwrap_or_else(|| error.path().to_string());
    Refusal::parameter(name, rule, message).into()
}

/// Rule, field if the message names one, and what to tell the caller.
fn read(text: &str) -> (Rule, Option<String>, String) {
    let named = |rest: &str| rest.split('`').next().map(ToOwned::to_owned);
    if let Some(rest) = text.strip_prefix("unknown field `") {
        return (Rule::UnknownField, named(rest), "is not known here".into());
    }
    if let Some(rest) = text.strip_prefix("missing field `") {
        return (Rule::MissingField, named(rest), "is required".into());
    }
    if let Some(rest) = text.strip_prefix("duplicate field `") {
        return (Rule::InvalidValue, named(rest), "must be given once".into());
    }
    if text.starts_with("unknown variant") {
        let words = text.split_once("expected ").map_or("", |(_, words)| words).replace('`', "");
        return (Rule::InvalidValue, None, format!("must be {words}"));
    }
    if text.starts_with("invalid type")
        || text.starts_with("invalid value")
        || text.starts_with("invalid length")
    {
        let expected = text.rsplit_once("expected ").map_or("another type", |(_, expected)| expected);
        // The names of our types are nobody's business.
        let expected = if expected.starts_with("struct ") { "an object" } else { expected };
        return (Rule::WrongType, None, format!("must be {expected}"));
    }
    // Messages of our own types say what the value must be; those of the standard library's do not.
    if text.starts_with("must ") {
        return (Rule::InvalidValue, None, text.to_owned());
    }
    if text.contains("`true` or `false`") {
        return (Rule::WrongType, None, "must be true or false".into());
    }
    if text.contains("integer") || text.contains("digit") || text.starts_with("number too") {
        return (Rule::WrongType, None, "must be a whole number".into());
    }
    (Rule::InvalidValue, None, "is not valid here".into())
}

/// Cuts off the position that `serde_json` adds to a message.
fn without_position(text: &str) -> String {
    text.rsplit_once(" at line ").map_or(text, |(message, _)| message).to_owned()
}

/// JSON pointer (RFC 6901) of a path, with one more field below it.
fn pointer(path: &Path, field: Option<&str>) -> String {
    let mut pointer = String::new();
    let mut push = |part: &str| {
        pointer.push('/');
        pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
    };
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&index.to_string()),
            Segment::Map { key } => push(key),
            Segment::Enum { variant } => push(variant),
            Segment::Unknown => {}
        }
    }
    // The path of an unknown field ends with the field itself already.
    if let Some(field) = field
        && !path.iter().next_back().is_some_and(|s| matches!(s, Segment::Map { key } if key == field))
    {
        push(field);
    }
    pointer
}
