//! Every reason to refuse a request, in the words of the law and the contract, without HTTP.
//!
//! Actions return a [`Refusal`]; `http/error` maps each to a status and a text. A refusal stores nothing.

use super::local_time::Instant;
use super::vocabulary::{Ending, EventKind, KeyState, ReminderStatus, Scope, Status};
use chrono::NaiveDate;
use std::fmt::Display;

/// A rule that a value broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A field of the request that the operation does not know.
    UnknownField,
    /// A required field is missing.
    MissingField,
    /// A value of the wrong JSON type.
    WrongType,
    /// A value that is not allowed.
    InvalidValue,
    /// No procedure has the code.
    UnknownProcedure,
    /// The procedure is not in force on the day.
    ProcedureNotInForce,
    /// The procedure has no limit for the case.
    UnknownCase,
    /// No agency has the code.
    UnknownAgency,
    /// The agency is not in force on the day.
    AgencyNotInForce,
    /// The agency does not decide the procedure.
    AgencyNotCompetent,
    /// An instant too far ahead of now.
    InTheFuture,
    /// An agency would be above itself.
    AgencyCycle,
    /// A version would begin before the one it replaces.
    ValidityOverlap,
    /// A mandatory part of a procedure is missing.
    PartMissing,
    /// The decision is of a kind that does not fit the act.
    WrongDecision,
    /// The law of the procedure does not allow the extension.
    ProlongationNotAllowed,
}

/// Where in the request a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// JSON pointer into the body (RFC 6901).
    Pointer(String),
    /// Name of a query parameter.
    Parameter(String),
    /// Name of a header.
    Header(String),
}

impl Place {
    /// The body as a whole, or what is stored already.
    pub const fn whole() -> Self {
        Self::Pointer(String::new())
    }
}

/// A value and the rule it broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where the value stands.
    pub place: Place,
    /// The rule.
    pub rule: Rule,
    /// What is wrong with it, in English.
    pub message: String,
}

/// The violations of one request, gathered while it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(pub Vec<Violation>);

impl Violations {
    /// Adds one in the body.
    pub fn add(&mut self, pointer: impl Into<String>, rule: Rule, message: impl Display) {
        let place = Place::Pointer(pointer.into());
        self.0.push(Violation { place, rule, message: message.to_string() });
    }

    /// Keeps a parsed value, or notes why there is none.
    pub fn take<T, E: Display>(&mut self, pointer: impl Into<String>, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|why| self.add(pointer, Rule::InvalidValue, why)).ok()
    }

    /// Fails when there are any.
    pub fn check(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self)) }
    }
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Values that break rules.
    Invalid(Violations),
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// The agency is outside the subtree of the caller's key.
    AgencyOutOfScope {
        /// Where its code stands.
        place: Place,
        /// Its code.
        code: String,
    },
    /// It names no agency, so it is every agency's, and the key has roots.
    Everybodys {
        /// Where the agencies stand.
        place: Place,
    },
    /// The key would give another one a scope that it does not have.
    ScopeNotHeld {
        /// Where the scope stands.
        place: Place,
        /// The scope.
        scope: Scope,
    },
    /// The key does not work any more.
    KeyEnded {
        /// How it stands.
        state: KeyState,
    },
    /// Another key replaces it already.
    KeyReplaced {
        /// The id of that one.
        by: String,
    },
    /// Another dossier has the code.
    DuplicateCode {
        /// The code.
        code: String,
    },
    /// Another event of the dossier has the reference.
    DuplicateRef {
        /// The reference.
        reference: String,
    },
    /// Another agency has the code.
    AgencyCodeTaken {
        /// The code.
        code: String,
    },
    /// The lifecycle does not allow the event now.
    EventNotAllowed {
        /// Status of the dossier.
        state: Status,
        /// What it allows.
        allowed: Vec<EventKind>,
    },
    /// A status of the national format to which none of its steps leads from where the dossier stands.
    StatusBackwards {
        /// Status of the dossier.
        from: Status,
        /// Status that was sent.
        to: Status,
        /// The key that says so.
        key: &'static str,
    },
    /// The event would lie before one that is recorded already.
    EventOutOfOrder {
        /// When the step occurred that it must not precede.
        last_event_at: Instant,
        /// For how many days it might have been put before others; `None`: it might not.
        days: Option<i16>,
    },
    /// With the event, another that is recorded would no longer be allowed.
    EventInTheWay {
        /// The number of that one within the dossier.
        seq: i32,
        /// What happened then.
        kind: EventKind,
        /// When.
        occurred_at: Instant,
    },
    /// The reminder was acknowledged already, or is closed.
    ReminderNotOpen {
        /// How it stands.
        status: ReminderStatus,
    },
    /// The review is closed.
    ReviewClosed {
        /// When it was.
        closed_at: Instant,
    },
    /// Nothing is otherwise than the report says.
    NothingToCorrect,
    /// There is no draft of the procedure that could be published.
    NoDraft,
    /// The procedure was abolished or replaced already.
    ProcedureEnded {
        /// Its code.
        code: String,
        /// How it ended.
        ending: Ending,
        /// From which day on.
        on: NaiveDate,
        /// What replaces it.
        replaced_by: Option<String>,
    },
    /// A change of an existing resource without `If-Match`.
    PreconditionRequired,
    /// The resource has changed since the given `ETag`.
    PreconditionFailed,
    /// The `Idempotency-Key` was used for a request with another body.
    IdempotencyKeyReused,
    /// A request with the `Idempotency-Key` is being carried out.
    IdempotencyKeyInUse,
}

impl Refusal {
    /// One violation in the body.
    pub fn invalid(pointer: impl Into<String>, rule: Rule, message: impl Display) -> Self {
        let mut violations = Violations::default();
        violations.add(pointer, rule, message);
        Self::Invalid(violations)
    }

    /// The same of values that stand below a pointer in the body.
    #[must_use]
    pub fn below(self, pointer: &str) -> Self {
        let Self::Invalid(mut violations) = self else { return self };
        for violation in &mut violations.0 {
            if let Place::Pointer(own) = &mut violation.place {
                own.insert_str(0, pointer);
            }
        }
        Self::Invalid(violations)
    }

    /// One violation in the query.
    pub fn parameter(name: impl Into<String>, rule: Rule, message: impl Display) -> Self {
        Self::at(Place::Parameter(name.into()), rule, message)
    }

    /// One violation in a header.
    pub fn header(name: impl Into<String>, rule: Rule, message: impl Display) -> Self {
        Self::at(Place::Header(name.into()), rule, message)
    }

    /// One violation at a place.
    pub fn at(place: Place, rule: Rule, message: impl Display) -> Self {
        Self::Invalid(Violations(vec![Violation { place, rule, message: message.to_string() }]))
    }
}
