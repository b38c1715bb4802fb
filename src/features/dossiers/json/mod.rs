//! Bodies of the dossier operations: `shown` goes out, `sent` comes in, `filter` is the query of the list.

mod filter;
mod sent;
mod shown;

pub use filter::DossierFilter;
pub use sent::{PostDossier, PostEvent};
pub use shown::{ClosingBody, DossierBody, EventBody, ProcedureRef, ResultBody, TimingBody};
