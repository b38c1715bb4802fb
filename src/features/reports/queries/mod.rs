//! Reads and counts for reports. Read in this order: `mirror` (the rule of `domain/report` in SQL), `fold` (counters of days),
//! `sums` (the numbers of a report), `late` (what was recorded of them when the period was over), `index766` (the same for the national index), `months` (for its chart), `places` (the dossiers behind a number), `check` (whether the counters are what they should be),
//! `sealed` (reports that were sealed).

pub mod check;
pub mod fold;
pub mod index766;
pub mod late;
pub mod mirror;
pub mod months;
pub mod places;
pub mod sealed;
pub mod sums;
