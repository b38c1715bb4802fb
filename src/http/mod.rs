//! The second floor: what every endpoint does the same way. Knows HTTP and nothing of procedures or dossiers.
//!
//! `input` reads a request, `write` one that changes something, `reason` why somebody wants to see personal data, `error` says what is wrong with it; `list`, `page`,
//! `format` and `export` shape lists; `lanes` works on many items; `explained` shows the reasons of a date; `etag` and `caching` say what is new; `draining` is the way out of a process; `envelope` is the middleware around everything,
//! `gate` the one before public paths, `limit` has the rate limits, `bounds` the greatest length of a head; `connection` and `patience` are for slow
//! clients and too many of them; `routes` answers for paths that are not there, and
//! `openapi` is the frame of the API document.

pub mod bounds;
pub mod caching;
pub mod connection;
pub mod draining;
pub mod envelope;
pub mod error;
pub mod etag;
pub mod explained;
pub mod export;
pub mod format;
pub mod gate;
pub mod input;
pub mod lanes;
pub mod limit;
pub mod list;
pub mod openapi;
pub mod page;
pub mod patience;
pub mod reason;
pub mod routes;
pub mod write;
