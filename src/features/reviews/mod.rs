//! Review campaigns (đợt rà soát, `/v1/reviews`): a dispatch orders agencies to look at every procedure that they handle, each
//! confirms what it found, and everybody sees how far they are.
//!
//! The rounds of a campaign are in `domain/review`, what an agency is to confirm is what it is to disclose: `disclosure/assess`.
//! `assess` holds the two against what was confirmed.

pub mod actions;
pub mod assess;
pub mod http;
pub mod json;
pub mod progress;
pub mod queries;
