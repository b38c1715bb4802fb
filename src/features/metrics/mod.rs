//! `GET /metrics`: what the process counts, for Prometheus. What is counted stands in `crate::metrics`.

pub mod actions;
pub mod http;
