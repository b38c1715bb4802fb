//! The check that every answer of these tests goes through does find what is wrong.

use crate::harness::TestApp;
use crate::harness::contract::{Exchange, judge};
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

fn headers(content_type: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    for name in ["x-request-id", "etag", "cache-control", "vary"] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static("x"));
    }
    headers
}

fn judged(path: &str, status: u16, content_type: &'static str, body: &str) -> Result<(), String> {
    let (mut headers, body) = (headers(content_type), Some(body.as_bytes()));
    if status >= 400 {
        headers.remove("etag");
    }
    judge(&Exchange { method: "GET", path, status, headers: &headers, body })
}

#[actix_web::test]
async fn an_answer_that_is_not_as_documented_is_found() {
    let app = TestApp::start();
    let root = app.root().await;
    let list = root.get("/v1/agencies?limit=1").await.expect(200);
    let json = "application/json";
    let path = "/v1/agencies?limit=1";
    assert_eq!(judged(path, 200, json, &list.to_string()), Ok(()));
    assert!(judged(path, 202, json, &list.to_string()).unwrap_err().contains("status"));
    assert!(judged(path, 200, "text/html", &list.to_string()).unwrap_err().contains("text/html"));
    let with = |field: &str, value: Value| {
        let mut list = list.clone();
        list["items"][0][field] = value;
        judged(path, 200, json, &list.to_string())
    };
    assert!(with("name", json!(null)).unwrap_err().contains("/items/0/name"));
    assert!(with("level", json!("galaxy")).unwrap_err().contains("galaxy"));
    assert!(with("secret", json!("unnamed")).unwrap_err().contains("secret"));
    assert!(judged(path, 200, json, "{}").unwrap_err().contains("items"));
    let (mut bare, body) = (headers(json), list.to_string());
    bare.remove("etag");
    let exchange = Exchange { method: "GET", path, status: 200, headers: &bare, body: Some(body.as_bytes()) };
    assert!(judge(&exchange).unwrap_err().contains("ETag"));
    let mut undocumented = headers(json);
    undocumented.insert(HeaderName::from_static("retry-after"), HeaderValue::from_static("1"));
    let exchange = Exchange { headers: &undocumented, ..exchange };
    assert!(judge(&exchange).unwrap_err().contains("retry-after is not documented"));
}

#[test]
fn an_export_or_a_problem_that_is_not_as_documented_is_found() {
    let wrong_columns = judged("/v1/overdue", 200, "text/csv; charset=utf-8", "\u{feff}code\r\n");
    assert!(wrong_columns.unwrap_err().contains("columns"));
    let wrong_row = judged("/v1/overdue", 200, "application/x-ndjson", "{\"code\": 1}\n");
    assert!(wrong_row.unwrap_err().contains("/code"));
    for path in ["/v1/overdue", "/v1/nothing"] {
        let plain = judged(path, 404, "text/plain", "no");
        assert!(plain.is_err(), "{path}");
        let problem = judged(path, 400, "application/problem+json", "{\"code\": \"bad_request\"}");
        assert!(problem.unwrap_err().contains("title"), "{path}");
    }
}
