//! Reads a request: query parameters and JSON body, each into a typed struct, with a problem that names the field.
//!
//! [`Input`] is an extractor that never fails, so that a handler judges in the order of the contract: first the
//! key, then what was sent. Unknown parameters and fields are refused, never ignored.

mod explain;
mod many;
mod several;

pub use crate::domain::object::{object, objects, optional_object};
pub use many::{Many, Members, object as whole};
pub use several::Several;

use super::error::{Code, Problem};
use super::format::{Format, negotiate};
use super::patience::Patience;
use crate::domain::object::Object;
use crate::domain::refusal::{Refusal, Rule};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use uuid::Uuid;

/// The largest body, in bytes.
pub const MAX_BODY: usize = 1 << 20;

/// What a request brought along, not yet judged.
pub struct Input {
    query: String,
    accept: String,
    is_json: bool,
    body: Result<Bytes, Code>,
}

impl Input {
    /// The query parameters, for an operation that answers in JSON only.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        negotiate(None, &self.accept, &[Format::Json])?;
        self.parameters()
    }

    /// The query parameters and the format, for an operation that offers several.
    pub fn query_and_format<T: DeserializeOwned>(
        &self,
        offered: &[Format],
        asked: impl Fn(&T) -> Option<Format>,
    ) -> Result<(T, Format), Problem> {
        let query: T = self.parameters()?;
        let format = negotiate(asked(&query), &self.accept, offered)?;
        Ok((query, format))
    }

    /// The JSON body and the query parameters of a write.
    pub fn json<T: DeserializeOwned, Q: DeserializeOwned>(&self) -> Result<(T, Q), Problem> {
        let query = self.query()?;
        let body = self.body.as_ref().map_err(|code| {
            let problem = Problem::new(*code);
            if *code == Code::PayloadTooLarge {
                problem.detail(format!("At most {MAX_BODY} bytes."))
            } else {
                problem
            }
        })?;
        if !self.is_json {
            return Err(Problem::new(Code::UnsupportedMediaType));
        }
        let mut json = serde_json::Deserializer::from_slice(body);
        let Object(parsed) = serde_path_to_error::deserialize(&mut json).map_err(|e| explain::body(&e))?;
        json.end().map_err(|e| Problem::new(Code::MalformedJson).detail(e.to_string()))?;
        Ok((parsed, query))
    }

    /// The body as it was sent; empty when it could not be read.
    pub fn body(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }

    /// The query as it was sent, for binding a cursor to it.
    pub fn raw_query(&self) -> &str {
        &self.query
    }

    /// The query parameters, for an operation that has one format and asks no `Accept`.
    pub fn parameters<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        parameters(&self.query)
    }
}

/// Reads the parameters of a query.
fn parameters<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    let parameters = serde_path_to_error::deserialize(pairs).map_err(|e| explain::query(&e))?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    match pairs.find(|(_, value)| value.contains('\0')) {
        Some((name, _)) => Err(Refusal::parameter(name, Rule::InvalidValue, "must not contain NUL").into()),
        None => Ok(parameters),
    }
}

/// What a request accepts. Several headers are one list; an empty one asks for nothing in particular.
fn accept(request: &HttpRequest) -> String {
    let accepts = request.headers().get_all(ACCEPT).filter_map(|value| value.to_str().ok());
    let accepts = accepts.filter(|value| !value.trim().is_empty()).collect::<Vec<_>>().join(",");
    if accepts.is_empty() { "*/*".to_owned() } else { accepts }
}

/// The parameters of an operation that has none.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

/// The id in a path; what is none is not there.
pub fn id_of(path: &str) -> Result<Uuid, Refusal> {
    Uuid::try_parse(path).map_err(|_| Refusal::NotFound)
}

impl FromRequest for Input {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let header = |name| {
            request.headers().get(name).and_then(|v: &actix_web::http::header::HeaderValue| v.to_str().ok())
        };
        let query = request.query_string().to_owned();
        let accept = accept(request);
        let is_plain = header(CONTENT_ENCODING).is_none_or(|coding| coding.eq_ignore_ascii_case("identity"));
        let is_json = is_plain
            && header(CONTENT_TYPE).is_some()
            && request.content_type().eq_ignore_ascii_case("application/json");
        let (payload, patience) = (payload.take(), Patience::of(request).body);
        // What has no meaning is not waited for (RFC 9110 section 9.3.1).
        let has_body = request.method() != Method::GET;
        Box::pin(async move {
            let body = if has_body { in_time(payload, patience).await } else { Ok(Bytes::new()) };
            Ok(Self { query, accept, is_json, body })
        })
    }
}

/// Reads a body that must come in time.
async fn in_time(payload: Payload, patience: Duration) -> Result<Bytes, Code> {
    actix_web::rt::time::timeout(patience, read(payload)).await.unwrap_or(Err(Code::RequestTimeout))
}

/// Reads a body of at most [`MAX_BODY`] bytes.
async fn read(mut payload: Payload) -> Result<Bytes, Code> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Code::BadRequest)?;
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Code::PayloadTooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests;
