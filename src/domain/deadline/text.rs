//! Sentences that explain a date, in Vietnamese and in English.

use super::course::Standing;
use super::reasons::Reason;
use crate::domain::local_time::Instant;
use chrono::{NaiveDate, NaiveTime};
use std::fmt::Write;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese.
    Vietnamese,
    /// English.
    English,
}

/// Days that are named one by one; more are given by the first and the last.
const NAMED: usize = 6;

/// Explains a date from its reasons.
pub fn explain(reasons: &[Reason<'_>], standing: &Standing, language: Language) -> String {
    let mut text = Text { out: String::with_capacity(512), language };
    let mut counted: Vec<(NaiveDate, i64)> = vec![];
    let mut skipped: Vec<(NaiveDate, &str)> = vec![];
    for reason in reasons {
        match reason {
            Reason::Counted { date, n } => counted.push((*date, *n)),
            Reason::DayOff { date, name } => skipped.push((*date, name)),
            Reason::WeeklyRest { date } => skipped.push((*date, "")),
            other => {
                text.days(&mut counted, &mut skipped);
                text.reason(other);
            }
        }
    }
    text.days(&mut counted, &mut skipped);
    text.end(standing);
    text.out
}

struct Text {
    out: String,
    language: Language,
}

impl Text {
    fn say(&mut self, vietnamese: std::fmt::Arguments<'_>, english: std::fmt::Arguments<'_>) {
        if !self.out.is_empty() {
            self.out.push(' ');
        }
        let sentence = if self.language == Language::Vietnamese { vietnamese } else { english };
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(sentence);
    }

    fn date(&self, date: NaiveDate) -> impl std::fmt::Display + use<> {
        date.format(if self.language == Language::Vietnamese { "%d/%m/%Y" } else { "%Y-%m-%d" })
    }

    fn moment(&self, at: Instant) -> String {
        format!("{} {}", at.local_time().format("%H:%M"), self.date(at.local_date()))
    }

    fn reason(&mut self, reason: &Reason<'_>) {
        match *reason {
            Reason::StartMoved { from, to } => {
                let (from, to) = (self.moment(from), self.moment(to));
                self.say(
                    format_args!("Mốc bắt đầu {from} ngoài giờ làm việc, chuyển sang {to}."),
                    format_args!("The start at {from} is outside office hours and moves to {to}."),
                );
            }
            Reason::DayZero { date, law } => {
                let date = self.date(date);
                self.say(
                    format_args!("Ngày bắt đầu {date} ({law})."),
                    format_args!("Day zero is {date} ({law})."),
                );
            }
            Reason::WorkedRestDay { date, name } => {
                let date = self.date(date);
                self.say(
                    format_args!("{date} là ngày nghỉ được làm bù ({name})."),
                    format_args!("{date} is a rest day that is worked ({name})."),
                );
            }
            Reason::MovedToWorkingDay { date, law } => {
                let date = self.date(date);
                self.say(
                    format_args!("Chuyển sang ngày làm việc {date} ({law})."),
                    format_args!("Moved to the working day {date} ({law})."),
                );
            }
            Reason::Stopped { from, to: Some(to) } => {
                let (from, to) = (self.moment(from), self.moment(to));
                self.say(
                    format_args!("Tạm dừng từ {from} đến {to}."),
                    format_args!("Stopped from {from} to {to}."),
                );
            }
            Reason::Stopped { from, to: None } => {
                let from = self.moment(from);
                self.say(format_args!("Tạm dừng từ {from}."), format_args!("Stopped since {from}."));
            }
            Reason::Restarted { date } => {
                let date = self.date(date);
                self.say(
                    format_args!("Tính lại từ đầu kể từ {date} (NĐ 61/2018 Đ.19(4))."),
                    format_args!("Counted again from {date} (NĐ 61/2018 Đ.19(4))."),
                );
            }
            Reason::Extended { ground, date } => {
                let date = self.date(date);
                self.say(
                    format_args!("Kéo dài đến {date}: {ground}."),
                    format_args!("Extended to {date}: {ground}."),
                );
            }
            Reason::Segment { agency, date } => {
                let date = self.date(date);
                self.say(
                    format_args!("Phần của {agency} đến hết {date}."),
                    format_args!("The part of {agency} ends with {date}."),
                );
            }
            Reason::Appointed { date } => {
                let date = self.date(date);
                self.say(
                    format_args!("Xét theo ngày hẹn trả {date}."),
                    format_args!("Judged by the appointed date {date}."),
                );
            }
            Reason::DeemedLate { at } => {
                let at = self.moment(at);
                self.say(
                    format_args!("Coi là quá hạn từ {at} (QĐ 766/QĐ-TTg)."),
                    format_args!("Counts as late from {at} (QĐ 766/QĐ-TTg)."),
                );
            }
            Reason::Counted { .. } | Reason::WeeklyRest { .. } | Reason::DayOff { .. } => {}
        }
    }

    /// The days that were walked over since the last sentence.
    fn days(&mut self, counted: &mut Vec<(NaiveDate, i64)>, skipped: &mut Vec<(NaiveDate, &str)>) {
        if let (Some((first, _)), Some((last, n))) = (counted.first(), counted.last()) {
            let n = Hundredths(*n);
            let named = if counted.len() > NAMED {
                format!("{} … {}", self.date(*first), self.date(*last))
            } else {
                self.list(counted.iter().map(|(date, _)| (*date, "")))
            };
            self.say(format_args!("Tính đến {n}: {named}."), format_args!("Counted up to {n}: {named}."));
        }
        if !skipped.is_empty() {
            let named = if skipped.len() > NAMED {
                let days_off = self.list(skipped.iter().copied().filter(|(_, name)| !name.is_empty()));
                format!("{}{}{days_off}", skipped.len(), if days_off.is_empty() { "" } else { ": " })
            } else {
                self.list(skipped.iter().copied())
            };
            self.say(
                format_args!("Không tính ngày nghỉ: {named}."),
                format_args!("Days of rest not counted: {named}."),
            );
        }
        counted.clear();
        skipped.clear();
    }

    fn list<'n>(&self, days: impl Iterator<Item = (NaiveDate, &'n str)>) -> String {
        let mut list = String::new();
        for (date, name) in days {
            let before = if list.is_empty() { "" } else { ", " };
            let date = self.date(date);
            let _ = if name.is_empty() {
                write!(list, "{before}{date}")
            } else {
                write!(list, "{before}{date} ({name})")
            };
        }
        list
    }

    fn end(&mut self, standing: &Standing) {
        let due_on = self.date(standing.due_on);
        match standing.overdue_from {
            Some(from) if from.local_time() == NaiveTime::MIN => {
                let from = self.date(from.local_date());
                self.say(
                    format_args!("Hạn: hết ngày {due_on}; quá hạn từ ngày {from}."),
                    format_args!("Due by the end of {due_on}; late from {from}."),
                );
            }
            Some(from) => {
                let (due_at, from) = (self.moment(standing.due_at), self.moment(from));
                self.say(
                    format_args!("Hạn: {due_at}; quá hạn từ {from}."),
                    format_args!("Due at {due_at}; late from {from}."),
                );
            }
            None => self.say(
                format_args!("Hạn trước khi tạm dừng: {due_on}."),
                format_args!("Due on {due_on} before it was stopped."),
            ),
        }
        if let Some(day) = standing.restarted_on {
            let day = self.date(day);
            self.say(
                format_args!("Đã quá hạn trước đó; thời hạn mới {day} không xóa quá hạn."),
                format_args!("It was late before; the new date {day} does not clear that."),
            );
        }
    }
}

/// A number of hundredths as a decimal.
struct Hundredths(i64);

impl std::fmt::Display for Hundredths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&decimal(self.0))
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
