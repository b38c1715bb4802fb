//! Writes a problem as JSON in the caller's language.

use super::{Code, Problem};
use crate::domain::refusal::{Place, Rule, Violation};
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use serde_json::{Map, Value, json};

/// Languages of texts for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, the default.
    English,
    /// Vietnamese, with `Accept-Language: vi`.
    Vietnamese,
}

impl Language {
    /// The language a caller prefers (RFC 9110 section 12.5.4): the first of `vi` and `en` by weight, then by order.
    pub fn of(headers: &HeaderMap) -> Self {
        let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let weighted = header.split(',').filter_map(|range| {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
            let primary = tag.trim().split('-').next().unwrap_or("").to_ascii_lowercase();
            match primary.as_str() {
                "vi" => Some((Self::Vietnamese, weight)),
                "en" => Some((Self::English, weight)),
                _ => None,
            }
        });
        let best = weighted.filter(|(_, weight)| *weight > 0.0).reduce(|a, b| if b.1 > a.1 { b } else { a });
        best.map_or(Self::English, |(language, _)| language)
    }

    /// The tag, for `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Vietnamese => "vi",
        }
    }
}

impl Problem {
    /// The body of the answer.
    pub fn body(&self, language: Language, request_id: &str) -> Value {
        let entry = self.code.entry();
        let (title, help) = match language {
            Language::English => (entry.title_en, entry.help_en),
            Language::Vietnamese => (entry.title_vi, entry.help_vi),
        };
        let detail = match language {
            Language::English => self.detail.as_deref().unwrap_or(help),
            Language::Vietnamese => help,
        };
        let mut body = Map::new();
        body.insert("type".into(), json!(format!("/problems/{}", entry.code)));
        body.insert("title".into(), json!(title));
        body.insert("status".into(), json!(entry.status));
        body.insert("code".into(), json!(entry.code));
        body.insert("detail".into(), json!(detail));
        body.insert("request_id".into(), json!(request_id));
        if !self.violations.is_empty() {
            let errors = self.violations.iter().map(|v| self.violation(v, language));
            body.insert("errors".into(), errors.collect());
        }
        for (name, value) in &self.members {
            body.insert((*name).into(), value.clone());
        }
        Value::Object(body)
    }

    fn violation(&self, violation: &Violation, language: Language) -> Value {
        let (place, name) = match &violation.place {
            Place::Pointer(pointer) => ("pointer", pointer),
            Place::Parameter(parameter) => ("parameter", parameter),
        };
        // An unknown parameter is a problem of its own, with its own code.
        let code = if self.code == Code::UnknownParameter && violation.rule == Rule::UnknownField {
            self.code
        } else {
            violation.rule.into()
        };
        let message = match language {
            Language::English => violation.message.as_str(),
            Language::Vietnamese => code.entry().help_vi,
        };
        json!({ place: name, "code": code.entry().code, "message": message })
    }
}
