//! Bodies of the reviews: `review` for a review, `progress` for how far its agencies are, `sent` for what is written.

mod progress;
mod review;
mod sent;

pub use progress::{AgencyBody, AgencyFilter, ItemBody, ItemFilter, ProgressBody, RoundParameter};
pub use review::{ReviewBody, ReviewList};
pub use sent::{ConfirmationsBody, PostClosing, PostConfirmations, PostReview};
