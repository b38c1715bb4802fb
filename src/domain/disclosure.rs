//! Whether an agency discloses (công khai) the procedures it handles: each as it is in force, within the limit of the law,
//! whole, and looked at since.
//!
//! A procedure is disclosed to the public by every agency that handles it (NĐ 63/2010 Đ.15 to 17, 24; NĐ 61/2018
//! Đ.8(1)(a)). The limit counts working days from the day on which the decision was signed: 5 in a province, 10 in a
//! ministry, 2 for texts made by the shortened procedure. How an agency stands with a procedure is one of seven states,
//! of which the first that matches holds; so the states of its procedures sum to those in force.

use super::calendar::{Calendar, MissingYear};
use super::law::Law;
use super::period::Period;
use super::vocabulary::{DisclosureState, Level};
use chrono::{Days, NaiveDate};

/// The version of a procedure that is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce {
    /// Its number.
    pub version: i32,
    /// Local day from which the limit counts: that on which its decision was signed; of a version without a decision the first
    /// day on which it is in force.
    pub counted_from: NaiveDate,
    /// Local day on which the catalogue begins to show it.
    pub published_on: NaiveDate,
    /// Whether its text was made by the shortened procedure.
    pub is_shortened: bool,
    /// Whether it has the seven parts that it must have.
    pub is_whole: bool,
}

impl InForce {
    /// What is disclosed, on the day from which the catalogue shows it: the public finds nothing before (NĐ 63/2010 Đ.17, 24, by which
    /// the other forms of disclosure are taken from the database).
    #[must_use]
    pub fn shown(&self, disclosed: Disclosed) -> Disclosed {
        let is_this = disclosed.version == self.version;
        let on = if is_this { disclosed.on.max(self.published_on) } else { disclosed.on };
        Disclosed { on, ..disclosed }
    }
}

/// What an agency discloses of a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disclosed {
    /// The newest version that it has disclosed.
    pub version: i32,
    /// Local day on which it disclosed that.
    pub on: NaiveDate,
    /// Local day on which it last verified that what it discloses is right.
    pub verified_on: Option<NaiveDate>,
}

/// Local day through which a version is to be disclosed by an agency of a level.
pub fn due_on(
    version: &InForce,
    level: Level,
    law: &Law,
    calendar: &Calendar,
) -> Result<NaiveDate, MissingYear> {
    let limit = match (version.is_shortened, level) {
        (true, _) => &law.disclosure_days_shortened,
        (false, Level::Central) => &law.disclosure_days_ministry,
        (false, Level::Province | Level::District | Level::Commune) => &law.disclosure_days_province,
    };
    calendar.add_working_days(version.counted_from, limit.on(version.counted_from))
}

/// Local day through which a decision that announces a procedure is in time: so many working days before the newest text of its
/// legal basis takes effect (QĐ 766/QĐ-TTg, 1.1).
pub fn announced_by(
    basis_effective_on: NaiveDate,
    level: Level,
    law: &Law,
    calendar: &Calendar,
) -> Result<NaiveDate, MissingYear> {
    let days = match level {
        Level::Central => &law.announcement_days_ministry,
        Level::Province | Level::District | Level::Commune => &law.announcement_days_province,
    };
    calendar.subtract_working_days(basis_effective_on, days.on(basis_effective_on))
}

/// Calendar days after which any limit is over: it holds ten working days and any Tet.
const LONGEST: u64 = 60;

/// How an agency stands with a procedure at the end of a period. `due_on` is the day through which the version in force is to be
/// disclosed; `None` when the calendar of those days is missing, which is so for what is long past. Then nobody is late, and the
/// limit is over after 60 days.
pub fn state(
    version: &InForce,
    disclosed: Option<&Disclosed>,
    due_on: Option<NaiveDate>,
    period: Period,
    law: &Law,
) -> DisclosureState {
    let is_past = period.to > due_on.unwrap_or(version.counted_from + Days::new(LONGEST));
    let Some(disclosed) = disclosed.filter(|it| it.on <= period.to) else {
        return if is_past { DisclosureState::Missing } else { DisclosureState::Pending };
    };
    if disclosed.version < version.version {
        return if is_past { DisclosureState::Outdated } else { DisclosureState::Pending };
    }
    if !version.is_whole {
        return DisclosureState::Incomplete;
    }
    let seen_on = disclosed.verified_on.map_or(disclosed.on, |on| on.max(disclosed.on));
    if (period.to - seen_on).num_days() > law.verification_days.on(period.to) {
        return DisclosureState::Stale;
    }
    if due_on.is_some_and(|due| disclosed.on > due) && disclosed.on >= period.from {
        return DisclosureState::Late;
    }
    DisclosureState::Current
}

#[cfg(test)]
mod tests;
