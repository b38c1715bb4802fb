//! Public answers in memory for a few seconds, so that a page which many look at costs the database little.
//!
//! Public answers may lag: each says in `X-Data-As-Of` of which instant it shows everything, which is when it was read or, from a replica, a little before; and in `Age` how long ago that is, which caches
//! on the way subtract from the time they may keep it (RFC 9111 section 5.1). Refusals and streams are not kept.

use crate::domain::local_time::Instant;
use crate::http::caching;
use crate::http::error::Problem;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT, AGE, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LINK,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

const X_DATA_AS_OF: HeaderName = HeaderName::from_static("x-data-as-of");

/// How long a request waits for its turn.
const WAIT: Duration = Duration::from_secs(5);

/// Memory for answers, in bytes.
const CAPACITY: u64 = 8 << 20;

/// What an answer is kept of.
const HEADERS: [HeaderName; 4] = [CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, LINK];

/// The answers of this process, shared by its workers.
pub struct PublicCache {
    kept: Cache<String, Arc<Kept>, ByBytes>,
    turn: Semaphore,
    window: TimeDelta,
}

struct Kept {
    read_at: Instant,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<String, Arc<Kept>> for ByBytes {
    fn weight(&self, address: &String, kept: &Arc<Kept>) -> u64 {
        // The headers are short, and of about the same length everywhere.
        (address.len() + kept.body.len() + 500) as u64
    }
}

impl PublicCache {
    /// A cache whose answers are shown for a time after they were read; zero: for no time at all.
    pub fn new(window: TimeDelta) -> Self {
        let about = usize::try_from(CAPACITY / 2_000).unwrap_or_default();
        Self { kept: Cache::with_weighter(about, CAPACITY, ByBytes), turn: Semaphore::new(1), window }
    }

    /// The kept answer to a request, or the one that `make` reads now, with the instant of which it shows everything.
    pub async fn answer(
        &self,
        request: &HttpRequest,
        now: Instant,
        make: impl AsyncFnOnce() -> Result<(HttpResponse, Instant), Problem>,
    ) -> Result<HttpResponse, Problem> {
        let address = address(request);
        if let Some(kept) = self.kept.get(&address).filter(|kept| self.is_fresh(kept, now)) {
            return Ok(kept.show(now));
        }
        let (answer, read_at) = make().await?;
        let (mut head, body) = answer.into_parts();
        let body = match body.try_into_bytes() {
            Ok(body) if head.status() == StatusCode::OK && self.window > TimeDelta::zero() => body,
            Ok(body) => return Ok(as_of(head.set_body(BoxBody::new(body)), read_at, now)),
            Err(stream) => return Ok(as_of(head.set_body(stream), read_at, now)),
        };
        caching::tag_body(head.headers_mut(), &body);
        let kept = Arc::new(Kept { read_at, headers: of_answer(head.headers()), body });
        let shown = kept.show(now);
        self.kept.insert(address, kept);
        Ok(shown)
    }

    /// The same for an answer that is counted over many dossiers. One is made at a time, so that the public never takes the
    /// connections on which those with a key wait for their lists; who waited for the same answer gets it then.
    pub async fn answer_in_turn(
        &self,
        request: &HttpRequest,
        now: Instant,
        make: impl AsyncFnOnce() -> Result<(HttpResponse, Instant), Problem>,
    ) -> Result<HttpResponse, Problem> {
        if let Some(kept) = self.kept.get(&address(request)).filter(|kept| self.is_fresh(kept, now)) {
            return Ok(kept.show(now));
        }
        let Ok(Ok(_turn)) = tokio::time::timeout(WAIT, self.turn.acquire()).await else {
            return Err(Problem::busy());
        };
        self.answer(request, now, make).await
    }

    fn is_fresh(&self, kept: &Kept, now: Instant) -> bool {
        // A clock that was set back makes nothing fresh.
        (TimeDelta::zero()..self.window).contains(&(now.utc() - kept.read_at.utc()))
    }
}

/// What an answer depends on: the address with its query, and the format asked for.
fn address(request: &HttpRequest) -> String {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
    format!("{} {accept}", request.uri())
}

fn of_answer(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    HEADERS.into_iter().filter_map(|name| headers.get(&name).cloned().map(|value| (name, value))).collect()
}

/// Says of which instant an answer surely shows everything, and how long ago that is when it is a second or more.
fn as_of(mut answer: HttpResponse, read_at: Instant, now: Instant) -> HttpResponse {
    let age = (now.utc() - read_at.utc()).num_seconds();
    if age > 0 {
        answer.headers_mut().insert(AGE, HeaderValue::from(age));
    }
    if let Ok(value) = HeaderValue::from_str(&read_at.to_string()) {
        answer.headers_mut().insert(X_DATA_AS_OF, value);
    }
    answer
}

impl Kept {
    fn show(&self, now: Instant) -> HttpResponse {
        let mut answer = HttpResponse::Ok().body(self.body.clone());
        for (name, value) in &self.headers {
            answer.headers_mut().insert(name.clone(), value.clone());
        }
        answer.headers_mut().insert(AGE, HeaderValue::from(0_i64));
        as_of(answer, self.read_at, now)
    }
}
