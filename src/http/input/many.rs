//! A body of many items, in parts: a JSON object with the list `items`, or NDJSON with an item a line.
//!
//! JSON is read whole before its first item is given, so that what is no JSON does nothing. NDJSON is given as it comes, in
//! memory that does not grow with it. Like [`super::Input`] it never fails as an extractor.

use super::explain;
use crate::domain::object::Object;
use crate::http::error::{Code, Problem};
use crate::http::format::{Format, negotiate};
use crate::http::patience::{Left, Patience};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::future::{Ready, ready};

/// Most items of a body.
pub const MOST_ITEMS: usize = 10_000;
/// The largest body, in bytes.
const MOST_BYTES: usize = 32 << 20;
/// The largest line, in bytes.
const MOST_LINE: usize = super::MAX_BODY;

/// A body of many items that is being read.
pub struct Many {
    query: String,
    accept: String,
    form: Option<Form>,
    too_large: bool,
    payload: Payload,
    patience: Left,
    /// What has come and was not given.
    came: BytesMut,
    is_over: bool,
    /// Items of a JSON body, once it was read.
    listed: Option<VecDeque<Bytes>>,
    list: List,
    bytes: usize,
    given: usize,
}

#[derive(Clone, Copy)]
enum Form {
    Json,
    Ndjson,
}

/// How the items are read out of a JSON body.
pub type List = fn(&[u8]) -> Result<Vec<&RawValue>, Problem>;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Items<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

/// The list of the contract: `{"items": [...]}`.
fn items(body: &[u8]) -> Result<Vec<&RawValue>, Problem> {
    object::<Items<'_>>(body).map(|list| list.items)
}

/// A JSON body that is one object.
pub fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let Object(object) = serde_path_to_error::deserialize(&mut json).map_err(|e| explain::body(&e))?;
    json.end().map_err(|e| Problem::new(Code::MalformedJson).detail(e.to_string()))?;
    Ok(object)
}

impl Many {
    /// The same of a body whose list stands elsewhere.
    #[must_use]
    pub fn listed_by(self, list: List) -> Self {
        Self { list, ..self }
    }

    /// The query parameters of an operation that answers in JSON.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        negotiate(None, &self.accept, &[Format::Json])?;
        super::parameters(&self.query)
    }

    /// At most `most` further items, each a JSON text of its own; none when there are no more.
    pub async fn next(&mut self, most: usize) -> Result<Vec<Bytes>, Problem> {
        if self.too_large {
            return Err(too_large(format!("At most {MOST_BYTES} bytes.")));
        }
        let form = self.form.ok_or_else(|| Problem::new(Code::UnsupportedMediaType))?;
        let items = match form {
            Form::Json => self.listed(most).await?,
            Form::Ndjson => self.lines(most).await?,
        };
        self.given += items.len();
        if self.given > MOST_ITEMS {
            return Err(too_large(format!("At most {MOST_ITEMS} items: those before were carried out.")));
        }
        Ok(items)
    }

    /// Of a JSON body, which is read first.
    async fn listed(&mut self, most: usize) -> Result<Vec<Bytes>, Problem> {
        if self.listed.is_none() {
            while self.more().await? {}
            let body = self.came.split().freeze();
            let items = (self.list)(&body)?;
            if items.len() > MOST_ITEMS {
                return Err(too_large(format!("At most {MOST_ITEMS} items.")));
            }
            self.listed = Some(items.iter().map(|item| body.slice_ref(item.get().as_bytes())).collect());
        }
        let left = self.listed.get_or_insert_default();
        let count = most.min(left.len());
        Ok(left.drain(..count).collect())
    }

    /// Of NDJSON: what lines there are, or will be. Empty ones are no items.
    async fn lines(&mut self, most: usize) -> Result<Vec<Bytes>, Problem> {
        let mut lines = vec![];
        while lines.len() < most {
            let end = self.came.iter().position(|byte| *byte == b'\n');
            let line = match end {
                Some(end) => self.came.split_to(end + 1),
                None if self.came.len() > MOST_LINE => {
                    return Err(too_large(format!("A line has at most {MOST_LINE} bytes.")));
                }
                None if self.is_over && self.came.is_empty() => break,
                None if self.is_over => self.came.split(),
                // What there is need not wait for what will come.
                None if !lines.is_empty() => break,
                None => {
                    self.more().await?;
                    continue;
                }
            };
            let line = line.freeze();
            let item = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line).trim_ascii();
            if !item.is_empty() {
                lines.push(line.slice_ref(item));
            }
        }
        Ok(lines)
    }

    /// Waits for more of the body; false when it is over.
    async fn more(&mut self) -> Result<bool, Problem> {
        let came = self.patience.wait(self.payload.next()).await;
        match came.ok_or_else(|| Problem::new(Code::RequestTimeout))? {
            None => {
                self.is_over = true;
                Ok(false)
            }
            Some(chunk) => {
                let chunk = chunk.map_err(|_| Problem::new(Code::BadRequest))?;
                self.patience.earn(chunk.len());
                self.bytes += chunk.len();
                if self.bytes > MOST_BYTES {
                    return Err(too_large(format!("At most {MOST_BYTES} bytes.")));
                }
                self.came.extend_from_slice(&chunk);
                Ok(true)
            }
        }
    }
}

fn too_large(detail: String) -> Problem {
    Problem::new(Code::PayloadTooLarge).detail(detail)
}

impl FromRequest for Many {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let is_plain = header(CONTENT_ENCODING).is_none_or(|coding| coding.eq_ignore_ascii_case("identity"));
        let form = match request.content_type().to_ascii_lowercase().as_str() {
            _ if !is_plain || header(CONTENT_TYPE).is_none() => None,
            "application/json" => Some(Form::Json),
            "application/x-ndjson" | "application/ndjson" => Some(Form::Ndjson),
            _ => None,
        };
        let length = header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        ready(Ok(Self {
            query: request.query_string().to_owned(),
            accept: super::accept(request),
            form,
            too_large: length.is_some_and(|length| length > MOST_BYTES),
            payload: payload.take(),
            patience: Left::new(Patience::of(request).body),
            came: BytesMut::new(),
            is_over: false,
            listed: None,
            list: items,
            bytes: 0,
            given: 0,
        }))
    }
}

/// The members of an item, each given once.
pub struct Members(pub Map<String, Value>);

impl Members {
    /// Reads an item.
    pub fn parse(item: &[u8]) -> Result<Self, Problem> {
        let mut json = serde_json::Deserializer::from_slice(item);
        let members = serde_path_to_error::deserialize(&mut json).map_err(|e| explain::body(&e))?;
        json.end().map_err(|e| Problem::new(Code::MalformedJson).detail(e.to_string()))?;
        Ok(members)
    }

    /// The members as a type.
    pub fn into<T: DeserializeOwned>(self) -> Result<T, Problem> {
        serde_path_to_error::deserialize(Value::Object(self.0)).map_err(|e| explain::body(&e))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Once;
        impl<'de> Visitor<'de> for Once {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if members.insert(name.clone(), value).is_some() {
                        return Err(A::Error::custom(format!("duplicate field `{name}`")));
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Once)
    }
}
