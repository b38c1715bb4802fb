//! Bodies of reports: `asked` for the parameters, `resolution` for the table, `place` for the dossiers behind a number, `sealed` for
//! reports that were sealed, `comparison` for two of them.

mod asked;
mod comparison;
mod place;
mod resolution;
mod sealed;

pub use asked::{CellFilter, ReportFilter, agencies};
pub use comparison::{ComparisonBody, With};
pub use place::PlaceBody;
pub use resolution::{ResolutionBody, RowBody, agency_of};
pub use sealed::{
    CorrectionBody, PostCorrection, PostReport, ReportList, SealedBody, SealedCellFilter, SummaryBody,
};
