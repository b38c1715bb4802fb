//! An event to record: what happened, and what belongs to it.

use super::OfficerInput;
use crate::domain::amount::Amount;
use crate::domain::deadline::Extension;
use crate::domain::local_time::Instant;
use crate::domain::time_limit::TimeLimit;
use crate::domain::vocabulary::{EventKind, Origin, Outcome, Unit};
use crate::features::dossiers::queries::OfKind;
use chrono::NaiveDate;
use uuid::Uuid;

/// An event to record.
#[derive(Clone, Debug)]
pub struct EventInput {
    /// When it happened.
    pub occurred_at: Instant,
    /// Code of the agency that acted; the holder when absent.
    pub agency: Option<String>,
    /// Who acted.
    pub officer: Option<OfficerInput>,
    /// Private note; personal data.
    pub note: Option<String>,
    /// Note for the public timeline.
    pub public_note: Option<String>,
    /// Where the record comes from.
    pub origin: Origin,
    /// When the other software recorded it.
    pub source_recorded_at: Option<Instant>,
    /// What its sender calls it; unique within the dossier.
    pub reference: Option<String>,
    /// What happened.
    pub details: EventDetails,
}

/// What happened, with what belongs to it.
#[derive(Clone, Debug)]
pub enum EventDetails {
    /// Handed on.
    Forwarded {
        /// Code of the agency; the present holder's when absent.
        to_agency: Option<String>,
        /// Unit.
        to_unit: Option<String>,
        /// Officer.
        to_officer: Option<String>,
        /// When the step is due.
        step_due_at: Option<Instant>,
    },
    /// Received, after it was registered.
    Received {
        /// Return date that the slip promises.
        appointed_at: Option<Instant>,
    },
    /// Not received.
    Refused {
        /// On which ground.
        ground: Option<String>,
    },
    /// Supplements asked for.
    SupplementRequested {
        /// What is to be supplemented.
        items: Option<Vec<String>>,
        /// Local day through which the applicant may answer.
        answer_by: Option<NaiveDate>,
    },
    /// Supplements received, of a dossier sent in the national format.
    SupplementReceived {
        /// Return date that the slip promises since.
        appointed_at: Option<Instant>,
    },
    /// Suspended.
    Suspended {
        /// On which ground.
        ground: String,
    },
    /// Extended, as the law of the procedure allows.
    Extended {
        /// By how much.
        by: Extension,
        /// On which ground.
        ground: String,
    },
    /// An apology, with the day on which the result is to be had.
    Apologised {
        /// Why it takes longer.
        reason: String,
        /// The day.
        new_due_on: NaiveDate,
    },
    /// Decided.
    Completed {
        /// How.
        outcome: Outcome,
    },
    /// Ended without a decision.
    Terminated {
        /// On which ground.
        ground: String,
    },
    /// Handled again after an end by mistake.
    Reopened {
        /// On which ground.
        ground: String,
    },
    /// What another event should have said.
    Corrected(Box<Correction>),
    /// Any of the kinds with nothing of their own.
    Plain(EventKind),
}

/// What an event should have said.
#[derive(Clone, Debug)]
pub struct Correction {
    /// The event.
    pub event: Uuid,
    /// Why it is corrected.
    pub reason: String,
    /// When it happened.
    pub happened_at: Option<Instant>,
    /// `true`: it did not happen; `false`: it did after all.
    pub voided: Option<bool>,
    /// Code of the agency that it was handed to.
    pub to_agency: Option<String>,
    /// The fields of its kind that are given.
    pub given: Vec<&'static str>,
    /// Their values.
    pub values: OfKind,
}

/// The fields of the contract that belong to some kinds of event, and to which.
const FIELDS: [(&str, &[EventKind]); 15] = {
    use EventKind as K;
    [
        ("appointed_at", &[K::Received]),
        ("to_agency", &[K::Forwarded]),
        ("to_unit", &[K::Forwarded]),
        ("to_officer", &[K::Forwarded]),
        ("step_due_at", &[K::Forwarded]),
        ("result", &[K::Completed]),
        ("items", &[K::SupplementRequested]),
        ("answer_by", &[K::SupplementRequested]),
        ("by", &[K::Extended]),
        ("new_due_on", &[K::Extended, K::Apologised]),
        ("ground", &[K::Refused, K::Suspended, K::Extended, K::Terminated, K::Reopened]),
        ("reason", &[K::Apologised, K::Corrected]),
        ("event", &[K::Corrected]),
        ("happened_at", &[K::Corrected]),
        ("voided", &[K::Corrected]),
    ]
};

