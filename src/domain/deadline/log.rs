//! Who listens while a deadline is computed: somebody who wants the reasons, or nobody.

use super::reasons::Reason;
use chrono::NaiveDate;

/// A listener.
pub trait Log<'a> {
    /// Whether anybody listens: if not, nothing is walked day by day.
    const LISTENS: bool;
    /// Hears a reason.
    fn tell(&mut self, reason: Reason<'a>);
    /// Forgets the days after `day` that were told since the clock last stopped, and says how much of the present part
    /// had been counted through it, in hundredths of the unit.
    fn back_to(&mut self, day: NaiveDate) -> i64;
    /// Forgets how the parts of a chained limit end, from the part of this number on.
    fn back_into(&mut self, part: usize);
    /// Forgets every day that was counted.
    fn restart(&mut self);
    /// Hears where it all leads to; a reason only if the last one leads elsewhere.
    fn ends_on(&mut self, day: NaiveDate);
}

/// Nobody.
pub struct NoLog;

impl<'a> Log<'a> for NoLog {
    const LISTENS: bool = false;
    fn tell(&mut self, _: Reason<'a>) {}
    fn back_to(&mut self, _: NaiveDate) -> i64 {
        0
    }
    fn back_into(&mut self, _: usize) {}
    fn restart(&mut self) {}
    fn ends_on(&mut self, _: NaiveDate) {}
}
