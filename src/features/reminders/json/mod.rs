//! Bodies of the reminder operations: `reminder` for reminders, `item` for the dossiers they speak of, `rule` for rules.

mod item;
mod reminder;
mod rule;

pub use item::{ItemBody, ItemFilter};
pub use reminder::{PostAcknowledgement, PostReminder, ReminderBody, ReminderList};
pub use rule::{PutRule, RuleBody};

use crate::domain::ids::{AgencyCode, ProcedureCode};
use crate::domain::refusal::{Rule, Violations};
use crate::domain::reminder::Filter;
use crate::domain::text::clean;
use crate::domain::vocabulary::About;
use serde::Deserialize;

/// The most values of a list in a filter.
const MOST_VALUES: usize = 200;

/// The longest text, in characters.
const LONGEST: usize = 2_000;

/// The most working days that something may wait.
const LONGEST_WAIT: i16 = 366;

/// What a reminder is asked to be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AboutSent {
    /// Overdue dossiers.
    Overdue,
    /// Those due soon.
    DueSoon,
    /// Those in which nothing happens.
    Stale,
    /// Disclosure, of which the contract speaks and the service does not know yet.
    Disclosure,
}

impl AboutSent {
    /// What there is.
    fn check(self, wrong: &mut Violations) -> About {
        match self {
            Self::Overdue => About::Overdue,
            Self::DueSoon => About::DueSoon,
            Self::Stale => About::Stale,
            Self::Disclosure => {
                let message = "must be one of overdue, due_soon, stale: disclosure is not there yet, and comes with its feature";
                wrong.add("/about", Rule::InvalidValue, message);
                About::Overdue
            }
        }
    }
}

/// Checks what can be checked of a filter without the agency tree.
fn check_filter(filter: &Filter, sent: AboutSent, about: About, wrong: &mut Violations) {
    let lists = [
        ("procedure", &filter.procedure),
        ("field", &filter.field),
        ("holder_agency", &filter.holder_agency),
    ];
    for (name, list) in lists {
        let Some(list) = list else { continue };
        let pointer = format!("/filter/{name}");
        if list.is_empty() || list.len() > MOST_VALUES {
            wrong.add(&pointer, Rule::InvalidValue, format!("must have 1 to {MOST_VALUES} items"));
        }
        for (i, value) in list.iter().enumerate() {
            let pointer = format!("{pointer}/{i}");
            match name {
                "procedure" => drop(wrong.take(pointer, ProcedureCode::parse(value))),
                "holder_agency" => drop(wrong.take(pointer, AgencyCode::parse(value))),
                _ => drop(wrong.take(pointer, clean(value, 60))),
            }
        }
    }
    for (name, of, days) in filter.days() {
        let pointer = format!("/filter/{name}");
        if of != about && sent != AboutSent::Disclosure {
            wrong.add(pointer, Rule::UnknownField, format!("is not known with about {about}"));
        } else if !(0..=3_660).contains(&days) {
            wrong.add(pointer, Rule::InvalidValue, "must be 0 to 3660");
        }
    }
}

/// A text that may be left out.
fn check_text(text: Option<&str>, wrong: &mut Violations) -> Option<String> {
    text.and_then(|text| wrong.take("/text", clean(text, LONGEST)))
}

/// A number of working days that something waits.
fn check_wait(pointer: &str, days: Option<i16>, least: i16, wrong: &mut Violations) {
    if days.is_some_and(|days| !(least..=LONGEST_WAIT).contains(&days)) {
        wrong.add(pointer, Rule::InvalidValue, format!("must be {least} to {LONGEST_WAIT}"));
    }
}
