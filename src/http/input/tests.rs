use super::*;
use crate::domain::vocabulary::Channel;
use crate::http::error::Language;
use actix_web::test::TestRequest;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Body {
    name: String,
    channel: Option<Channel>,
    #[serde(default, deserialize_with = "objects")]
    items: Vec<Item>,
    day: Option<crate::domain::local_time::Day>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Item {
    count: u8,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    channel: Option<Several<Channel>>,
    limit: Option<u8>,
}

async fn body(content_type: &str, text: &[u8]) -> Result<Body, Value> {
    let request = TestRequest::post().insert_header((CONTENT_TYPE, content_type)).set_payload(text.to_vec());
    let (request, mut payload) = request.to_http_parts();
    let input = Input::from_request(&request, &mut payload).await.unwrap();
    let read = input.json::<_, NoParameters>().map(|(body, _)| body);
    read.map_err(|problem| problem.body(Language::English, "r"))
}

async fn query(text: &str) -> Result<Query, Value> {
    let (request, mut payload) = TestRequest::with_uri(&format!("/?{text}")).to_http_parts();
    let input = Input::from_request(&request, &mut payload).await.unwrap();
    input.query().map_err(|problem| problem.body(Language::English, "r"))
}

#[actix_web::test]
async fn names_the_field_and_the_rule() {
    for (text, code, pointer) in [
        (r#"{"name":"a","nmae":"b"}"#, "unknown_field", "/nmae"),
        (r#"{"name":"a","items":[{"count":1},{"count":1,"x/y":2}]}"#, "unknown_field", "/items/1/x~1y"),
        (r"{}", "missing_field", "/name"),
        (r#"{"name":"a","items":[{}]}"#, "missing_field", "/items/0/count"),
        (r#"{"name":7}"#, "wrong_type", "/name"),
        (r#"{"name":"a","items":[{"count":"1"}]}"#, "wrong_type", "/items/0/count"),
        (r#"{"name":"a","items":[{"count":-1}]}"#, "wrong_type", "/items/0/count"),
        (r#"{"name":"a","channel":"pigeon"}"#, "invalid_value", "/channel"),
        (r#"{"name":"a","name":"b"}"#, "invalid_value", "/name"),
        (r#" ["a", null, null]"#, "wrong_type", ""),
        (r#"{"name":"a","items":[{"count":1},[1]]}"#, "wrong_type", "/items/1"),
        (r#"{"name":"a","day":"2022-02-30"}"#, "invalid_value", "/day"),
        (r"null", "wrong_type", ""),
    ] {
        let problem = body("application/json", text.as_bytes()).await.unwrap_err();
        assert_eq!(problem["status"], 422, "{text}: {problem}");
        assert_eq!(problem["errors"][0]["code"], code, "{text}: {problem}");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{text}: {problem}");
    }
}

#[actix_web::test]
async fn never_repeats_the_value() {
    for text in
        [r#"{"name":{"id":"079123456789"}}"#, r#"{"name":"a","channel":"079123456789"}"#, r#""079123456789""#]
    {
        let problem = body("application/json", text.as_bytes()).await.unwrap_err().to_string();
        assert!(!problem.contains("079123456789"), "{problem}");
    }
}

#[actix_web::test]
async fn what_is_not_json_is_a_bad_request() {
    for text in [&b"{"[..], b"", b"{\"name\":\"a\"} x", b"{\"name\":\"\xff\"}"] {
        let problem = body("application/json", text).await.unwrap_err();
        assert_eq!(
            (&problem["status"], &problem["code"]),
            (&json!(400), &json!("malformed_json")),
            "{problem}"
        );
    }
    assert_eq!(body("text/plain", b"{}").await.unwrap_err()["code"], "unsupported_media_type");
    assert_eq!(body("application/json; charset=utf-8", br#"{"name":"a"}"#).await.unwrap().name, "a");
    assert_eq!(
        body("application/json", &vec![b' '; MAX_BODY + 1]).await.unwrap_err()["code"],
        "payload_too_large"
    );
}

#[actix_web::test]
async fn parameters_are_known_and_typed() {
    let read = query("channel=online,postal&limit=7").await.unwrap();
    assert_eq!((read.channel, read.limit), (Some(Several(vec![Channel::Online, Channel::Postal])), Some(7)));
    for (text, status, code, parameter) in [
        ("chanel=online", 400, "unknown_parameter", "chanel"),
        ("channel=pigeon", 422, "invalid_value", "channel"),
        ("limit=many", 422, "wrong_type", "limit"),
        ("limit=1&limit=2", 422, "invalid_value", "limit"),
        ("channel=online%00", 422, "invalid_value", "channel"),
    ] {
        let problem = query(text).await.unwrap_err();
        assert_eq!(problem["status"], status, "{text}: {problem}");
        assert_eq!(problem["errors"][0]["code"], code, "{text}: {problem}");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{text}: {problem}");
    }
}
