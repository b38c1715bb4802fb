//! Time limits (thời hạn giải quyết): how long an agency has, in which unit, from which event on.
//!
//! A limit is a value; what it means on a calendar is in `deadline`.

use super::amount::Amount;
use super::vocabulary::{AgencyRole, Channel, Starts, Unit};
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A time limit whose parts fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeLimit {
    /// Working days.
    WorkingDays(Amount),
    /// Whole calendar days.
    CalendarDays(u32),
    /// Office hours.
    WorkingHours(Amount),
    /// Same day, with its cut-off.
    SameDay(NaiveTime),
    /// None.
    None,
}

/// Parts of a time limit that do not fit together; each names its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTimeLimit {
    /// The unit needs an amount.
    #[error("is required for this unit")]
    AmountMissing,
    /// The unit has none.
    #[error("must be null for this unit")]
    AmountUnexpected,
    /// Calendar days are whole.
    #[error("must be a whole number of calendar days")]
    AmountNotWhole,
    /// More than ten years.
    #[error("must not exceed ten years")]
    AmountTooLarge,
    /// A same-day limit needs its cut-off.
    #[error("is required for same_day, such as \"15:00\"")]
    CutoffMissing,
    /// Only same-day limits have one.
    #[error("must be null unless the unit is same_day")]
    CutoffUnexpected,
}

impl TimeLimit {
    /// Puts the parts together.
    pub fn new(unit: Unit, amount: Option<Amount>, cutoff: Option<NaiveTime>) -> Result<Self, BadTimeLimit> {
        if unit != Unit::SameDay && cutoff.is_some() {
            return Err(BadTimeLimit::CutoffUnexpected);
        }
        match (unit, amount) {
            (Unit::None, None) => Ok(Self::None),
            (Unit::SameDay, None) => cutoff.map(Self::SameDay).ok_or(BadTimeLimit::CutoffMissing),
            (Unit::None | Unit::SameDay, Some(_)) => Err(BadTimeLimit::AmountUnexpected),
            (_, None) => Err(BadTimeLimit::AmountMissing),
            (Unit::WorkingDays, Some(a)) if a.whole() > 2_500 => Err(BadTimeLimit::AmountTooLarge),
            (Unit::WorkingHours, Some(a)) if a.whole() > 20_000 => Err(BadTimeLimit::AmountTooLarge),
            (Unit::CalendarDays, Some(a)) if a.whole() > 3_650 => Err(BadTimeLimit::AmountTooLarge),
            (Unit::WorkingDays, Some(a)) => Ok(Self::WorkingDays(a)),
            (Unit::WorkingHours, Some(a)) => Ok(Self::WorkingHours(a)),
            (Unit::CalendarDays, Some(a)) if a.fraction_hundredths() != 0 => {
                Err(BadTimeLimit::AmountNotWhole)
            }
            (Unit::CalendarDays, Some(a)) => Ok(Self::CalendarDays(a.whole().unsigned_abs())),
        }
    }

    /// Its unit.
    pub const fn unit(self) -> Unit {
        match self {
            Self::WorkingDays(_) => Unit::WorkingDays,
            Self::CalendarDays(_) => Unit::CalendarDays,
            Self::WorkingHours(_) => Unit::WorkingHours,
            Self::SameDay(_) => Unit::SameDay,
            Self::None => Unit::None,
        }
    }

    /// Its amount, if its unit has one.
    pub fn amount(self) -> Option<Amount> {
        match self {
            Self::WorkingDays(a) | Self::WorkingHours(a) => Some(a),
            Self::CalendarDays(n) => i32::try_from(n).ok().and_then(|n| Amount::from_hundredths(n * 100)),
            Self::SameDay(_) | Self::None => None,
        }
    }

    /// Its cut-off, if it is a same-day limit.
    pub const fn cutoff(self) -> Option<NaiveTime> {
        match self {
            Self::SameDay(cutoff) => Some(cutoff),
            _ => None,
        }
    }
}

/// A time limit of a unit with an amount, as JSON has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Unit: `working_days`, `calendar_days` or `working_hours`.
    pub unit: Unit,
    /// Decimal string; calendar days are whole.
    #[schema(example = "5")]
    pub amount: Amount,
}

impl Span {
    /// What it means.
    pub fn limit(self) -> Result<TimeLimit, BadTimeLimit> {
        TimeLimit::new(self.unit, Some(self.amount), None)
    }

    /// As JSON has it; `None` for a limit without an amount.
    pub fn of(limit: TimeLimit) -> Option<Self> {
        limit.amount().map(|amount| Self { unit: limit.unit(), amount })
    }
}

/// A part of a chained limit (liên thông; NĐ 61/2018 Art. 19(6,7)): the time of one agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Whose time it is.
    pub role: AgencyRole,
    /// How long.
    pub limit: TimeLimit,
}

/// A prolongation (kéo dài) that the law of a procedure allows on a ground, such as five days to verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prolongation {
    /// The ground, as a slug.
    pub ground: String,
    /// By how much at most.
    pub by: TimeLimit,
    /// Where the law says so.
    pub law: Option<String>,
}

