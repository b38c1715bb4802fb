//! Asks a service over HTTP or HTTPS, and says in one line what went wrong.

use serde::Deserialize;
use std::io::Read;
use std::path::Path;
use std::time::Duration;
use ureq::http::{Response, StatusCode, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

/// How long the service may take to be reached.
const CONNECT: Duration = Duration::from_secs(10);
/// How long it may send nothing: its list has to be found first.
const SILENCE: Duration = Duration::from_mins(2);
/// How much of a problem is read.
const MOST_OF_A_PROBLEM: u64 = 64 << 10;

/// A service and the key to it.
pub(super) struct Service {
    agent: Agent,
    url: String,
    key: String,
}

/// What is shown of a problem (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    title: String,
    detail: Option<String>,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    parameter: Option<String>,
    message: String,
}

impl Fault {
    fn line(self) -> String {
        match self.parameter {
            Some(parameter) => format!("{parameter}: {}", self.message),
            None => self.message,
        }
    }
}

/// Reads the address of a service.
pub(super) fn address(text: &str) -> Result<String, String> {
    let url = text.trim().trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_good = host.is_some_and(|host| {
        !host.is_empty() && !host.starts_with('/') && !host.contains(['?', '#', '@', ' '])
    });
    if is_good {
        Ok(url.to_owned())
    } else {
        Err("must be an address such as https://congkhai.example.gov.vn".into())
    }
}

impl Service {
    /// A service at an address. `ca_file` has the certificates to trust instead of those that browsers know.
    pub(super) fn new(url: String, key: &str, ca_file: Option<&Path>) -> Result<Self, String> {
        let roots = ca_file.map_or(Ok(RootCerts::WebPki), trusted)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A key goes to the address that was given and nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .user_agent(concat!("congkhai/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(roots).build());
        Ok(Self { agent: config.build().new_agent(), url, key: key.to_owned() })
    }

    /// The whole list of what is overdue, as it comes.
    pub(super) fn overdue(&self, format: &str, agency: Option<&str>) -> Result<impl Read + use<>, String> {
        let url = format!("{}/v1/overdue", self.url);
        let mut request = self.agent.get(&url).query("format", format);
        if let Some(agency) = agency {
            request = request.query("agency", agency);
        }
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.key));
        let answer = request.call().map_err(|e| format!("no answer from {}: {e}", self.url))?;
        let expected = if format == "csv" { "text/csv" } else { "application/x-ndjson" };
        if answer.status() == StatusCode::OK && media_type(&answer) == expected {
            return Ok(answer.into_body().into_reader());
        }
        Err(self.refused(answer))
    }

    /// Why there is no list.
    fn refused(&self, answer: Response<Body>) -> String {
        let (status, media_type) = (answer.status(), media_type(&answer));
        let retry_after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let again = retry_after
            .map(|seconds| format!(" Try again in {} s.", seconds.escape_debug()))
            .unwrap_or_default();
        let mut text = String::new();
        // What cannot be read whole is no problem of the service.
        let _ = answer.into_body().into_reader().take(MOST_OF_A_PROBLEM).read_to_string(&mut text);
        let problem =
            serde_json::from_str::<Problem>(&text).ok().filter(|_| media_type == "application/problem+json");
        let Some(problem) = problem else {
            return format!(
                "{} answered {status} and is no Congkhai service, or something stands before it: see CONGKHAI_URL",
                self.url
            );
        };
        let why = if problem.errors.is_empty() {
            problem.detail.unwrap_or_default()
        } else {
            problem.errors.into_iter().map(Fault::line).collect::<Vec<_>>().join("; ")
        };
        let what_to_do = match status {
            StatusCode::UNAUTHORIZED => " The key is unknown, or has ended: see CONGKHAI_KEY.",
            StatusCode::FORBIDDEN => " Ask for a key that may: see CONGKHAI_KEY.",
            _ => "",
        };
        let line = format!("the service refused ({status}): {}. {why}{what_to_do}{again}", problem.title);
        // One line, and nothing that a terminal would obey.
        line.replace(char::is_control, " ").trim_end().to_owned()
    }
}

fn media_type(answer: &Response<Body>) -> String {
    let value = answer.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase()
}

fn trusted(file: &Path) -> Result<RootCerts, String> {
    let content = std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    let mut found: Vec<Certificate<'static>> = vec![];
    for item in parse_pem(&content) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(e) => return Err(format!("{} is not in PEM: {e}", file.display())),
        }
    }
    if found.is_empty() {
        Err(format!("{} holds no certificate in PEM", file.display()))
    } else {
        Ok(RootCerts::new_with_certs(&found))
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_has_a_scheme_and_a_host_and_no_query() {
        for (text, read) in [
            ("https://congkhai.example.gov.vn", Some("https://congkhai.example.gov.vn")),
            ("http://127.0.0.1:8080/", Some("http://127.0.0.1:8080")),
            ("https://example.gov.vn/congkhai//", Some("https://example.gov.vn/congkhai")),
            ("congkhai.example.gov.vn", None),
            ("ftp://example.gov.vn", None),
            ("https://", None),
            ("https:///v1", None),
            ("https://user@example.gov.vn", None),
            ("https://example.gov.vn?x=1", None),
            ("", None),
        ] {
            assert_eq!(address(text).ok().as_deref(), read, "{text}");
        }
    }
}
