//! The second floor: what every endpoint does the same way. Knows HTTP and nothing of procedures or dossiers.
//!
//! `input` reads a request, `error` says what is wrong with it, `page` and `format` shape lists, `etag` guards
//! changes, `envelope` is the middleware around everything, `routes` answers for paths that are not there, and
//! `openapi` is the frame of the API document.

pub mod envelope;
pub mod error;
pub mod etag;
pub mod export;
pub mod format;
pub mod input;
pub mod openapi;
pub mod page;
pub mod routes;
