//! Problems: what is wrong with a request, as RFC 9457 `application/problem+json`.
//!
//! `table` holds every code; this file maps each refusal and failure to one, in exhaustive matches; `render`
//! writes the body in the caller's language. A server error shows nothing of its cause: that goes to the log.

mod render;
mod table;

pub use render::{Language, markdown};
pub use table::{Code, Entry};

use crate::db::{Constraint, DbError, Failure};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule, Violation, Violations};
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

/// A problem, before it is written in a language.
#[derive(Debug)]
pub struct Problem {
    pub(super) code: Code,
    pub(super) detail: Option<String>,
    pub(super) violations: Vec<Violation>,
    pub(super) members: Vec<(&'static str, Value)>,
    pub(super) headers: Vec<(HeaderName, String)>,
}

impl Problem {
    /// A problem with nothing to add to its line in the table.
    pub fn new(code: Code) -> Self {
        Self { code, detail: None, violations: vec![], members: vec![], headers: vec![] }
    }

    /// Says what is particular about this case. Must hold no personal data.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn member(mut self, name: &'static str, value: Value) -> Self {
        self.members.push((name, value));
        self
    }

    /// 503 for a request that waited its time for others.
    pub fn busy() -> Self {
        Self::new(Code::Unavailable).header(RETRY_AFTER, "1")
    }

    /// 503 for what is not kept, or not opened, without a data key. Nothing changes until somebody sets one.
    pub fn no_data_key() -> Self {
        Self::new(Code::DataKeyMissing).header(RETRY_AFTER, "3600")
    }

    fn key_ended(detail: String) -> Self {
        Self::new(Code::KeyEnded).detail(detail)
    }

    /// No key, or one that is not valid (RFC 6750 section 3).
    pub fn unauthorized() -> Self {
        Self::new(Code::Unauthorized).header(WWW_AUTHENTICATE, "Bearer realm=\"congkhai\"")
    }

    /// A key without the scope.
    pub fn insufficient_scope(scope: &str) -> Self {
        let challenge = format!("Bearer realm=\"congkhai\", error=\"insufficient_scope\", scope=\"{scope}\"");
        Self::new(Code::InsufficientScope)
            .detail(format!("The operation needs the scope {scope}."))
            .header(WWW_AUTHENTICATE, challenge)
    }

    /// A path that exists for other methods only.
    pub fn method_not_allowed(allow: &str) -> Self {
        Self::new(Code::MethodNotAllowed).header(ALLOW, allow)
    }

    fn out_of_scope(place: Place, detail: String) -> Self {
        Self::new(Code::AgencyOutOfScope).detail(detail).at(place)
    }

    /// Names the one value that is at fault.
    fn at(self, place: Place) -> Self {
        match place {
            Place::Pointer(pointer) => self.member("pointer", json!(pointer)),
            Place::Parameter(parameter) => self.member("parameter", json!(parameter)),
            Place::Header(header) => self.member("header", json!(header)),
        }
    }

    fn out_of_order(last_event_at: Instant, days: Option<i16>) -> Self {
        let detail = match days {
            None => format!("It must not occur before {last_event_at}."),
            Some(days) => format!(
                "It occurred before {last_event_at}, and more than {days} days ago: only a correction can say so now."
            ),
        };
        let problem = Self::new(Code::EventOutOfOrder).detail(detail);
        problem.member("pointer", json!("/occurred_at")).member("last_event_at", json!(last_event_at))
    }

    fn taken(code: Code, pointer: &str, detail: String) -> Self {
        Self::new(code).detail(detail).member("pointer", json!(pointer))
    }

    /// An unknown query parameter.
    pub fn unknown_parameter(name: &str, known: &str) -> Self {
        let mut problem = Self::new(Code::UnknownParameter);
        let place = Place::Parameter(name.to_owned());
        let message = format!("is not known here; known are {known}");
        problem.violations.push(Violation { place, rule: Rule::UnknownField, message });
        problem
    }
}

