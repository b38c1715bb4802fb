//! Congkhai ("công khai", to make public): publishes a government's administrative procedures and the progress of
//! the dossiers filed under them.
//!
//! The modules in reading order: what the law says, how it is stored, how it is asked for, what is offered.

// The rules, as pure functions: calendar, deadline, lifecycle, timing.
pub mod domain;

// Three doors to PostgreSQL, migrations, keyset pages, and the embedded cluster.
pub mod db;

// The HTTP kit: errors, input, pages, formats, request ids, the API document.
pub mod http;

// The service: a folder for each part of the contract.
pub mod features;

// The only place that reads the time.
pub mod clock;

// Settings by flag and environment.
pub mod config;

// The log.
pub mod telemetry;

// The metrics.
pub mod metrics;

// The loop that does what no request asks for.
pub mod worker;

// The actix application, used by the server and by the tests.
pub mod app;

// The commands of the binary.
pub mod cli;
