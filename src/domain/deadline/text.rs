//! Sentences that explain a date, in Vietnamese and in English. `days` has those about days that are walked over.

mod days;

use super::course::Standing;
use super::reasons::Reason;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::Unit;
use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use days::Walked;
use std::fmt::{Arguments, Display, Formatter, Write};

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese.
    Vietnamese,
    /// English.
    English,
}

/// Explains a date from its reasons; the limit is in `unit`.
pub fn explain(reasons: &[Reason<'_>], standing: &Standing, unit: Unit, language: Language) -> String {
    let mut text = Text { out: String::with_capacity(512), language, unit };
    let mut walked = Walked::default();
    for reason in reasons {
        match *reason {
            Reason::Counted { date, n } => walked.counted(date, n),
            Reason::WorkedRestDay { name, .. } => walked.worked = name,
            Reason::DayOff { date, name } => walked.skipped.push((date, name)),
            Reason::WeeklyRest { date } => walked.skipped.push((date, "")),
            _ => {
                text.walked(&mut walked);
                text.step(reason);
            }
        }
    }
    text.walked(&mut walked);
    text.end(standing);
    text.out
}

struct Text {
    out: String,
    language: Language,
    unit: Unit,
}

impl Text {
    fn say(&mut self, vietnamese: Arguments<'_>, english: Arguments<'_>) {
        if !self.out.is_empty() {
            self.out.push(' ');
        }
        let sentence = self.word(vietnamese, english);
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(sentence);
    }

    fn word<T>(&self, vietnamese: T, english: T) -> T {
        if self.language == Language::Vietnamese { vietnamese } else { english }
    }

    fn date(&self, date: NaiveDate) -> Written {
        Written { date, time: None, language: self.language }
    }

    fn moment(&self, at: Instant) -> Written {
        Written { date: at.local_date(), time: Some(at.local_time()), language: self.language }
    }

    fn step(&mut self, reason: &Reason<'_>) {
        match *reason {
            Reason::StartMoved { from, to } => self.start_moved(from, to),
            Reason::DayZero { date, law } => self.day_zero(date, law),
            Reason::Stopped { from, to } => self.stopped(from, to),
            Reason::MovedToWorkingDay { date, law } => self.moved(date, law),
            Reason::Restarted { date } | Reason::Appointed { date } => self.began(reason, date),
            Reason::Extended { ground: what, date } | Reason::Segment { agency: what, date } => {
                self.leads(reason, what, date);
            }
            Reason::DeemedLate { at } => {
                let at = self.moment(at);
                self.say(
                    format_args!("Coi là quá hạn từ {at} (QĐ 766/QĐ-TTg)."),
                    format_args!("Counts as late from {at} (QĐ 766/QĐ-TTg)."),
                );
            }
            Reason::Counted { .. }
            | Reason::WeeklyRest { .. }
            | Reason::DayOff { .. }
            | Reason::WorkedRestDay { .. } => {}
        }
    }

    fn start_moved(&mut self, from: Instant, to: Instant) {
        let (from, to) = (self.moment(from), self.moment(to));
        self.say(
            format_args!("Mốc bắt đầu {from} ngoài giờ làm việc nên chuyển sang {to}."),
            format_args!("The start at {from} is outside office hours and moves to {to}."),
        );
    }

    fn day_zero(&mut self, date: NaiveDate, law: &str) {
        let date = self.date(date);
        match self.unit {
            Unit::WorkingHours => self.say(
                format_args!("Bắt đầu tính giờ từ ngày {date} ({law})."),
                format_args!("Hours are counted from {date} on ({law})."),
            ),
            Unit::SameDay => self.say(
                format_args!("Bắt đầu ngày {date}, giải quyết trong ngày ({law})."),
                format_args!("Begins on {date}, to be settled the same day ({law})."),
            ),
            Unit::WorkingDays | Unit::CalendarDays | Unit::None => self.say(
                format_args!("Ngày bắt đầu {date} không tính vào thời hạn ({law})."),
                format_args!("Day zero is {date}, which is not counted ({law})."),
            ),
        }
    }

    fn stopped(&mut self, from: Instant, to: Option<Instant>) {
        let from = self.moment(from);
        match to.map(|to| self.moment(to)) {
            Some(to) => self.say(
                format_args!("Tạm dừng từ {from} đến {to}."),
                format_args!("Stopped from {from} to {to}."),
            ),
            None => self.say(
                format_args!("Tạm dừng từ {from}, chưa tiếp tục."),
                format_args!("Stopped since {from}."),
            ),
        }
    }

    fn moved(&mut self, date: NaiveDate, law: Option<&str>) {
        let date = self.date(date);
        match law {
            Some(law) => self.say(
                format_args!("Chuyển sang ngày làm việc {date} ({law})."),
                format_args!("Moves to the working day {date} ({law})."),
            ),
            None => self.say(
                format_args!("Thời hạn chuyển đến ngày {date}."),
                format_args!("The date moves to {date}."),
            ),
        }
    }

    fn began(&mut self, reason: &Reason<'_>, date: NaiveDate) {
        let date = self.date(date);
        match reason {
            Reason::Restarted { .. } => self.say(
                format_args!("Tính lại từ đầu kể từ ngày {date} (NĐ 61/2018 Đ.19(4))."),
                format_args!("Counted again from {date} on (NĐ 61/2018 Đ.19(4))."),
            ),
            _ => self.say(
                format_args!("Xét theo ngày hẹn trả {date}."),
                format_args!("Judged by the appointed date {date}."),
            ),
        }
    }

    fn leads(&mut self, reason: &Reason<'_>, what: &str, date: NaiveDate) {
        let date = self.date(date);
        match reason {
            Reason::Segment { .. } => self.say(
                format_args!("Phần của {what} đến hết ngày {date}."),
                format_args!("The part of {what} ends on {date}."),
            ),
            _ => self.say(
                format_args!("Kéo dài đến ngày {date}: {what}."),
                format_args!("Extended to {date}: {what}."),
            ),
        }
    }

    fn end(&mut self, standing: &Standing) {
        let due_at = self.moment(standing.due_at);
        match standing.overdue_from {
            Some(from) => {
                let is_midnight = from.local_time() == NaiveTime::MIN;
                let from = if is_midnight { self.date(from.local_date()) } else { self.moment(from) };
                let day = if is_midnight { "ngày " } else { "" };
                self.say(
                    format_args!("Hạn trả kết quả: {due_at}; quá hạn từ {day}{from}."),
                    format_args!("Due at {due_at}; late from {from}."),
                );
            }
            None => self.say(
                format_args!("Hạn trước khi tạm dừng: {due_at}."),
                format_args!("Due at {due_at} before it was stopped."),
            ),
        }
        if let Some(day) = standing.restarted_on {
            let day = self.date(day);
            self.say(
                format_args!("Đã quá hạn từ trước; ngày mới {day} không xóa việc quá hạn."),
                format_args!("It was late before; the new date {day} does not clear that."),
            );
        }
    }
}

/// A date, or a moment of it. Written by hand, for `chrono` reads its pattern again each time.
struct Written {
    date: NaiveDate,
    time: Option<NaiveTime>,
    language: Language,
}

impl Display for Written {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = (self.date.year(), self.date.month(), self.date.day());
        let is_vietnamese = self.language == Language::Vietnamese;
        if let Some(time) = self.time {
            write!(f, "{:02}:{:02}", time.hour(), time.minute())?;
            if time.second() != 0 {
                write!(f, ":{:02}", time.second())?;
            }
            f.write_str(if is_vietnamese { " ngày " } else { " on " })?;
        }
        if is_vietnamese {
            write!(f, "{day:02}/{month:02}/{year:04}")
        } else {
            write!(f, "{year:04}-{month:02}-{day:02}")
        }
    }
}

/// Hundredths as a decimal: `250` is `2.5`.
pub fn decimal(hundredths: i64) -> String {
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match part {
        0 => whole.to_string(),
        part if part % 10 == 0 => format!("{whole}.{}", part / 10),
        part => format!("{whole}.{part:02}"),
    }
}
