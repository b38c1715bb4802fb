//! What the lateness operations show and ask for: `overdue` has the overdue feed, `feeds` the other lists with their `orders`, `summary` the counts. They are
//! `narrowed` alike.

mod feeds;
mod narrowed;
mod orders;
mod overdue;
mod summary;

pub use feeds::{DueSoonFilter, FeedFilter, LateFilter, LatenessRow, StaleFilter, UnansweredFilter};
pub use overdue::{OverdueFilter, OverdueRow};
pub use summary::{Cells, SummaryBody, SummaryFilter};
