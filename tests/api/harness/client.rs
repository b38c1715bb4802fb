//! A caller of the service. Every answer is held against the API document (`contract`).

use super::contract::{self, Exchange};
use super::remember::{Asked, Remember};
use super::world;
use actix_web::HttpMessage;
use actix_web::http::{Method, StatusCode, header::HeaderMap};
use awc::ClientRequest;
use serde_json::Value;
use std::time::Duration;

/// A tag of the first version of anything: any view of a version guards a change of it.
pub const FIRST_VERSION: &str = "\"1.AAAAAAAAAAAAAAAA\"";

#[derive(Clone)]
pub struct Client {
    base: String,
    key: Option<String>,
    http: awc::Client,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    pub fn new(base: &str, key: Option<String>) -> Self {
        // Debug builds on a busy machine take their time.
        let http = awc::Client::builder().timeout(Duration::from_mins(1)).wrap(Remember).finish();
        Self { base: base.to_owned(), key, http }
    }

    /// The same caller with another key.
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same caller of a service that listens elsewhere.
    pub fn at(&self, address: std::net::SocketAddr) -> Self {
        Self { base: format!("http://{address}"), ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> ClientRequest {
        let request = self.http.request(method, format!("{}{path}", self.base)).no_decompress();
        match &self.key {
            Some(key) => request.insert_header(("Authorization", format!("Bearer {key}"))),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn get_with(&self, path: &str, header: (&str, &str)) -> Answer {
        Answer::of(self.request(Method::GET, path).insert_header(header).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).send_json(body).await.unwrap()).await
    }

    pub async fn post_if(&self, path: &str, body: &Value, if_match: &str) -> Answer {
        let request = self.request(Method::POST, path).insert_header(("If-Match", if_match));
        Answer::of(request.send_json(body).await.unwrap()).await
    }

    pub async fn put(&self, path: &str, body: &Value, if_match: Option<&str>) -> Answer {
        let mut request = self.request(Method::PUT, path);
        if let Some(tag) = if_match {
            request = request.insert_header(("If-Match", tag));
        }
        Answer::of(request.send_json(body).await.unwrap()).await
    }

    pub async fn send(&self, method: Method, path: &str) -> Answer {
        Answer::of(self.request(method, path).send().await.unwrap()).await
    }

    /// Receives a dossier, which must succeed, and returns its code.
    pub async fn receive(&self, body: &Value) -> String {
        let answer = self.post("/v1/dossiers", body).await;
        answer.expect(201)["code"].as_str().unwrap().to_owned()
    }

    /// Publishes a procedure, which must succeed: writes its draft, with what every publication needs, and makes a version of it.
    pub async fn publish(&self, code: &str, body: &Value) -> Answer {
        let path = format!("/v1/procedures/{code}");
        let mut body = body.clone();
        body.as_object_mut().unwrap().entry("content").or_insert_with(world::content);
        let is_new = self.get(&path).await.status == 404;
        let put = self.put(&path, &body, (!is_new).then_some("*")).await;
        put.expect(if is_new { 201 } else { 200 });
        let publication = world::publication(if is_new { "new" } else { "amended" });
        let published = self.post_if(&format!("{path}/publications"), &publication, put.header("etag")).await;
        published.expect(201);
        published
    }

    /// Records an event, which must succeed.
    pub async fn record(&self, code: &str, body: &Value) -> Value {
        self.post(&format!("/v1/dossiers/{code}/events"), body).await.expect(201)
    }
}

impl Answer {
    pub async fn of<S>(mut response: awc::ClientResponse<S>) -> Self
    where
        S: futures_util::Stream<Item = Result<actix_web::web::Bytes, actix_web::error::PayloadError>> + Unpin,
    {
        let (status, headers) = (response.status(), response.headers().clone());
        let asked =
            response.extensions().get::<Asked>().cloned().expect("the client remembers what it asked");
        let body = response.body().limit(64 << 20).await.map(|bytes| bytes.to_vec()).ok();
        contract::check(&Exchange {
            method: asked.method.as_str(),
            path: asked.uri.path_and_query().map_or("/", |path| path.as_str()),
            status: status.as_u16(),
            headers: &headers,
            body: body.as_deref(),
        });
        Self { status, headers, body: body.unwrap_or_default() }
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The JSON body of an answer that must have this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    /// The problem, which must have this status and code; checks what every problem has.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        problem
    }

    /// The problem of one value in the body.
    #[track_caller]
    pub fn problem_at(&self, status: u16, code: &str, pointer: &str) -> Value {
        let problem = self.problem(status, code);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        assert_eq!(problem["errors"][0]["code"], code, "{problem}");
        problem
    }
}
