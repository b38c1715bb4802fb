//! Reminders (đôn đốc, `/v1/reminders`) and the rules that issue them (`/v1/reminder-rules`).
//!
//! A reminder freezes the list of dossiers it speaks of, which is that of a feed of `overdue` at the instant of issue. What became of
//! each is in `domain/reminder`. `actions/work` is what the leader does: it runs the rules, closes and escalates.

pub mod actions;
pub mod http;
mod json;
pub mod queries;
