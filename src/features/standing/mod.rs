//! How dossiers stand, counted: for the public, for whoever watches the service, for each agency that decides.
//!
//! It says nothing of its own about lateness: its conditions are those of `overdue/queries/mirror`, so that a count is the
//! length of the list with the same filter.

pub mod queries;
