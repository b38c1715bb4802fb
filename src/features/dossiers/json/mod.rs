//! Bodies of the dossier operations: `dossier`, `deadline`, `delays`, `explained` and `event` go out; `receive` and `record`, with the `details` of its kind, come in;
//! `batch` takes many of both; `filter` is the query of the list.

mod batch;
mod deadline;
mod delays;
mod details;
mod dossier;
mod event;
mod explained;
mod filter;
mod receive;
mod record;

pub use batch::{BatchBody, PostBatch, PostBatchItem, item};
pub use deadline::DeadlineBody;
pub use delays::DelaysBody;
pub use dossier::DossierBody;
pub use event::EventBody;
pub use explained::ExplainedBody;
pub use filter::DossierFilter;
pub use receive::PostDossier;
pub use record::PostEvent;