/// The kinds that a field belongs to; none for one of every kind.
pub fn kinds_of(field: &str) -> &'static [EventKind] {
    FIELDS.iter().find(|(name, _)| *name == field).map_or(&[], |(_, kinds)| kinds)
}

/// The fields that belong to a kind.
pub fn fields_of(kind: EventKind) -> Vec<&'static str> {
    FIELDS.iter().filter(|(_, kinds)| kinds.contains(&kind)).map(|(field, _)| *field).collect()
}

impl EventDetails {
    /// The kind of event.
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::Received { .. } => EventKind::Received,
            Self::Refused { .. } => EventKind::Refused,
            Self::Forwarded { .. } => EventKind::Forwarded,
            Self::SupplementRequested { .. } => EventKind::SupplementRequested,
            Self::SupplementReceived { .. } => EventKind::SupplementReceived,
            Self::Suspended { .. } => EventKind::Suspended,
            Self::Extended { .. } => EventKind::Extended,
            Self::Apologised { .. } => EventKind::Apologised,
            Self::Completed { .. } => EventKind::Completed,
            Self::Terminated { .. } => EventKind::Terminated,
            Self::Reopened { .. } => EventKind::Reopened,
            Self::Corrected(_) => EventKind::Corrected,
            Self::Plain(kind) => *kind,
        }
    }

    /// Code of the agency that it is handed to.
    pub fn to_agency(&self) -> Option<&String> {
        match self {
            Self::Forwarded { to_agency, .. } => to_agency.as_ref(),
            Self::Corrected(correction) => correction.to_agency.as_ref(),
            _ => None,
        }
    }

    /// What is stored of it.
    pub(super) fn row(&self) -> OfKind {
        let ground = |ground: &String| OfKind { ground: Some(ground.clone()), ..OfKind::default() };
        match self {
            Self::Received { appointed_at } | Self::SupplementReceived { appointed_at } => {
                OfKind { appointed_at: appointed_at.map(Instant::utc), ..OfKind::default() }
            }
            Self::Refused { ground: why } => OfKind { ground: why.clone(), ..OfKind::default() },
            Self::Forwarded { to_unit, to_officer, step_due_at, .. } => OfKind {
                to_unit: to_unit.clone(),
                to_officer: to_officer.clone(),
                step_due_at: step_due_at.map(Instant::utc),
                ..OfKind::default()
            },
            Self::SupplementRequested { items, answer_by } => {
                OfKind { items: items.clone(), answer_by: *answer_by, ..OfKind::default() }
            }
            Self::Extended { by: Extension::By(limit), ground: why } => {
                let (by_unit, by_hundredths) = by_of(*limit);
                OfKind { by_unit, by_hundredths, ..ground(why) }
            }
            Self::Extended { by: Extension::To(day), ground: why } => {
                OfKind { new_due_on: Some(*day), ..ground(why) }
            }
            Self::Apologised { reason, new_due_on } => {
                OfKind { new_due_on: Some(*new_due_on), reason: Some(reason.clone()), ..OfKind::default() }
            }
            Self::Suspended { ground: why }
            | Self::Terminated { ground: why }
            | Self::Reopened { ground: why } => ground(why),
            Self::Completed { outcome } => OfKind { outcome: Some(*outcome), ..OfKind::default() },
            Self::Corrected(correction) => OfKind {
                corrects: Some(correction.event),
                reason: Some(correction.reason.clone()),
                happened_at: correction.happened_at.map(Instant::utc),
                voids: correction.voided,
                ..correction.values.clone()
            },
            Self::Plain(_) => OfKind::default(),
        }
    }
}

/// An extension has an amount: those without were refused.
pub fn by_of(limit: TimeLimit) -> (Option<Unit>, Option<i32>) {
    let amount = limit.amount().map(Amount::hundredths);
    (amount.map(|_| limit.unit()), amount)
}
