//! The index that directs and assesses public administrative services (Bộ chỉ số, QĐ 766/QĐ-TTg): the metrics of which the service knows what
//! they count, and what is behind each.
//!
//! The metrics and their points are in `domain/index766`. It has no queries of its own: whether dossiers are on time is read as reports
//! read it (ADR 71), and whether procedures are disclosed as compliance does (`openness`).

pub mod http;
pub mod json;
pub mod openness;
