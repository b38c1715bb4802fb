//! Whether agencies disclose (công khai) what they are to disclose: each agency's procedures, and compliance by agency.
//!
//! The rule is in `domain/disclosure`. A list or a count is never stored: `assess` holds the procedures in force against what
//! the agencies recorded, at any instant and with what was known then; `metrics` judges it by the national index.

pub mod actions;
pub mod assess;
pub mod http;
pub mod json;
pub mod metrics;
pub mod queries;
