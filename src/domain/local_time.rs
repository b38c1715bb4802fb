//! Instants and local days, from 1900 to 2199. Local means `Asia/Ho_Chi_Minh`: UTC+7, no daylight saving since 1975.
//!
//! An [`Instant`] is read with any offset (an offset is required) and written with `+07:00`. It holds
//! microseconds, as PostgreSQL does, so that what was stored equals what was sent. `written` makes the text.

mod written;

use chrono::{
    DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, SubsecRound, TimeDelta, Timelike, Utc,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// The local zone.
// The argument is within a day of seconds, so `None` cannot be.
#[allow(clippy::expect_used)]
pub const ZONE: FixedOffset = FixedOffset::east_opt(7 * 3600).expect("7 hours is a valid offset");

/// A moment in time, RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2022-02-15T08:00:00+07:00")]
pub struct Instant(DateTime<Utc>);

/// What is wrong with an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an RFC 3339 instant with an offset, such as 2022-02-15T08:00:00+07:00, from 1900 to 2199")]
pub struct BadInstant;

/// A local day, `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = Date, example = "2022-02-15")]
pub struct Day(NaiveDate);

/// What is wrong with a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a date such as 2022-02-15, from 1900 to 2199")]
pub struct BadDay;

/// Years that the service speaks of: wide enough for any law, narrow enough for every calendar and database.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

impl Day {
    /// The day.
    pub const fn date(self) -> NaiveDate {
        self.0
    }
}

impl std::str::FromStr for Day {
    type Err = BadDay;

    fn from_str(text: &str) -> Result<Self, BadDay> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| BadDay)?;
        // Only the form with ten characters: chrono also takes 2022-2-5.
        if text.len() == 10 && YEARS.contains(&day.year()) { Ok(Self(day)) } else { Err(BadDay) }
    }
}

impl From<NaiveDate> for Day {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A local time of day, `HH:MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay(pub NaiveTime);

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.format("%H:%M"))
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Only the form with five characters: chrono also takes 7:0.
        let time = NaiveTime::parse_from_str(&text, "%H:%M").ok().filter(|_| text.len() == 5);
        time.map(Self).ok_or_else(|| serde::de::Error::custom("must be a local time such as \"15:00\""))
    }
}

impl Instant {
    /// The instant in UTC, for the database and for arithmetic.
    pub const fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// Its local day.
    pub fn local_date(self) -> NaiveDate {
        self.0.with_timezone(&ZONE).date_naive()
    }

    /// Its local time of day.
    pub fn local_time(self) -> NaiveTime {
        self.0.with_timezone(&ZONE).time()
    }

    /// The instant with the local offset.
    pub fn local(self) -> DateTime<FixedOffset> {
        self.0.with_timezone(&ZONE)
    }

    /// The instant of a local day and time.
    pub fn at(day: NaiveDate, time: NaiveTime) -> Self {
        // A fixed offset maps each local time to one instant: the subtraction cannot be ambiguous.
        Self((day.and_time(time) - ZONE).and_utc())
    }

    /// Midnight at which a local day begins.
    pub fn start_of(day: NaiveDate) -> Self {
        Self::at(day, NaiveTime::MIN)
    }

    /// The first instant after a local day: its 24:00 (Civil Code 91/2015 Art. 148).
    pub fn end_of(day: NaiveDate) -> Self {
        Self::start_of(day.checked_add_days(Days::new(1)).unwrap_or(day))
    }
}

impl Instant {
    /// As it stands in an address, where a `+` would be read as a space.
    pub fn in_address(self) -> String {
        self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
    }
}

impl std::ops::Add<TimeDelta> for Instant {
    type Output = Self;
    fn add(self, by: TimeDelta) -> Self {
        Self(self.0 + by)
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.trunc_subsecs(6))
    }
}

impl std::str::FromStr for Instant {
    type Err = BadInstant;

    fn from_str(text: &str) -> Result<Self, BadInstant> {
        let at: Self = DateTime::parse_from_rfc3339(text).map_err(|_| BadInstant)?.with_timezone(&Utc).into();
        // A leap second (23:59:60) is a nanosecond count beyond a second; no local clock here shows one.
        let plain = at.utc().nanosecond() < 1_000_000_000;
        if plain && YEARS.contains(&at.local_date().year()) { Ok(at) } else { Err(BadInstant) }
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_offset_in_local_offset_out() {
        for (text, out) in [
            ("2022-02-15T08:00:00+07:00", "2022-02-15T08:00:00+07:00"),
            ("2022-02-15T01:00:00Z", "2022-02-15T08:00:00+07:00"),
            ("2022-02-14T17:00:00.5Z", "2022-02-15T00:00:00.500+07:00"),
            ("2022-02-14T20:00:00.1234567-05:00", "2022-02-15T08:00:00.123456+07:00"),
        ] {
            assert_eq!(text.parse::<Instant>().unwrap().to_string(), out, "{text}");
        }
    }

    #[test]
    fn an_instant_is_written_as_rfc_3339_is() {
        use chrono::SecondsFormat::AutoSi;
        for micros in [0, 1, 999, 1_000, 120_000, 999_999, 500_000] {
            for seconds in
                [0, 1, 59, -1, -2_208_988_800, 7_258_118_399, 1_644_886_800, -70_000_000_000, 300_000_000_000]
            {
                let at = DateTime::from_timestamp(seconds, micros * 1_000).map(Instant::from).unwrap();
                assert_eq!(at.to_string(), at.local().to_rfc3339_opts(AutoSi, false));
            }
        }
    }

    #[test]
    fn an_offset_is_required() {
        for text in [
            "2022-02-15T08:00:00",
            "2022-02-15",
            "",
            "yesterday",
            "2022-02-30T08:00:00Z",
            "1899-12-31T12:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(text.parse::<Instant>(), Err(BadInstant), "{text}");
        }
    }

    #[test]
    fn days_have_one_form_and_a_range() {
        assert_eq!(
            "2022-02-15".parse::<Day>().map(Day::date),
            Ok(NaiveDate::from_ymd_opt(2022, 2, 15).unwrap())
        );
        for text in [
            "2022-2-5",
            "2022-02-30",
            "15/02/2022",
            "-9999-01-01",
            "+99999-01-01",
            "1899-12-31",
            "2200-01-01",
            "",
        ] {
            assert_eq!(text.parse::<Day>(), Err(BadDay), "{text}");
        }
    }

    #[test]
    fn a_local_day_lasts_from_seventeen_to_seventeen_utc() {
        let day = NaiveDate::from_ymd_opt(2022, 2, 15).unwrap();
        assert_eq!(Instant::start_of(day).utc().to_rfc3339(), "2022-02-14T17:00:00+00:00");
        assert_eq!(Instant::end_of(day).utc().to_rfc3339(), "2022-02-15T17:00:00+00:00");
        assert_eq!(Instant::start_of(day).local_date(), day);
        assert_eq!((Instant::end_of(day) + TimeDelta::microseconds(-1)).local_date(), day);
    }
}