/// A limit of a procedure with what it is for: a case (trường hợp) and a channel, each `None` for any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseLimit {
    /// Case; `None`: the default case.
    pub case: Option<String>,
    /// Name of the case.
    pub case_name: Option<String>,
    /// Channel; `None`: every channel without a limit of its own.
    pub channel: Option<Channel>,
    /// The limit; of a chained one the sum.
    pub limit: TimeLimit,
    /// Event that starts the clock.
    pub starts: Starts,
    /// Parts of a chained limit, in their order; none: it is all of the competent agency.
    pub segments: Vec<Segment>,
    /// Prolongations that are allowed.
    pub prolongations: Vec<Prolongation>,
}

impl CaseLimit {
    /// A plain limit of the default case, for every channel, from receipt.
    pub fn plain(limit: TimeLimit) -> Self {
        let (starts, segments, prolongations) = (Starts::Received, vec![], vec![]);
        Self { case: None, case_name: None, channel: None, limit, starts, segments, prolongations }
    }
}

/// The limit for a case and channel: that of the channel itself before that of any channel.
pub fn choose<'a>(limits: &'a [CaseLimit], case: Option<&str>, channel: Channel) -> Option<&'a CaseLimit> {
    let of_case = || limits.iter().filter(|l| l.case.as_deref() == case);
    let exact = of_case().find(|l| l.channel == Some(channel));
    exact.or_else(|| of_case().find(|l| l.channel.is_none()))
}

/// Whether segments add up to the limit, each in its unit.
pub fn adds_up(limit: TimeLimit, segments: &[Segment]) -> bool {
    let amounts = segments.iter().map(|s| s.limit.amount().filter(|_| s.limit.unit() == limit.unit()));
    let sum = amounts.map(|amount| amount.map(Amount::hundredths)).sum::<Option<i32>>();
    sum == limit.amount().map(Amount::hundredths) && sum.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Option<Amount> {
        text.parse().ok()
    }

    #[test]
    fn parts_must_fit() {
        let three_pm = NaiveTime::from_hms_opt(15, 0, 0);
        for (unit, value, cutoff, expected) in [
            (Unit::WorkingDays, None, None, BadTimeLimit::AmountMissing),
            (Unit::WorkingDays, amount("2501"), None, BadTimeLimit::AmountTooLarge),
            (Unit::CalendarDays, amount("2.5"), None, BadTimeLimit::AmountNotWhole),
            (Unit::CalendarDays, amount("3651"), None, BadTimeLimit::AmountTooLarge),
            (Unit::SameDay, None, None, BadTimeLimit::CutoffMissing),
            (Unit::SameDay, amount("1"), three_pm, BadTimeLimit::AmountUnexpected),
            (Unit::None, amount("1"), None, BadTimeLimit::AmountUnexpected),
            (Unit::WorkingHours, amount("4"), three_pm, BadTimeLimit::CutoffUnexpected),
        ] {
            assert_eq!(TimeLimit::new(unit, value, cutoff), Err(expected), "{unit:?} {value:?} {cutoff:?}");
        }
        let limit = TimeLimit::new(Unit::CalendarDays, amount("30"), None).unwrap();
        assert_eq!((limit.unit(), limit.amount(), limit.cutoff()), (Unit::CalendarDays, amount("30"), None));
    }

    #[test]
    fn the_channels_own_limit_comes_first() {
        let days = |text: &str| TimeLimit::WorkingDays(text.parse().unwrap());
        let limit = |case: Option<&str>, channel, limit| CaseLimit {
            case: case.map(Into::into),
            channel,
            ..CaseLimit::plain(limit)
        };
        let limits = [
            limit(None, None, days("3")),
            limit(None, Some(Channel::Online), days("2")),
            limit(Some("xac-minh"), None, days("8")),
        ];
        let chosen = |case, channel| choose(&limits, case, channel).map(|of| of.limit);
        assert_eq!(chosen(None, Channel::Online), Some(days("2")));
        assert_eq!(chosen(None, Channel::Postal), Some(days("3")));
        assert_eq!(chosen(Some("xac-minh"), Channel::Online), Some(days("8")));
        assert_eq!(chosen(Some("khac"), Channel::Online), None);
    }

    #[test]
    fn segments_add_up_in_the_unit_of_the_limit() {
        let days = |text: &str| TimeLimit::WorkingDays(text.parse().unwrap());
        let of = |parts: &[TimeLimit]| -> Vec<Segment> {
            parts.iter().map(|limit| Segment { role: AgencyRole::Competent, limit: *limit }).collect()
        };
        assert!(adds_up(days("22"), &of(&[days("7"), days("3"), days("9.5"), days("2.5")])));
        assert!(!adds_up(days("22"), &of(&[days("7"), days("3")])));
        assert!(!adds_up(days("10"), &of(&[days("7"), TimeLimit::CalendarDays(3)])));
        assert!(!adds_up(TimeLimit::None, &of(&[])));
    }
}
