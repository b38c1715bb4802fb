//! The log: text for people, or JSON lines with `LOG_FORMAT=json`; a request id on every line of a request.
//!
//! Nothing personal and no secret is ever logged, at whatever level: messages hold codes, counts, route templates and
//! times, and the debugging lines of the database libraries are left out.

use clap::ValueEnum;
use env_logger::{Builder, Env};
use std::future::Future;
use std::io::Write;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// Shape of the log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line of text.
    Text,
    /// A JSON object a line.
    Json,
}

/// Runs a future whose log lines carry the request id.
pub async fn with_request_id<F: Future>(id: String, future: F) -> F::Output {
    REQUEST_ID.scope(id, future).await
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
        let at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let id = REQUEST_ID.try_with(String::clone).ok();
        match format {
            LogFormat::Json => {
                let line = serde_json::json!({
                    "at": at, "level": record.level().as_str(), "target": record.target(),
                    "request_id": id, "message": record.args().to_string(),
                });
                writeln!(out, "{line}")
            }
            LogFormat::Text => {
                // A line break in a message must not look like another line.
                let message = record.args().to_string().replace(['\n', '\r'], " | ");
                let level = record.level();
                match id {
                    Some(id) => writeln!(out, "{at} {level:<5} [{id}] {message}"),
                    None => writeln!(out, "{at} {level:<5} {message}"),
                }
            }
        }
    });
    // Fails only when a log is running already, as in tests.
    let _ = builder.try_init();
}
