//! Whether the service lives and can do its work, for those who run it; and the explanation of problems.

pub mod http;
