//! Asks a service over HTTP or HTTPS, and says in one line what went wrong. For the commands that are clients.

use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::http::{Request, Response, StatusCode, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

/// How long the service may take to be reached.
const CONNECT: Duration = Duration::from_secs(10);
/// How long it may send nothing: its list has to be found first.
const SILENCE: Duration = Duration::from_mins(2);
/// How much of a problem is read.
const MOST_OF_A_PROBLEM: u64 = 64 << 10;
/// How much of any other answer is read.
const MOST_OF_AN_ANSWER: u64 = 64 << 20;
/// How often something is asked again when the service is busy, and how long it is waited at most each time.
const TRIES: u32 = 5;
const LONGEST_WAIT: u64 = 60;

/// Where the service is, and who asks.
#[derive(Args)]
pub(super) struct Connection {
    /// Address of the service, such as `https://congkhai.example.gov.vn`
    #[arg(long, env = "CONGKHAI_URL", default_value = "http://127.0.0.1:8080", value_parser = address, value_name = "URL")]
    url: String,
    /// Key to the service. In the environment it is hidden from the others on the machine, as an argument it is not
    #[arg(long, env = "CONGKHAI_KEY", hide_env_values = true, value_name = "KEY")]
    key: Option<String>,
    /// File with the certificates, in PEM, of the authority that the service's own is from; those that browsers know when
    /// not given
    #[arg(long, env = "CONGKHAI_CA_FILE", value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

impl Connection {
    /// The service, for a command that needs a key with a scope.
    pub(super) fn service(self, scope: &str) -> Result<Service, String> {
        let key = self.key.filter(|key| !key.trim().is_empty());
        let key =
            key.ok_or_else(|| format!("no key is given: set CONGKHAI_KEY to one with the scope {scope}"))?;
        Service::new(self.url, key.trim(), self.ca_file.as_deref())
    }
}

/// An answer to one request.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) etag: Option<String>,
    pub(super) body: Value,
    /// What is to be said when the status is no good one.
    pub(super) refusal: Option<String>,
}

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
    pointer: Option<String>,
    message: String,
}

impl Fault {
    fn line(self) -> String {
        match self.parameter.or(self.pointer) {
            Some(place) => format!("{place}: {}", self.message),
            None => self.message,
        }
    }
}

/// Reads the address of a service.
fn address(text: &str) -> Result<String, String> {
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
    fn new(url: String, key: &str, ca_file: Option<&Path>) -> Result<Self, String> {
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

    /// A whole list, as it comes. `expected` is its media type.
    pub(super) fn list(
        &self,
        path: &str,
        query: &[(&str, &str)],
        expected: &str,
    ) -> Result<impl Read + use<>, String> {
        let request = self.agent.get(format!("{}{path}", self.url)).query_pairs(query.iter().copied());
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.key));
        let answer = request.call().map_err(|e| self.no_answer(&e))?;
        if answer.status() == StatusCode::OK && media_type(&answer) == expected {
            return Ok(answer.into_body().into_reader());
        }
        Err(self.refused(answer))
    }

    /// Asks for one thing, with what the request carries; again when the service is busy. An error is one that no other request
    /// would be spared.
    pub(super) fn ask(
        &self,
        method: &str,
        path: &str,
        if_match: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, String> {
        let text = body.map(Value::to_string);
        for attempt in 1.. {
            let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.key));
            if let Some(tag) = if_match {
                request = request.header(header::IF_MATCH, tag);
            }
            // Without a body there is none, not one of no length.
            let answer = match &text {
                Some(text) => {
                    let request =
                        request.header(header::CONTENT_TYPE, "application/json").body(text.as_str());
                    request.map_err(ureq::Error::from).and_then(|request| self.agent.run(request))
                }
                None => {
                    request.body(()).map_err(ureq::Error::from).and_then(|request| self.agent.run(request))
                }
            };
            let answer = answer.map_err(|e| self.no_answer(&e))?;
            let (status, seconds) = (answer.status(), retry_after(&answer));
            let is_busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
            if is_busy && attempt < TRIES {
                let wait = seconds.and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, LONGEST_WAIT);
                std::thread::sleep(Duration::from_secs(wait));
                continue;
            }
            let gives_up = is_busy
                || status.is_server_error()
                || matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
            if gives_up {
                return Err(self.refused(answer));
            }
            return self.read(answer);
        }
        Err("asked in vain".into())
    }

    fn read(&self, answer: Response<Body>) -> Result<Answer, String> {
        let status = answer.status();
        let etag = answer.headers().get(header::ETAG).and_then(|value| value.to_str().ok()).map(Into::into);
        if !status.is_success() {
            let refusal = Some(self.refused(answer));
            return Ok(Answer { status, etag, body: Value::Null, refusal });
        }
        if media_type(&answer) != "application/json" {
            return Err(self.refused(answer));
        }
        let body = serde_json::from_reader(answer.into_body().into_reader().take(MOST_OF_AN_ANSWER));
        let body = body.map_err(|e| format!("the answer of {} was cut off: {e}", self.url))?;
        Ok(Answer { status, etag, body, refusal: None })
    }

    fn no_answer(&self, why: &ureq::Error) -> String {
        format!("no answer from {}: {why}", self.url)
    }

    /// Why there is no good answer.
    fn refused(&self, answer: Response<Body>) -> String {
        let (status, media_type) = (answer.status(), media_type(&answer));
        let again = retry_after(&answer)
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

fn retry_after(answer: &Response<Body>) -> Option<&str> {
    answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok())
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