impl From<Violations> for Problem {
    /// One line when all values break the same rule, else the line for several.
    fn from(Violations(violations): Violations) -> Self {
        let code = match violations.split_first() {
            Some((first, rest)) if rest.iter().all(|v| v.rule == first.rule) => first.rule.into(),
            _ => Code::ValidationFailed,
        };
        Self { violations, ..Self::new(code) }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(violations) => violations.into(),
            Refusal::NotFound => Self::new(Code::NotFound),
            Refusal::AgencyOutOfScope { place, code } => {
                Self::out_of_scope(place, format!("The agency {code} is outside the scope of the key."))
            }
            Refusal::Everybodys { place } => {
                let detail = "What names no agency is every agency's: it needs a key that sees all.";
                Self::out_of_scope(place, detail.into())
            }
            Refusal::ScopeNotHeld { place, scope } => Self::insufficient_scope(scope.as_str())
                .detail(format!("A key without the scope {scope} cannot give it to another."))
                .at(place),
            Refusal::KeyEnded { state } => Self::key_ended(format!("The key is {state}: create another.")),
            Refusal::KeyReplaced { by } => Self::key_ended(format!("The key {by} replaces it already.")),
            Refusal::DuplicateCode { code } => {
                Self::taken(Code::DuplicateCode, "/code", format!("The code {code} is taken."))
            }
            Refusal::DuplicateRef { reference } => {
                let detail = format!("The ref {reference} is that of another event of the dossier.");
                Self::taken(Code::DuplicateRef, "/ref", detail)
            }
            Refusal::AgencyCodeTaken { code } => {
                Self::new(Code::AgencyCodeTaken).detail(format!("The code {code} belongs to another agency."))
            }
            Refusal::EventNotAllowed { state, allowed } => Self::new(Code::EventNotAllowed)
                .detail(format!("A dossier in the state {state} does not allow this event."))
                .member("state", json!(state))
                .member("allowed", json!(allowed)),
            Refusal::StatusBackwards { from, to, key } => Self::new(Code::EventNotAllowed)
                .detail(format!("{key} {} ({to}) does not follow on {from}.", to.national_code()))
                .member("state", json!(from)),
            Refusal::EventOutOfOrder { last_event_at, days } => Self::out_of_order(last_event_at, days),
            Refusal::EventInTheWay { seq, kind, occurred_at } => Self::new(Code::EventOutOfOrder)
                .detail(format!("The event {seq}, {kind} at {occurred_at}, would not be allowed after it."))
                .member("seq", json!(seq))
                .member("kind", json!(kind))
                .member("last_event_at", json!(occurred_at)),
            Refusal::ReminderNotOpen { status } => {
                Self::new(Code::ReminderNotOpen).detail(format!("The reminder is {status}."))
            }
            Refusal::ReviewClosed { closed_at } => {
                Self::new(Code::ReviewClosed).detail(format!("The review was closed at {closed_at}."))
            }
            Refusal::NothingToCorrect => Self::new(Code::NothingToCorrect),
            Refusal::NoDraft => Self::new(Code::NoDraft),
            Refusal::ProcedureEnded { code, ending, on, replaced_by } => {
                let by = replaced_by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
                let ended = Self::new(Code::ProcedureEnded)
                    .detail(format!("The procedure {code} was {ending}{by}, from {on} on."));
                match replaced_by {
                    Some(by) => ended.member("replaced_by", json!(by)),
                    None => ended,
                }
            }
            Refusal::PreconditionRequired => Self::new(Code::PreconditionRequired),
            Refusal::PreconditionFailed => Self::new(Code::PreconditionFailed),
            Refusal::IdempotencyKeyReused => Self::new(Code::IdempotencyKeyReused),
            Refusal::IdempotencyKeyInUse => Self::new(Code::IdempotencyKeyInUse).header(RETRY_AFTER, "1"),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            // A write was tried several times, each time on calendars that were replaced meanwhile; or it began before midnight, and
            // the log of that day was closed before it was stored.
            DbError::Away(_)
            | DbError::TimedOut
            | DbError::Refused(Constraint::CalendarVersion | Constraint::LogDay) => {
                log::error!("{error}");
                Self::new(Code::Unavailable).header(RETRY_AFTER, "1")
            }
            DbError::Refused(_) | DbError::Other(_) => {
                log::error!("{error}");
                Self::new(Code::Internal)
            }
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Database(error) => error.into(),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.entry().code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// Status and headers; the envelope adds the body, for it knows the language and the request id.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name.clone(), value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests;
