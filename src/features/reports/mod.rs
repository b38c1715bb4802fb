//! Periodic reports on the handling of procedures: form II.06 of TT 01/2020/TT-VPCP for any period, as it is known now or was at an
//! earlier instant, and sealed for good.
//!
//! The arithmetic is in `domain/report`. Dossiers are folded into counters of local days (`actions/fold`, once a day is over), so that
//! a report sums counters instead of looking at dossiers; what was recorded since is looked at (`queries/sums`). Every cell opens to
//! its dossiers (`queries/places`), which are found by the same rule. A report that was sealed (`actions/seal`) never changes. The
//! report on disclosure (`disclosure`) puts beside each other what other features count.

pub mod actions;
pub mod disclosure;
pub mod http;
pub mod json;
pub mod listing;
pub mod numbers;
pub mod page;
pub mod printed;
pub mod queries;
pub mod table;
pub mod workbook;
