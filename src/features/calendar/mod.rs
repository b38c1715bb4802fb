//! Office calendars: hours and the tables of years, of the country and of each agency, with what an agency inherits.
//!
//! The rules are in `domain/calendar`. `shipped` has the national tables that come with the service, `cache` the
//! calendars of all agencies in memory. A change of a calendar makes a job, which dates again the dossiers that it moves.

pub mod actions;
pub mod cache;
pub mod http;
pub mod json;
pub mod queries;
mod shipped;

pub use shipped::{national, national_calendar};
