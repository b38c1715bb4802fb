//! Reads the members of an object in the national format: keys that are not known are ignored, a known one of a wrong form is named.
//!
//! Connectors write numbers as text and text as numbers, and leave out a value by null or by an empty text: all of it is taken.

use crate::domain::local_time::{Instant, ZONE};
use crate::domain::refusal::{Rule, Violations};
use crate::domain::text::{BadText, clean};
use crate::domain::vocabulary::Status;
use chrono::{Datelike, NaiveDateTime};
use serde_json::{Map, Value};

/// How times are written: `yyyyMMddHHmmss`, local.
const TIME: &str = "%Y%m%d%H%M%S";

/// Longest code or number, in characters.
const LONGEST_CODE: usize = 100;

/// Writes a time as the format has it.
pub fn written(at: Instant) -> String {
    at.local().format(TIME).to_string()
}

/// An object that is being read.
pub(super) struct Reader<'a> {
    members: &'a Map<String, Value>,
    at: String,
    /// What is wrong with it.
    pub wrong: Violations,
}

impl<'a> Reader<'a> {
    /// An object that stands at a pointer.
    pub fn new(members: &'a Map<String, Value>, at: String) -> Self {
        Self { members, at, wrong: Violations::default() }
    }

    /// Says what is wrong with a member.
    pub fn refuse(&mut self, key: &str, rule: Rule, message: impl std::fmt::Display) {
        self.wrong.add(format!("{}/{key}", self.at), rule, message);
    }

    /// Says that a member is missing.
    pub fn missing(&mut self, key: &str) {
        self.refuse(key, Rule::MissingField, "is required");
    }

    /// A text, or what is written as one; an empty one is absent.
    pub fn text(&mut self, key: &str, most: usize) -> Option<String> {
        let text = match self.members.get(key)? {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                self.refuse(key, Rule::WrongType, "must be a string or a number");
                return None;
            }
        };
        match clean(&text, most) {
            Ok(text) => Some(text),
            Err(BadText::Empty) => None,
            Err(why) => {
                self.refuse(key, Rule::InvalidValue, why);
                None
            }
        }
    }

    /// A code or a number.
    pub fn code(&mut self, key: &str) -> Option<String> {
        self.text(key, LONGEST_CODE)
    }

    /// One of the numbers that the format has for something.
    pub fn one_of<T>(&mut self, key: &str, known: &[(&str, T)]) -> Option<T>
    where
        T: Copy,
    {
        let number = self.code(key)?;
        let found = known.iter().find(|(of, _)| *of == number);
        if found.is_none() {
            let all = known.iter().map(|(of, _)| *of).collect::<Vec<_>>().join(", ");
            self.refuse(key, Rule::InvalidValue, format!("must be one of {all}"));
        }
        found.map(|(_, value)| *value)
    }

    /// The number of a status. 8 says that the handling stopped, `stopped` for how long.
    pub fn status(&mut self, key: &str, stopped: Status) -> Option<Status> {
        use Status as S;
        let known = [
            ("1", S::Registered),
            ("2", S::Received),
            ("3", S::Refused),
            ("4", S::Processing),
            ("5", S::SupplementRequested),
            ("6", S::PaymentRequested),
            ("7", S::Withdrawn),
            ("8", stopped),
            ("9", S::Completed),
            ("10", S::Returned),
        ];
        let before = self.wrong.0.len();
        let status = self.one_of(key, &known);
        if status.is_none() && self.wrong.0.len() == before {
            self.missing(key);
        }
        status
    }

    /// A time.
    pub fn time(&mut self, key: &str) -> Option<Instant> {
        let text = self.code(key)?;
        let digits = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
        let read = NaiveDateTime::parse_from_str(&text, TIME).ok();
        // 60 seconds are none here: chrono reads them as a leap second.
        let read = read.filter(|at| digits && (1900..2200).contains(&at.year()) && !text.ends_with("60"));
        if read.is_none() {
            let message = "must be a local time yyyyMMddHHmmss such as 20220215080000, from 1900 to 2199";
            self.refuse(key, Rule::InvalidValue, message);
        }
        read.map(|at| Instant::from((at - ZONE).and_utc()))
    }

    /// The objects of a list, with their pointers.
    pub fn list(&mut self, key: &str) -> Vec<(&'a Map<String, Value>, String)> {
        let items = match self.members.get(key) {
            None | Some(Value::Null) => return vec![],
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.refuse(key, Rule::WrongType, "must be an array");
                return vec![];
            }
        };
        let mut objects = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item {
                Value::Object(members) => objects.push((members, format!("{}/{key}/{index}", self.at))),
                _ => self.refuse(&format!("{key}/{index}"), Rule::WrongType, "must be an object"),
            }
        }
        objects
    }
}
