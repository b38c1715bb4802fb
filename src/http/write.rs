//! How a write is asked for and answered: its body, `If-Match`, `Idempotency-Key` and `dry_run`, read once for every
//! operation that changes something.

use super::caching;
use super::error::Problem;
use super::etag::{IfMatch, Tag};
use super::input::Input;
use crate::db::{Answer, Given, Once, Terms};
use crate::domain::refusal::{Refusal, Rule};
use actix_web::http::header::{ETAG, HeaderName, HeaderValue, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest `Idempotency-Key`, in characters.
const LONGEST_KEY: usize = 255;

/// A write as it was asked for.
pub struct Write<T> {
    /// The body.
    pub body: T,
    /// What the caller demands of the present version.
    pub if_match: IfMatch,
    /// Whether it is to be carried out once, or only tried.
    pub terms: Terms,
}

/// The parameters of a write that has none of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    dry_run: Option<bool>,
}

/// The parameters of a DELETE, which has no body to be read with.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DryRun {
    /// `true`: everything is checked and answered as it would be, and nothing is stored.
    pub dry_run: Option<bool>,
}

/// The parameters of a write.
pub trait WriteParameters: DeserializeOwned {
    /// `dry_run`, which every write has.
    fn dry_run(&self) -> Option<bool>;
}

impl WriteParameters for Parameters {
    fn dry_run(&self) -> Option<bool> {
        self.dry_run
    }
}

impl<T: DeserializeOwned> Write<T> {
    /// Reads a request of the holder of a key. A key for doing it once is for POST: a PUT is the same each time.
    pub fn of(request: &HttpRequest, input: &Input, key_id: &str) -> Result<Self, Problem> {
        Self::with::<Parameters>(request, input, key_id).map(|(write, _)| write)
    }

    /// The same with parameters of its own.
    pub fn with<Q: WriteParameters>(
        request: &HttpRequest,
        input: &Input,
        key_id: &str,
    ) -> Result<(Self, Q), Problem> {
        let (body, parameters): (T, Q) = input.json()?;
        let if_match = IfMatch::of(request);
        let given = request.headers().get_all(IDEMPOTENCY_KEY).filter(|_| request.method() == Method::POST);
        let once = match given.collect::<Vec<_>>().as_slice() {
            [] => None,
            [key] => Some(once(request, input, key_id, key)?),
            _ => {
                let message = "must be given once";
                return Err(Refusal::header("Idempotency-Key", Rule::InvalidValue, message).into());
            }
        };
        let terms = Terms { once, dry_run: parameters.dry_run().unwrap_or(false) };
        Ok((Self { body, if_match, terms }, parameters))
    }
}

fn once(request: &HttpRequest, input: &Input, key_id: &str, key: &HeaderValue) -> Result<Once, Problem> {
    let plain = |key: &&str| {
        (1..=LONGEST_KEY).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    };
    let Some(key) = key.to_str().ok().filter(plain) else {
        let message = format!("must be 1 to {LONGEST_KEY} printable ASCII characters");
        return Err(Refusal::header("Idempotency-Key", Rule::InvalidValue, message).into());
    };
    Ok(Once {
        key_id: key_id.to_owned(),
        method: request.method().as_str().to_owned(),
        // As it was routed: another spelling of the path is the same request.
        path: request.match_info().as_str().to_owned(),
        key: key.to_owned(),
        body_digest: Sha256::digest(input.body()).to_vec(),
    })
}

/// The answer to a write that made or changed something. Its tag is of the version that the write left behind.
pub fn answer(
    status: StatusCode,
    location: Option<String>,
    tag: Option<&Tag>,
    body: &impl Serialize,
) -> Answer {
    let location = location.map(|location| (LOCATION.to_string(), location));
    let tag = tag.map(|tag| (ETAG.to_string(), tag.as_str().to_owned()));
    // Bodies hold strings, numbers and booleans: serializing them into memory cannot fail.
    let body = serde_json::to_vec(body).unwrap_or_default();
    Answer { status: status.as_u16(), headers: location.into_iter().chain(tag).collect(), body }
}

/// The answer to a PUT that left a version behind: the first was made, any other changed.
pub fn put(version: i32, location: String, body: &impl Serialize) -> Answer {
    let status = if version == 1 { StatusCode::CREATED } else { StatusCode::OK };
    let mut answer = answer(status, Some(location), None, body);
    let tag = Tag::of_version(version, &answer.body);
    answer.headers.push((ETAG.to_string(), tag.as_str().to_owned()));
    answer
}

/// Gives an answer to the caller. Of a write that was only tried it names no address, for there is nothing at it.
pub fn respond(given: Given) -> HttpResponse {
    let (answer, replayed, tried) = match given {
        Given::Fresh(answer) => (answer, false, false),
        Given::Replayed(answer) => (answer, true, false),
        Given::Tried(answer) => (answer, false, true),
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    response.content_type("application/json");
    for header in answer.headers.into_iter().filter(|_| !tried) {
        response.insert_header(header);
    }
    if replayed {
        response.insert_header((IDEMPOTENCY_REPLAYED, "true"));
    }
    response.body(answer.body)
}

/// Answers with the present version of a resource.
pub fn versioned(version: i32, body: &impl Serialize) -> HttpResponse {
    let body = serde_json::to_vec(body).unwrap_or_default();
    let tag = Tag::of_version(version, &body);
    let mut response = HttpResponse::Ok().content_type("application/json").body(body);
    caching::set(&mut response, &tag);
    response
}
