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

/// A message in which nothing looks like another line, or tells a terminal what to do: what does not show is written out.
fn plain(message: &str, line_break: &str) -> String {
    let mut plain = String::with_capacity(message.len());
    for c in message.chars() {
        match c {
            '\n' | '\r' => plain.push_str(line_break),
            c if is_hidden(c) => plain.extend(c.escape_unicode()),
            c => plain.push(c),
        }
    }
    plain
}

/// Control characters, separators of lines, and marks that turn the direction of writing.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
                let message = plain(&record.args().to_string(), "\n");
                let line = serde_json::json!({
                    "at": at, "level": record.level().as_str(), "target": record.target(),
                    "request_id": id, "trace_id": trace, "message": message,
                });
                writeln!(out, "{line}")
            }
            LogFormat::Text => {
                let message = plain(&record.args().to_string(), " | ");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_that_commands_nothing() {
        assert_eq!(plain("lỗi\r\n2026 ERROR x", " | "), "lỗi |  | 2026 ERROR x");
        assert_eq!(plain("a\u{1b}[31mb\u{9b}c\u{0}", " | "), r"a\u{1b}[31mb\u{9b}c\u{0}");
        assert_eq!(plain("a\u{202e}b\u{2028}c", "\n"), r"a\u{202e}b\u{2028}c");
    }
}
