//! Data quality: what is wrong or suspicious in the records of dossiers, check by check, as counts and as lists.
//!
//! What each check finds, and from when on, is in `domain/quality`; the conditions, one for each, in `queries/conditions`. Nothing here
//! changes anything, and nothing here says that somebody did wrong: a finding is something to look at.

pub mod http;
pub mod json;
pub mod queries;
