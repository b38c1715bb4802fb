//! What caches may keep of an answer, and the 304 for those who have it already (RFC 9110 section 13, RFC 9111).
//!
//! Every GET answer but health and metrics has a tag: a handler sets the one that it can tell without a body, else it
//! is a digest of the body. The rest follows from the path alone, so no handler repeats it.

use super::etag::{self, Tag};
use actix_web::body::{self, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, VARY};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

/// What an answer depends on besides its address.
pub(super) const DEPENDS_ON: HeaderValue =
    HeaderValue::from_static("Accept, Accept-Language, Authorization, X-Access-Reason");

/// Seconds for which a cache may show a public answer without asking again.
const PUBLIC: HeaderValue = HeaderValue::from_static("public, max-age=10");
/// For the holder of the key alone, who asks each time whether it has changed.
const KEYED: HeaderValue = HeaderValue::from_static("private, no-cache");
/// Never kept.
const NEVER: HeaderValue = HeaderValue::from_static("no-store");

/// Adds tag, `Vary` and `Cache-Control` to an answer, and empties it when its caller has it.
pub(super) fn finish<B: MessageBody + 'static>(response: ServiceResponse<B>) -> ServiceResponse {
    let response = response.map_into_boxed_body();
    let (request, mut answer) = response.into_parts();
    let may_be_kept = set_headers(&request, answer.headers_mut());
    if !may_be_kept || request.method() != Method::GET || answer.status() != StatusCode::OK {
        return ServiceResponse::new(request, answer);
    }
    let answer = match answer.headers().get(ETAG) {
        Some(_) => answer,
        None => tagged(answer),
    };
    let known = answer.headers().get(ETAG).and_then(|tag| tag.to_str().ok());
    if known.is_some_and(|tag| etag::is_known(tag, request.headers())) {
        return ServiceResponse::new(request, not_modified(answer));
    }
    ServiceResponse::new(request, answer)
}

/// Says who may keep the answer; false when nobody may.
fn set_headers(request: &HttpRequest, headers: &mut HeaderMap) -> bool {
    headers.insert(VARY, DEPENDS_ON);
    // As it was routed: `/%761/dossiers` leads to `/v1/dossiers` and must not be taken for something public.
    let path = request.match_info().as_str();
    let set = if path.starts_with("/health/") || path == "/metrics" {
        NEVER
    } else if path.starts_with("/v1/") && !path.starts_with("/v1/public/") {
        KEYED
    } else {
        PUBLIC
    };
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, set);
    }
    headers.get(CACHE_CONTROL) != Some(&NEVER)
}

/// Gives an answer whose body is all there the tag of that body. A stream has its own tag or none.
fn tagged(answer: HttpResponse) -> HttpResponse {
    let (mut answer, body) = answer.into_parts();
    match body.try_into_bytes() {
        Ok(bytes) => {
            tag_body(answer.headers_mut(), &bytes);
            answer.set_body(BoxBody::new(bytes))
        }
        Err(body) => answer.set_body(body),
    }
}

/// Forbids caches to keep an answer.
pub fn never<B>(answer: &mut HttpResponse<B>) {
    answer.headers_mut().insert(CACHE_CONTROL, NEVER);
}

/// Puts a tag in its header.
pub fn set<B>(answer: &mut HttpResponse<B>, tag: &Tag) {
    insert(answer.headers_mut(), tag);
}

/// Puts the tag of a body in its header, unless there is one.
pub fn tag_body(headers: &mut HeaderMap, body: &[u8]) {
    if !headers.contains_key(ETAG) {
        insert(headers, &Tag::of_body(body));
    }
}

fn insert(headers: &mut HeaderMap, tag: &Tag) {
    if let Ok(value) = HeaderValue::from_str(tag.as_str()) {
        headers.insert(ETAG, value);
    }
}

/// The answer to a caller that has the body already: the same headers, but those of the body.
fn not_modified(mut answer: HttpResponse) -> HttpResponse {
    *answer.status_mut() = StatusCode::NOT_MODIFIED;
    answer.headers_mut().remove(CONTENT_TYPE);
    answer.set_body(BoxBody::new(body::None::new()))
}
