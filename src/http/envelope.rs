//! The middleware around every request: its id, its log line, and the last word on errors.
//!
//! A request id is taken from `X-Request-Id` when it is short and plain, else made. Problems get their body here.
//! A request is carried through even when its client leaves. A panic in a handler becomes a 500 like any other. HEAD is answered as GET without the body.

use super::caching::{self, DEPENDS_ON};
use super::connection::Connection;
use super::draining::Draining;
use super::error::{Code, Language, Problem};
use crate::metrics::Recorder;
use crate::telemetry::{self, Ids};
use actix_web::body::{BodySize, BoxBody, MessageBody, None as NoBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;
use uuid::Uuid;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request.
#[derive(Clone, Debug)]
pub struct RequestId(Rc<str>);

impl RequestId {
    /// The id of a request that passed the envelope.
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(|| Self("".into()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn take_or_make(request: &ServiceRequest) -> Self {
        let given = request.headers().get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
        let plain = |id: &&str| {
            (1..=128).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
        };
        match given.filter(plain) {
            Some(id) => Self(id.into()),
            None => Self(Uuid::now_v7().to_string().into()),
        }
    }
}

/// Headers that the answer to a request will have, whatever answer it will be: also a problem, whose own headers are
/// not known before it is written here.
#[derive(Clone, Default)]
pub struct Promised(Rc<RefCell<Vec<(HeaderName, HeaderValue)>>>);

impl Promised {
    /// Promises a header.
    pub fn add(request: &HttpRequest, name: HeaderName, value: HeaderValue) {
        if let Some(promised) = request.extensions().get::<Self>() {
            promised.0.borrow_mut().push((name, value));
        }
    }
}

/// What a problem's body needs of its request.
struct Asked {
    id: RequestId,
    language: Language,
    is_head: bool,
    promised: Promised,
    draining: Option<web::Data<Draining>>,
}

/// The middleware.
pub async fn envelope<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse, Error> {
    let started = Instant::now();
    let id = RequestId::take_or_make(&request);
    let promised = Promised::default();
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(promised.clone());
    let connection = Connection::of(request.request());
    if let Some(connection) = &connection {
        connection.answering();
    }
    let recorder = request.app_data::<web::Data<Recorder>>().cloned();
    let draining = request.app_data::<web::Data<Draining>>().cloned();
    let ids = Ids { request: Rc::clone(&id.0), trace: trace_id(request.headers()) };
    let method = request.method().clone();
    let is_head = method == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
    }
    // The request itself must not be kept: routing needs it for itself alone.
    let asked = Asked { language: Language::of(request.headers()), is_head, id, promised, draining };
    telemetry::with_ids(ids.clone(), async move {
        // A task of its own: what was begun is carried through, whether or not the client stays. So no transaction is
        // left half-way and no query is left running on a connection that goes back to its pool.
        let under_way = recorder.as_ref().map(|recorder| recorder.begin());
        let carried = telemetry::with_ids(ids, async move {
            let _under_way = under_way;
            next.call(request).await
        });
        let outcome = match actix_web::rt::spawn(carried).await {
            Ok(Ok(response)) => Ok(finish(response, &asked)),
            Ok(Err(error)) => {
                log::error!("a service failed: {error}");
                Err(asked.internal_error())
            }
            Err(error) => {
                log::error!(
                    "a handler panicked: {}",
                    if error.is_panic() { "see above" } else { "it was stopped" }
                );
                Err(asked.internal_error())
            }
        };
        let route = outcome.as_ref().ok().and_then(|r| r.request().match_pattern());
        let status = outcome.as_ref().map_or(500, |response| response.status().as_u16());
        let took = started.elapsed();
        if let Some(recorder) = recorder {
            recorder.end(method.as_str(), route.as_deref(), status, took);
        }
        log::info!(
            "{method} {} {status} {:.1} ms",
            route.as_deref().unwrap_or("-"),
            took.as_secs_f64() * 1e3
        );
        followed(outcome, connection)
    })
    .await
}

/// Lets the connection know when the answer has left.
fn followed(
    outcome: Result<ServiceResponse, Error>,
    connection: Option<Rc<Connection>>,
) -> Result<ServiceResponse, Error> {
    let Some(connection) = connection else { return outcome };
    match outcome {
        Ok(response) => Ok(response.map_body(|_, body| connection.follow(body))),
        Err(error) => {
            connection.asking();
            Err(error)
        }
    }
}

/// Adds the headers every answer has; gives problems their body, and answers to HEAD none.
fn finish<B: MessageBody + 'static>(response: ServiceResponse<B>, asked: &Asked) -> ServiceResponse {
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let problem = response.response().error().and_then(|e| e.as_error::<Problem>());
        let answer = match problem {
            Some(problem) => Some(asked.answer(problem)),
            None if response.headers().contains_key(CONTENT_TYPE) => None,
            None => Some(asked.answer(&Problem::new(code_for(status.as_u16())))),
        };
        if let Some(answer) = answer {
            return response.into_response(answer);
        }
    }
    let mut response = caching::finish(response);
    asked.add_headers(response.headers_mut());
    asked.end_connection(response.response_mut());
    // A body of known size tells its length and is then left out by the encoder; a stream must not even begin.
    if asked.is_head && matches!(response.response().body().size(), BodySize::Stream) {
        return response.map_body(|_, _| BoxBody::new(NoBody::new()));
    }
    response
}

