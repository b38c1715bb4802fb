//! Bodies of reports: `asked` for the parameters, `resolution` for the table, `place` for the dossiers behind a number.

mod asked;
mod place;
mod resolution;

pub use asked::{CellFilter, ReportFilter};
pub use place::PlaceBody;
pub use resolution::{LateRecorded, ResolutionBody, RowBody};
