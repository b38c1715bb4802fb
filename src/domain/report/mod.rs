//! The arithmetic of the periodic report on the handling of procedures: form II.06 of TT 01/2020/TT-VPCP (Biểu số II.06a, b, c).
//!
//! A dossier has one place in a period (`place`): how it came in, and how it ended or stands at the last instant of the period. The
//! columns of the form count these places (`counts`), so that what came in is always what was resolved and what is pending. Nothing but
//! the history of a dossier decides (`facts`): what happened after the period does not change its place in it.
//!
//! Counting the places of all dossiers takes as long as there are many. So a dossier is also told as changes of counters on local days
//! (`changes`), which are summed once and for all. A property test proves that both come to the same numbers; `features/reports`
//! has the mirror of both in SQL. The periods for which reports are due are in `standard`.

mod changes;
mod counts;
mod facts;
mod place;
mod standard;

pub use changes::{Change, Measure, Tally, Took, changes};
pub use counts::Counts;
pub use facts::{End, Facts, Interruptions, Stop, Undone};
pub use place::{Intake, Place, Standing, columns, place};
pub use standard::{Basis, Standard, bases};

use super::local_time::Instant;
use super::period::Period;
use chrono::TimeDelta;

/// What a report looks at: a period, and the instant as of which it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The period.
    pub period: Period,
    /// As of when. Within the period it is not over yet, and what is overdue is so by this instant.
    pub now: Instant,
}

impl Frame {
    /// The first instant of the period.
    pub fn begins(self) -> Instant {
        Instant::start_of(self.period.from)
    }

    /// The first instant after it.
    pub fn ends(self) -> Instant {
        Instant::end_of(self.period.to)
    }

    /// The instant by which something is overdue: the last of the period, or as of when the report is made when that is earlier.
    pub fn judges_at(self) -> Instant {
        (self.ends() + TimeDelta::microseconds(-1)).min(self.now)
    }
}

#[cfg(test)]
mod tests;
