//! Bodies of the checks: `asked` has what they can be asked for, `checks` the counts, `finding` the row of a list.

mod asked;
mod checks;
mod finding;

pub use asked::{ChecksFilter, FindingsFilter};
pub use checks::{ChecksBody, Counted, Said};
pub use finding::FindingRow;