impl Asked {
    /// The answer that a problem is.
    fn answer(&self, problem: &Problem) -> HttpResponse<BoxBody> {
        let mut response = problem.error_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.language.tag()));
        headers.insert(VARY, DEPENDS_ON);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        self.add_headers(headers);
        let body = problem.body(self.language, self.id.as_str()).to_string();
        self.end_connection(&mut response);
        response.set_body(BoxBody::new(body))
    }

    fn end_connection<B>(&self, answer: &mut HttpResponse<B>) {
        if let Some(draining) = &self.draining {
            draining.end_connection(answer);
        }
    }

    fn internal_error(&self) -> Error {
        let answer = self.answer(&Problem::new(Code::Internal));
        InternalError::from_response("internal error", answer).into()
    }

    /// The headers every answer has, and those that were promised for this one.
    fn add_headers(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(self.id.as_str()) {
            headers.insert(X_REQUEST_ID, value);
        }
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        for (name, value) in self.promised.0.borrow_mut().drain(..) {
            headers.insert(name, value);
        }
    }
}

/// The trace that a request belongs to, when its `traceparent` is well-formed (W3C Trace Context, section 3.2).
fn trace_id(headers: &HeaderMap) -> Option<Rc<str>> {
    let given = headers.get("traceparent")?.to_str().ok()?;
    let mut parts = given.split('-');
    let mut hex = |length: usize| {
        parts.next().filter(|part| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
    };
    let (version, trace, parent, _flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
    // Later versions may add parts, version 00 has none; ff is no version; an id of zeros is none.
    let is_well_formed = version != "ff" && (version != "00" || parts.next().is_none());
    let is_id = |id: &str| id.bytes().any(|b| b != b'0');
    (is_well_formed && is_id(trace) && is_id(parent)).then(|| trace.into())
}

/// The problem for an error status that the framework gave by itself.
const fn code_for(status: u16) -> Code {
    match status {
        404 => Code::NotFound,
        406 => Code::NotAcceptable,
        413 => Code::PayloadTooLarge,
        415 => Code::UnsupportedMediaType,
        400..500 => Code::BadRequest,
        503 => Code::Unavailable,
        _ => Code::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace_of(traceparent: &'static str) -> Option<Rc<str>> {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("traceparent"), HeaderValue::from_static(traceparent));
        trace_id(&headers)
    }

    #[test]
    fn a_well_formed_traceparent_names_the_trace() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        for good in [
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings",
        ] {
            assert_eq!(trace_of(good).as_deref(), Some(id), "{good}");
        }
    }

    #[test]
    fn a_malformed_traceparent_is_ignored() {
        for bad in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        ] {
            assert_eq!(trace_of(bad), None, "{bad}");
        }
    }
}
