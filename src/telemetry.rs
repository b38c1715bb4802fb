//! The log: text for people, or JSON lines with `LOG_FORMAT=json`; the ids of a request and of its trace on
//! every line of it.
//!
//! Nothing personal and no secret is ever logged, at whatever level: messages hold codes, counts, route templates and
//! times, and the debugging lines of the database libraries are left out.

use clap::ValueEnum;
use env_logger::{Builder, Env};
use std::future::Future;
use std::io::Write;
use std::rc::Rc;

tokio::task_local! {
    static IDS: Ids;
}

/// What the lines of a request carry.
#[derive(Clone, Debug)]
pub struct Ids {
    /// The id of the request.
    pub request: Rc<str>,
    /// The trace it belongs to, when its caller named one.
    pub trace: Option<Rc<str>>,
}

/// Shape of the log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line of text.
    Text,
    /// A JSON object a line.
    Json,
}

/// Runs a future whose log lines carry the ids of a request.
pub async fn with_ids<F: Future>(ids: Ids, future: F) -> F::Output {
    IDS.scope(ids, future).await
}

/// Whether a library shows the values of queries in its debugging lines, which would be personal data.
fn shows_values(target: &str) -> bool {
    ["tokio_postgres", "postgres", "diesel"].iter().any(|library| target.starts_with(library))
}

/// Starts the log at the level of `RUST_LOG`, by default `info`. Once in a process; later calls change nothing.
pub fn start(format: LogFormat) {
    let mut builder = Builder::from_env(Env::default().default_filter_or("info,actix_server=warn"));
    builder.format(move |out, record| {
        if shows_values(record.target()) && record.level() > log::Level::Info {
            return Ok(());
        }
        // What is no HTTP is the fault of whoever sent it, who must not fill the log with errors.
        if record.target().starts_with("actix_http") && record.level() == log::Level::Error {
            return Ok(());
        }
        let at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let ids = IDS.try_with(Ids::clone).ok();
        let id = ids.as_ref().map(|ids| &*ids.request);
        let trace = ids.as_ref().and_then(|ids| ids.trace.as_deref());
        match format {
            LogFormat::Json => {
                let line = serde_json::json!({
                    "at": at, "level": record.level().as_str(), "target": record.target(),
                    "request_id": id, "trace_id": trace, "message": record.args().to_string(),
                });
                writeln!(out, "{line}")
            }
            LogFormat::Text => {
                // A line break in a message must not look like another line.
                let message = record.args().to_string().replace(['\n', '\r'], " | ");
                let level = record.level();
                match (id, trace) {
                    (Some(id), Some(trace)) => writeln!(out, "{at} {level:<5} [{id} {trace}] {message}"),
                    (Some(id), None) => writeln!(out, "{at} {level:<5} [{id}] {message}"),
                    (None, _) => writeln!(out, "{at} {level:<5} {message}"),
                }
            }
        }
    });
    // Fails only when a log is running already, as in tests.
    let _ = builder.try_init();
}
