//! The middleware around every request: its id, its log line, and the last word on errors.
//!
//! A request id is taken from `X-Request-Id` when it is short and plain, else made. Problems get their body here.
//! A request is carried through even when its client leaves. A panic in a handler becomes a 500 like any other. HEAD is answered as GET without the body.

use super::caching::{self, DEPENDS_ON};
use super::error::{Code, Language, Problem};
use crate::telemetry;
use actix_web::body::{BodySize, BoxBody, MessageBody, None as NoBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError};
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

/// What a problem's body needs of its request.
struct Asked {
    id: RequestId,
    language: Language,
    is_head: bool,
}

/// The middleware.
pub async fn envelope<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse, Error> {
    let started = Instant::now();
    let id = RequestId::take_or_make(&request);
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let is_head = method == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
    }
    // The request itself must not be kept: routing needs it for itself alone.
    let asked = Asked { language: Language::of(request.headers()), is_head, id };
    telemetry::with_request_id(asked.id.as_str().to_owned(), async move {
        // A task of its own: what was begun is carried through, whether or not the client stays. So no transaction is
        // left half-way and no query is left running on a connection that goes back to its pool.
        let carried = telemetry::with_request_id(asked.id.as_str().to_owned(), next.call(request));
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
        let route =
            outcome.as_ref().ok().and_then(|r| r.request().match_pattern()).unwrap_or_else(|| "-".into());
        let status = outcome.as_ref().map_or(500, |response| response.status().as_u16());
        log::info!("{method} {route} {status} {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
        outcome
    })
    .await
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
    add_headers(response.headers_mut(), &asked.id);
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
        add_headers(headers, &self.id);
        let body = problem.body(self.language, self.id.as_str()).to_string();
        response.set_body(BoxBody::new(body))
    }

    fn internal_error(&self) -> Error {
        let answer = self.answer(&Problem::new(Code::Internal));
        InternalError::from_response("internal error", answer).into()
    }
}

fn add_headers(headers: &mut HeaderMap, id: &RequestId) {
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(X_REQUEST_ID, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
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
