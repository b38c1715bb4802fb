//! Sentences about the days that are walked over: counted, or not.

use super::{Text, decimal};
use crate::domain::vocabulary::Unit;
use chrono::NaiveDate;
use std::fmt::Write;

/// Days that are named one by one; more are given by the first and the last.
const NAMED: usize = 6;

/// Days with a name of their own that are listed.
const LISTED: usize = 12;

/// The days that were walked over since the last sentence, some with a name.
#[derive(Default)]
pub(super) struct Walked<'a> {
    pub counted: Vec<(NaiveDate, &'a str)>,
    /// How much is counted by the last of them, in hundredths.
    pub n: i64,
    pub skipped: Vec<(NaiveDate, &'a str)>,
    /// Name of the worked rest day that is counted next.
    pub worked: &'a str,
}

impl Walked<'_> {
    pub fn counted(&mut self, date: NaiveDate, n: i64) {
        self.counted.push((date, std::mem::take(&mut self.worked)));
        self.n = n;
    }
}

impl Text {
    pub(super) fn walked(&mut self, walked: &mut Walked<'_>) {
        if !walked.counted.is_empty() {
            let days = self.counted_days(&walked.counted);
            let n = self.amount(walked.n);
            if self.unit == Unit::SameDay {
                self.say(
                    format_args!("Sau giờ quy định nên trả kết quả trong ngày làm việc tiếp theo: {days}."),
                    format_args!("After the cut-off, so due on the next working day: {days}."),
                );
            } else {
                self.say(
                    format_args!("Tính các ngày {days}: tổng cộng {n}."),
                    format_args!("Counted {days}: {n} in all."),
                );
            }
        }
        if !walked.skipped.is_empty() {
            let days = self.skipped_days(&walked.skipped);
            if self.unit == Unit::CalendarDays {
                self.say(
                    format_args!("Ngày cuối rơi vào ngày nghỉ: {days}."),
                    format_args!("The last day is a day of rest: {days}."),
                );
            } else {
                self.say(
                    format_args!("Không tính ngày nghỉ: {days}."),
                    format_args!("Days of rest not counted: {days}."),
                );
            }
        }
        *walked = Walked::default();
    }

    fn amount(&self, n: i64) -> String {
        let unit = match self.unit {
            Unit::WorkingHours => self.word("giờ làm việc", "office hour"),
            Unit::CalendarDays => self.word("ngày", "calendar day"),
            _ => self.word("ngày làm việc", "working day"),
        };
        let plural = if n == 100 { "" } else { self.word("", "s") };
        format!("{} {unit}{plural}", decimal(n))
    }

    fn counted_days(&self, days: &[(NaiveDate, &str)]) -> String {
        let ([(first, _), .., (last, _)], true) = (days, days.len() > NAMED) else { return self.list(days) };
        let worked: Vec<_> = days.iter().copied().filter(|(_, name)| !name.is_empty()).collect();
        let with = if worked.is_empty() { "" } else { self.word(", có ", ", with ") };
        format!("{} … {}{with}{}", self.date(*first), self.date(*last), self.list(&worked))
    }

    fn skipped_days(&self, days: &[(NaiveDate, &str)]) -> String {
        if days.len() <= NAMED {
            return self.list(days);
        }
        let named: Vec<_> = days.iter().copied().filter(|(_, name)| !name.is_empty()).collect();
        let with = if named.is_empty() { "" } else { self.word(", trong đó có ", ", among them ") };
        format!("{} {}{with}{}", days.len(), self.word("ngày", "days"), self.list(&named))
    }

    fn list(&self, days: &[(NaiveDate, &str)]) -> String {
        let mut list = String::new();
        for (date, name) in days.iter().take(LISTED) {
            let before = if list.is_empty() { "" } else { ", " };
            let date = self.date(*date);
            let _ = if name.is_empty() {
                write!(list, "{before}{date}")
            } else {
                write!(list, "{before}{date} ({name})")
            };
        }
        list + if days.len() > LISTED { ", …" } else { "" }
    }
}
