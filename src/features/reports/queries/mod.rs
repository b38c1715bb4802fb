//! Reads and counts for reports. Read in this order: `mirror` (the rule of `domain/report` in SQL), `fold` (counters of days),
//! `sums` (the numbers of a report), `places` (the dossiers behind a number).

pub mod fold;
pub mod mirror;
pub mod places;
pub mod sums;
