//! Bodies of the procedure operations: `put` what is sent as a draft, `limit` its time limits, `content` the checks of what it says,
//! `acts` publications and ends, `body` what is shown, `filter` how a list is narrowed.

mod acts;
mod body;
mod content;
mod filter;
mod limit;
mod put;

pub use acts::{PostAbolition, PostPublication, PostReplacement};
pub use body::{DiffBody, ProcedureBody, VersionsBody};
pub use filter::{Narrowed, OneProcedure, ProcedureFilter, PublicProcedureFilter, VersionsCompared};
pub use limit::{CaseLimitBody, LimitBody};
pub use put::PutProcedure;
