//! What reports write.

pub mod fold;
pub mod seal;
