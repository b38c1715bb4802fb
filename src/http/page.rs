//! Pages of a list: `limit` and `cursor` in, `items` and `next_cursor` out.
//!
//! A cursor is opaque and bound to path, filters, sort and key: used elsewhere it is a 400, never another list.

use super::error::{Code, Problem};
use super::input::Input;
use crate::db::page::Page;
use crate::domain::refusal::{Refusal, Rule};
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// Rows of a page when nothing is said.
const DEFAULT_LIMIT: i64 = 50;
/// Rows of a page at most.
const MAX_LIMIT: i64 = 200;

/// Bytes to begin a body with: what most items take, and what stands around them. A longer body grows.
const AN_ITEM: usize = 640;
const AROUND: usize = 256;

/// Whether the total is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Count every row of the list.
    Exact,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageOf<T> {
    /// The items, at most `limit` of them.
    pub items: Vec<T>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
    /// Number of items in the whole list, only with `count=exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub total: Option<i64>,
}

/// What a cursor is bound to.
pub struct Binding {
    digest: String,
    path: String,
    query: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct Cursor<Key> {
    k: Key,
    b: String,
}

impl Binding {
    /// The list that a request asks for, as the holder of `caller` sees it.
    pub fn of(request: &HttpRequest, input: &Input, caller: &str) -> Self {
        let all = form_urlencoded::parse(input.raw_query().as_bytes()).into_owned();
        let mut query: Vec<(String, String)> = all.filter(|(name, _)| name != "cursor").collect();
        let mut hasher = Sha256::new();
        let path = request.path().to_owned();
        query.sort();
        for part in [path.as_str(), caller] {
            hasher.update(part);
            hasher.update([0]);
        }
        for (name, value) in
            query.iter().filter(|(name, _)| !matches!(name.as_str(), "limit" | "count" | "format"))
        {
            hasher.update(name);
            hasher.update([0]);
            hasher.update(value);
            hasher.update([0]);
        }
        Self { digest: URL_SAFE_NO_PAD.encode(&hasher.finalize()[..9]), path, query }
    }

    /// The page that was asked for.
    pub fn page<Key: DeserializeOwned>(
        &self,
        limit: Option<i64>,
        cursor: Option<&str>,
    ) -> Result<Page<Key>, Problem> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let message = format!("must be between 1 and {MAX_LIMIT}");
            return Err(Refusal::parameter("limit", Rule::InvalidValue, message).into());
        }
        let after = cursor.map(|cursor| self.read(cursor).ok_or_else(|| Problem::new(Code::CursorMismatch)));
        Ok(Page { limit, after: after.transpose()? })
    }

    fn read<Key: DeserializeOwned>(&self, cursor: &str) -> Option<Key> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let cursor: Cursor<Key> = serde_json::from_slice(&bytes).ok()?;
        (cursor.b == self.digest).then_some(cursor.k)
    }

    /// The cursor of the page after a key.
    pub fn cursor<Key: Serialize>(&self, key: Key) -> String {
        let cursor = Cursor { k: key, b: self.digest.clone() };
        // Keys are tuples of times and ids, which always serialize; an empty cursor would be refused.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
    }

    /// The `Link` header that leads to the next page (RFC 8288).
    pub fn link(&self, cursor: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.query).append_pair("cursor", cursor);
        format!("<{}?{}>; rel=\"next\"", self.path, query.finish())
    }

    /// Answers with a page. An item that cannot be shown is a defect.
    pub fn answer<T: Serialize, Key: Serialize>(
        &self,
        items: Vec<T>,
        next: Option<Key>,
        total: Option<i64>,
    ) -> Result<HttpResponse, Problem> {
        let next_cursor = next.map(|key| self.cursor(key));
        let mut response = HttpResponse::Ok();
        if let Some(cursor) = &next_cursor {
            response.insert_header((LINK, self.link(cursor)));
        }
        let mut body = Vec::with_capacity(AROUND + items.len() * AN_ITEM);
        sonic_rs::to_writer(&mut body, &PageOf { items, next_cursor, total }).map_err(|error| {
            log::error!("a page could not be written: {error}");
            Problem::new(Code::Internal)
        })?;
        Ok(response.content_type("application/json").body(body))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// Bodies are written by two libraries, pages by the quicker one: nobody can tell which.
    fn is_written_alike(value: &Value) -> bool {
        let mut written = vec![];
        sonic_rs::to_writer(&mut written, value).unwrap();
        written == serde_json::to_vec(value).unwrap()
    }

    #[test]
    fn a_page_is_written_as_other_bodies_are() {
        let all: String = (0..=0x2ff).filter_map(char::from_u32).collect();
        let far = "\u{2028}\u{2029}\u{ffff}\u{10ffff}";
        let numbers = json!([0, -1, i64::MIN, u64::MAX, 0.1, 1e300, -2.5e-9, 1.0]);
        for value in [json!(all), json!({all: far}), numbers, json!([null, true, {}, [], ""])] {
            assert!(is_written_alike(&value), "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_in_other_bodies(texts in prop::collection::vec(any::<String>(), 0..4), long in "[ -~áđ\\x00-\\x1f\"\\\\]{0,200}") {
            let value = json!({"items": texts, "text": long});
            prop_assert!(is_written_alike(&value));
        }
    }
}
