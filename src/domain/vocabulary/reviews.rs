//! The words of review campaigns.

use super::UnknownWord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// What an agency says of a procedure that it has looked at: right as it is (giữ nguyên), to be amended (sửa đổi, bổ sung), to be
    /// abolished (bãi bỏ).
    ReviewOutcome { Current = "current", NeedsUpdate = "needs_update", ToBeAbolished = "to_be_abolished", }
}

words! {
    /// Whether a review campaign runs.
    ReviewStatus { Open = "open", Closed = "closed", }
}
