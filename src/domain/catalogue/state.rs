//! State of a version of a procedure on a day, computed from its dates.
//!
//! - `draft`: not decided. A draft is no version, so nothing here computes it.
//! - `announced`: decided (có quyết định công bố), and not yet disclosed (công khai), or not yet in force.
//! - `published`: disclosed and in force.
//! - `superseded`: a later version of the same procedure has taken its place.
//! - `replaced`, `abolished`: the procedure has ended with it (thay thế, bãi bỏ).
//!
//! In force is another question: `effective_from ≤ day < effective_to`, disclosed or not. A dossier is received under the version in
//! force; the public is shown what is in force and disclosed.

use crate::domain::vocabulary::{Ending, VersionState};
use chrono::NaiveDate;

/// The dates that the state of a version depends on.
#[derive(Clone, Copy, Debug)]
pub struct Dates {
    /// First day in force.
    pub effective_from: NaiveDate,
    /// First day no longer in force.
    pub effective_to: Option<NaiveDate>,
    /// Day of its disclosure.
    pub published_on: NaiveDate,
    /// How the procedure ended with it, if it did.
    pub ending: Option<Ending>,
}

impl Dates {
    /// Whether it is in force on a day.
    pub fn in_force(&self, day: NaiveDate) -> bool {
        self.effective_from <= day && self.effective_to.is_none_or(|end| day < end)
    }

    /// Its state on a day.
    pub fn state(&self, day: NaiveDate) -> VersionState {
        if self.effective_to.is_some_and(|end| end <= day) {
            return match self.ending {
                None => VersionState::Superseded,
                Some(Ending::Replaced) => VersionState::Replaced,
                Some(Ending::Abolished) => VersionState::Abolished,
            };
        }
        if self.in_force(day) && self.published_on <= day {
            VersionState::Published
        } else {
            VersionState::Announced
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_state_follows_from_the_dates() {
        use VersionState as S;
        let (abolished, replaced) = (Some(Ending::Abolished), Some(Ending::Replaced));
        for (from, to, published, ending, on, expected) in [
            ("2022-02-10", None, "2022-02-01", None, "2022-02-09", S::Announced), // disclosed, not in force
            ("2022-02-10", None, "2022-02-01", None, "2022-02-10", S::Published),
            ("2022-02-10", None, "2022-02-12", None, "2022-02-11", S::Announced), // in force, not disclosed
            ("2022-02-10", None, "2022-02-12", None, "2022-02-12", S::Published),
            ("2022-02-10", Some("2022-03-01"), "2022-02-01", None, "2022-02-28", S::Published),
            ("2022-02-10", Some("2022-03-01"), "2022-02-01", None, "2022-03-01", S::Superseded),
            ("2022-02-10", Some("2022-03-01"), "2022-04-01", None, "2022-03-01", S::Superseded), // never disclosed
            ("2022-02-10", Some("2022-02-10"), "2022-02-01", None, "2022-02-09", S::Announced), // never in force
            ("2022-02-10", Some("2022-02-10"), "2022-02-01", None, "2022-02-10", S::Superseded),
            ("2022-02-10", Some("2022-03-01"), "2022-02-01", abolished, "2022-02-28", S::Published),
            ("2022-02-10", Some("2022-03-01"), "2022-02-01", abolished, "2022-03-01", S::Abolished),
            ("2022-02-10", Some("2022-03-01"), "2022-02-01", replaced, "2022-02-28", S::Published),
            ("2022-02-10", Some("2022-03-01"), "2022-02-01", replaced, "2023-03-01", S::Replaced),
        ] {
            let dates = Dates {
                effective_from: day(from),
                effective_to: to.map(day),
                published_on: day(published),
                ending,
            };
            assert_eq!(dates.state(day(on)), expected, "{dates:?} on {on}");
        }
    }
}
