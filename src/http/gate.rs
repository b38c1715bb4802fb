//! The middleware before everything that is done for a request: its head must not be too long, and `/v1/public/*` may be read by pages of any
//! origin, and by each client address so often.
//!
//! Inside `envelope`. The limit of paths that need a key is checked when the key is proved, and no other origin reads them.

use super::bounds;
use super::connection::Connection;
use super::envelope::Promised;
use super::error::{Code, Problem};
use super::limit::Limits;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue,
    ORIGIN, RETRY_AFTER,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};

const PUBLIC: &str = "/v1/public/";
const ANY: HeaderValue = HeaderValue::from_static("*");
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "Age, Content-Disposition, ETag, Link, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, X-Data-As-Of",
);

/// The middleware.
pub async fn gate<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    if let Err(problem) = takes(&request) {
        return Ok(refused(request, problem));
    }
    // The decoded path, by which routes are found: `/v1/%70ublic/` is no way around.
    if request.match_info().as_str().starts_with(PUBLIC) {
        // To every caller and not only to those with an `Origin`, so that caches need not keep answers apart by it.
        Promised::add(request.request(), ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        Promised::add(request.request(), ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        if is_preflight(&request) {
            return Ok(request.into_response(preflight()).map_into_right_body());
        }
        let limits = request.app_data::<web::Data<Limits>>();
        if let Err(problem) = limits.map_or(Ok(()), |limits| limits.public(request.request())) {
            return Ok(refused(request, problem));
        }
    }
    // No name has a NUL, and the database takes none: so whatever stands there is not found, like any other.
    if request.path().contains("%00") {
        return Ok(refused(request, Problem::new(Code::NotFound)));
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn refused<B>(request: ServiceRequest, problem: Problem) -> ServiceResponse<EitherBody<B, BoxBody>> {
    request.error_response(problem).map_into_right_body()
}

/// Whether the service takes the request at all.
fn takes(request: &ServiceRequest) -> Result<(), Problem> {
    if Connection::is_refused(request.request()) {
        return Err(Problem::new(Code::TooManyConnections).header(RETRY_AFTER, "1"));
    }
    bounds::check(request.request())
}

/// Whether a browser asks if it may send another request (Fetch standard, CORS-preflight).
fn is_preflight(request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer: whatever is public may be asked with any header. Credentials are never allowed.
fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, OPTIONS"))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, ANY))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}
