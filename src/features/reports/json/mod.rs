//! Bodies of reports: `asked` for the parameters, `resolution` for the table, `place` for the dossiers behind a number, `sealed` for
//! reports that were sealed, `comparison` for two of them, `disclosure` for the report on disclosure, `sent` for what is sent, `period` for the standard
//! periods.

mod asked;
mod comparison;
mod disclosure;
mod period;
mod place;
mod resolution;
mod sealed;
mod sent;

pub use asked::{CellFilter, PRINTED, ReportFilter, ReportFormat};
pub use comparison::{ComparisonBody, With};
pub use disclosure::{DisclosureBody, DisclosureFilter, DisclosureRowBody};
pub use period::{PeriodBody, PeriodList, YEARS};
pub use place::PlaceBody;
pub use resolution::{ResolutionBody, RowBody};
pub use sealed::{CorrectionBody, SealedBody, SummaryBody};
pub use sent::{PostCorrection, PostReport, ReportList, SealedCellFilter};
