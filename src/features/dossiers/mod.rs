//! Dossiers (hồ sơ): receive them, record what happens to them, show where they stand.
//!
//! The row in `dossiers` is the present state; `dossier_events` is the history it is derived from, in the same
//! transaction. Personal data is `sealed` in tables of its own, and leaves them unmasked only as `personal` says. Read `actions` for what a
//! write does, `history` for how the records tell what happened, `json` for what is shown; when something is late is in `domain/timing`.

pub mod actions;
pub mod canonical;
pub mod history;
pub mod http;
pub mod json;
pub mod narrow;
pub mod queries;
pub mod sealed;
pub mod sought;
