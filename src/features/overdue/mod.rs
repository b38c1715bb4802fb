//! What is overdue: the feed for scripts, and the one reading of lateness that every other feature uses.
//!
//! The definition is in `domain/timing`; `queries/mirror` says it again in SQL, and a property test proves that the
//! two agree.

pub mod http;
pub mod json;
pub mod queries;
