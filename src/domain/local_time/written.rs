//! Instants and days as text. Every answer holds many, so the digits are put down directly.

use super::{Day, Instant};
use chrono::{Datelike, NaiveDate, SecondsFormat, Timelike};
use serde::{Serialize, Serializer};
use std::fmt;

/// Room for an instant as text.
type Room = [u8; 32];

impl Instant {
    /// Writes it into `room`; `None` for years of more or fewer digits than four, which only a database made by hand holds.
    fn write(self, room: &mut Room) -> Option<&str> {
        let local = self.local().naive_local();
        *room = *b"0000-00-00T00:00:00.000000+07:00";
        write_day(local.date(), &mut room[..10])?;
        let (hour, minute, second) = (local.hour(), local.minute(), local.second());
        let micros = local.nanosecond() % 1_000_000_000 / 1_000;
        for (at, number) in [(11, hour), (14, minute), (17, second)] {
            two_digits(&mut room[at..at + 2], number);
        }
        // As many decimals as are needed, of none, three and six.
        let kept = match micros {
            0 => 19,
            _ if micros.is_multiple_of(1_000) => 23,
            _ => 26,
        };
        if kept > 19 {
            for (at, number) in [(20, micros / 10_000), (22, micros / 100 % 100), (24, micros % 100)] {
                two_digits(&mut room[at..at + 2], number);
            }
        }
        room.copy_within(26.., kept);
        std::str::from_utf8(&room[..kept + 6]).ok()
    }

    fn written_by_chrono(self) -> String {
        self.local().to_rfc3339_opts(SecondsFormat::AutoSi, false)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.write(&mut Room::default()) {
            Some(text) => f.write_str(text),
            None => f.write_str(&self.written_by_chrono()),
        }
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.write(&mut Room::default()) {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_str(&self.written_by_chrono()),
        }
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = *b"0000-00-00";
        let written = write_day(self.date(), &mut text).and_then(|()| std::str::from_utf8(&text).ok());
        match written {
            Some(text) => serializer.serialize_str(text),
            None => self.date().serialize(serializer),
        }
    }
}

/// Writes a day into ten places; `None` for a year that needs more or fewer than four of them.
fn write_day(day: NaiveDate, text: &mut [u8]) -> Option<()> {
    let year = u32::try_from(day.year()).ok().filter(|year| *year <= 9999)?;
    for (at, number) in [(0, year / 100), (2, year % 100), (5, day.month()), (8, day.day())] {
        two_digits(&mut text[at..at + 2], number);
    }
    Some(())
}

/// Writes a number below 100.
fn two_digits(text: &mut [u8], number: u32) {
    for (place, digit) in text.iter_mut().zip([number / 10, number % 10]) {
        *place = b'0' + u8::try_from(digit).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Days;

    #[test]
    fn a_day_is_written_as_chrono_writes_it() {
        let first: NaiveDate = "1899-12-28".parse().unwrap();
        for days in (0..120_000).step_by(13) {
            let day = first + Days::new(days);
            assert_eq!(serde_json::to_string(&Day::from(day)).unwrap(), format!("\"{day}\""));
        }
        for far in [NaiveDate::MIN, NaiveDate::MAX, NaiveDate::from_ymd_opt(7, 6, 5).unwrap()] {
            assert_eq!(serde_json::to_string(&Day::from(far)).unwrap(), serde_json::to_string(&far).unwrap());
        }
    }
}
