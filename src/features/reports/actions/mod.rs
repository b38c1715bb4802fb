//! What reports write.

pub mod fold;
