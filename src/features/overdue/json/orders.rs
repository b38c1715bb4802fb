//! The orders of the lists beside the overdue feed: the first is that of a list when none is asked for.

use serde::Deserialize;
use utoipa::ToSchema;

/// Orders of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
pub enum DueSoonSort {
    /// What is late first, first.
    #[serde(rename = "due_on")]
    First,
    /// What is late last, first.
    #[serde(rename = "-due_on")]
    Other,
}

/// Orders of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
pub enum StaleSort {
    /// The longest silence first.
    #[serde(rename = "-days_silent")]
    First,
    /// The shortest silence first.
    #[serde(rename = "days_silent")]
    Other,
}

/// Orders of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
pub enum LateSort {
    /// The latest end first.
    #[serde(rename = "-ended_at")]
    First,
    /// The earliest end first.
    #[serde(rename = "ended_at")]
    Other,
}

/// Orders of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
pub enum UnansweredSort {
    /// The earliest day first.
    #[serde(rename = "answer_by")]
    First,
    /// The latest day first.
    #[serde(rename = "-answer_by")]
    Other,
}
