use super::*;
use serde_json::json;

/// A document with a keyed POST, a list and a health check, after `change` and the conventions.
fn changed(change: impl Fn(&mut Document)) -> Value {
    let keyed = json!([{"key": ["dossiers:write"]}]);
    let paths = json!({
        "/v1/things": {
            "post": {"security": keyed, "responses": {"201": {"description": "Made."}}, "requestBody": {"content": {}}},
            "get": {
                "responses": {"200": {"description": "A page."}},
                "parameters": [{"name": "cursor", "in": "query", "required": false, "schema": {"type": ["string", "null"]}}],
            },
        },
        "/health/live": {"get": {"responses": {"200": {"description": "It is."}, "503": {"description": ""}}}},
    });
    let document = json!({"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": paths});
    let mut document: Document = serde_json::from_value(document).unwrap();
    change(&mut document);
    add_conventions(&mut document);
    serde_json::to_value(document).unwrap()
}

fn statuses(operation: &Value) -> Vec<&str> {
    operation["responses"].as_object().unwrap().keys().map(String::as_str).collect()
}

fn parameters(operation: &Value) -> Vec<&str> {
    operation["parameters"].as_array().into_iter().flatten().map(|p| p["name"].as_str().unwrap()).collect()
}

#[test]
fn an_operation_has_the_problems_of_what_it_takes() {
    let document = changed(|_| {});
    let (things, live) = (&document["paths"]["/v1/things"], &document["paths"]["/health/live"]["get"]);
    let of_post: Vec<&str> =
        statuses(&things["post"]).into_iter().filter(|status| *status != "429").collect();
    assert_eq!(
        of_post,
        ["201", "400", "401", "403", "406", "408", "413", "414", "415", "422", "431", "500", "503"]
    );
    let of_list: Vec<&str> = statuses(&things["get"]).into_iter().filter(|status| *status != "429").collect();
    assert_eq!(of_list, ["200", "400", "406", "414", "422", "431", "500", "503"]);
    let of_live = ["200", "400", "406", "414", "431", "500", "503"];
    assert_eq!(statuses(live), of_live, "503 because the handler names it");
    assert_eq!(live["responses"]["503"]["$ref"], "#/components/responses/ServiceUnavailable");
    let unavailable = &document["components"]["responses"]["ServiceUnavailable"];
    assert_eq!(unavailable["headers"]["Retry-After"]["$ref"], "#/components/headers/RetryAfter");
    assert_eq!(things["get"]["parameters"][0]["schema"]["type"], "string", "never null");
    assert!(things["get"]["responses"]["200"]["headers"]["Link"].is_object());
}

#[test]
fn reads_can_be_asked_for_only_when_they_have_changed() {
    let document = changed(conditional_gets);
    let (list, live) = (&document["paths"]["/v1/things"]["get"], &document["paths"]["/health/live"]["get"]);
    assert_eq!(parameters(list), ["cursor", "If-None-Match"]);
    for header in ["ETag", "Cache-Control", "Vary", "X-Request-Id"] {
        assert!(list["responses"]["200"]["headers"][header].is_object(), "{header}");
        assert!(list["responses"]["304"]["headers"][header].is_object(), "{header}");
    }
    assert!(list["responses"]["304"].get("content").is_none());
    assert!(parameters(live).is_empty() && !statuses(live).contains(&"304"));
    assert!(!statuses(&document["paths"]["/v1/things"]["post"]).contains(&"304"));
}

#[test]
fn keyed_writes_can_be_repeated_and_tried_out() {
    let document = changed(write_conventions);
    let post = &document["paths"]["/v1/things"]["post"];
    assert_eq!(parameters(post), ["dry_run", "Idempotency-Key"]);
    assert_eq!(post["parameters"][1]["schema"]["maxLength"], 255);
    assert!(post["responses"]["201"]["headers"]["Idempotency-Replayed"].is_object());
    assert_eq!(post["responses"]["409"]["$ref"], "#/components/responses/Conflict");
    assert_eq!(parameters(&document["paths"]["/v1/things"]["get"]), ["cursor"]);
}
