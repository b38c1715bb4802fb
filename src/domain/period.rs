//! Spans of local days, as reports and counts ask for them.

use super::local_time::Instant;
use super::refusal::{Refusal, Rule};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

/// Days that a period which somebody asks for may have.
const MOST_DAYS: i64 = 366;

/// Days of a period that nobody asks for.
const USUAL_DAYS: u64 = 30;

/// Local days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl Period {
    /// The period of the parameters `from` and `to`: in order, and not too long.
    pub fn asked(from: NaiveDate, to: NaiveDate) -> Result<Self, Refusal> {
        let refuse = |message: &str| Err(Refusal::parameter("from", Rule::InvalidValue, message));
        match (to - from).num_days() {
            ..0 => refuse("must not be after `to`, which is today when not given"),
            MOST_DAYS.. => refuse("must be at most 365 days before `to`"),
            _ => Ok(Self { from, to }),
        }
    }

    /// The same, of a period that has begun by `today`.
    pub fn begun(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> Result<Self, Refusal> {
        let period = Self::asked(from, to)?;
        if from > today {
            return Err(Refusal::parameter("from", Rule::InTheFuture, "must not be after today"));
        }
        Ok(period)
    }

    /// The year of a day through the day.
    pub fn year_through(day: NaiveDate) -> Self {
        Self { from: day - Days::new(u64::from(day.ordinal0())), to: day }
    }

    /// The period of the parameters `from` and `to` of what is judged at the end of `to`: this year through today when nothing is said.
    pub fn past(from: Option<NaiveDate>, to: Option<NaiveDate>, today: NaiveDate) -> Result<Self, Refusal> {
        let to = to.unwrap_or(today);
        if to > today {
            return Err(Refusal::parameter("to", Rule::InTheFuture, "must not be after today"));
        }
        Self::asked(from.unwrap_or_else(|| Self::year_through(to).from), to)
    }

    /// The period of the parameters `from` and `to` of what is looked at by days: the last 30 days through `to`, which is today, when
    /// nothing is said.
    pub fn recent(from: Option<NaiveDate>, to: Option<NaiveDate>, today: NaiveDate) -> Result<Self, Refusal> {
        let to = to.unwrap_or(today);
        Self::asked(from.unwrap_or_else(|| to - Days::new(USUAL_DAYS - 1)), to)
    }

    /// Whether a day lies in it.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    /// From its first instant, up to and without the first after it.
    pub fn instants(self) -> (DateTime<Utc>, DateTime<Utc>) {
        (Instant::start_of(self.from).utc(), Instant::end_of(self.to).utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_an_order_and_at_most_a_leap_year() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (from, to, is_good) in [
            ("2022-02-15", "2022-02-15", true),
            ("2022-02-16", "2022-02-15", false),
            ("2020-01-01", "2020-12-31", true),
            ("2020-01-01", "2021-01-01", false),
        ] {
            let asked = Period::asked(day(from), day(to));
            assert_eq!(asked.is_ok(), is_good, "{from} to {to}");
            if let Ok(period) = asked {
                assert!(period.contains(day(from)) && period.contains(day(to)));
                let (begins, ends) = period.instants();
                assert_eq!((ends - begins).num_days(), (day(to) - day(from)).num_days() + 1);
            }
        }
    }
}
