//! The words of disclosure.

use super::UnknownWord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// How an agency stands with a procedure that it is to disclose (công khai). The first that matches holds; the rule is in
    /// `domain/disclosure`.
    DisclosureState {
        /// It disclosed nothing of it, and the limit is over.
        Missing = "missing",
        /// The version in force is not disclosed, and the limit runs.
        Pending = "pending",
        /// It discloses an older version than the one in force, and the limit of that one is over.
        Outdated = "outdated",
        /// The version lacks a part that it must have.
        Incomplete = "incomplete",
        /// Nobody has verified for too long that what is disclosed is right.
        Stale = "stale",
        /// It was disclosed in the period, and after the limit.
        Late = "late",
        /// None of these.
        Current = "current",
    }
}
