//! The middleware around every request: its id, its log line, and the last word on errors.
//!
//! A request id is taken from `X-Request-Id` when it is short and plain, else made. Problems get their body here.
//! A panic in a handler becomes a 500 like any other. HEAD is answered as GET without the body.

use super::error::{Code, Language, Problem};
use crate::telemetry;
use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody, None as NoBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Instant;
use uuid::Uuid;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, and who made it once that is known.
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

/// The middleware.
pub async fn envelope<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<BoxBody, EitherBody<NoBody, B>>>, Error> {
    let started = Instant::now();
    let id = RequestId::take_or_make(&request);
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let is_head = method == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
    }
    let http = request.request().clone();
    let id_text = id.as_str().to_owned();
    telemetry::with_request_id(id_text, async move {
        let answered = AssertUnwindSafe(next.call(request)).catch_unwind().await;
        let response = match answered {
            Ok(Ok(response)) => finish(response, &http, &id, is_head),
            Ok(Err(error)) => problem_response(&http, problem_of(&error), &id),
            Err(_) => {
                log::error!("a handler panicked");
                problem_response(&http, &Problem::new(Code::Internal), &id)
            }
        };
        let route = http.match_pattern().unwrap_or_else(|| "-".into());
        let millis = started.elapsed().as_secs_f64() * 1e3;
        log::info!("{method} {route} {} {millis:.1} ms", response.status().as_u16());
        Ok(response)
    })
    .await
}

type Answer<B> = ServiceResponse<EitherBody<BoxBody, EitherBody<NoBody, B>>>;

/// Adds the headers every answer has; gives problems their body, and answers to HEAD none.
fn finish<B: MessageBody + 'static>(
    mut response: ServiceResponse<B>,
    http: &HttpRequest,
    id: &RequestId,
    is_head: bool,
) -> Answer<B> {
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let error = response.response().error();
        let own = error.and_then(|e| e.as_error::<Problem>());
        match own {
            Some(problem) => return problem_response(http, problem, id),
            None if !response.headers().contains_key(CONTENT_TYPE) => {
                return problem_response(http, &Problem::new(code_for(status.as_u16())), id);
            }
            None => {}
        }
    }
    add_headers(response.headers_mut(), id);
    if is_head {
        if let BodySize::Sized(length) = response.response().body().size() {
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        return response.map_body(|_, _| EitherBody::Right { body: EitherBody::Left { body: NoBody::new() } });
    }
    response.map_body(|_, body| EitherBody::Right { body: EitherBody::Right { body } })
}

fn problem_response<B: MessageBody + 'static>(http: &HttpRequest, problem: &Problem, id: &RequestId) -> Answer<B> {
    let language = Language::of(http.headers());
    let mut response: HttpResponse = actix_web::ResponseError::error_response(problem);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(VARY, HeaderValue::from_static("Accept-Language, Authorization"));
    add_headers(headers, id);
    let body = problem.body(language, id.as_str()).to_string();
    let response = response.set_body(BoxBody::new(body));
    ServiceResponse::new(http.clone(), response).map_body(|_, body| EitherBody::Left { body })
}

fn add_headers(headers: &mut actix_web::http::header::HeaderMap, id: &RequestId) {
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(X_REQUEST_ID, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

fn problem_of(error: &Error) -> &Problem {
    const OTHER: &Problem = &Problem { code: Code::Internal, detail: None, violations: vec![], members: vec![], headers: vec![] };
    error.as_error::<Problem>().unwrap_or(OTHER)
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
