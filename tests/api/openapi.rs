//! The API document is the service: complete, fresh, and served with a page that needs no network.

use crate::harness::TestApp;
use crate::harness::contract::document;
use serde_json::Value;
use std::collections::HashSet;

/// Each operation with its method and path.
pub fn operations(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, op)| (format!("{method} {path}"), op.clone()))
    });
    of_path.collect()
}

#[test]
fn the_committed_document_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let fresh = congkhai::http::openapi::text(&congkhai::app::document()).unwrap();
    assert!(committed == fresh, "stale: run `cargo run -- openapi > openapi/openapi.json`");
}

#[test]
fn every_operation_is_described() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: HashSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    let mut ids = HashSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{name} has no id"));
        assert!(ids.insert(id.to_owned()), "{name}: {id} stands twice");
        assert!(operation["summary"].as_str().is_some_and(|s| !s.is_empty()), "{name} has no summary");
        assert!(
            operation["description"].as_str().is_some_and(|d| !d.is_empty()),
            "{name} has no description"
        );
        assert!(tags.contains(operation["tags"][0].as_str().unwrap()), "{name} has no known tag");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name} never succeeds");
    }
    assert!(ids.len() >= 19, "{} operations", ids.len());
}

#[test]
fn every_keyed_operation_names_its_scope_and_no_public_one_has_any() {
    for (name, operation) in operations(&document()) {
        let scope = operation["security"][0]["key"][0].as_str();
        // The words are the same for everybody.
        let is_public = name.contains(" /v1/public/") || name == "get /v1/vocabularies";
        let keyed = name.contains(" /v1/") && !is_public;
        assert_eq!(scope.is_some(), keyed, "{name}");
        if let Some(scope) = scope {
            scope
                .parse::<congkhai::domain::vocabulary::Scope>()
                .unwrap_or_else(|e| panic!("{name}: {scope} {e}"));
        }
    }
}

/// Whether an operation takes a parameter in this place, of this name if one is given.
fn takes(operation: &Value, place: &str, name: Option<&str>) -> bool {
    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.any(|p| p["in"] == place && name.is_none_or(|name| p["name"] == name))
}

#[test]
fn every_operation_names_each_problem_that_its_input_can_lead_to() {
    let document = document();
    for (name, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        assert!(!responses.contains_key("default"), "{name}: `default` says nothing");
        let keyed = operation["security"][0]["key"].is_array();
        let body = operation["requestBody"].is_object();
        let mut expected = vec!["400", "406", "414", "431", "500"];
        expected.extend(["503"].iter().filter(|_| name.contains(" /v1/")));
        expected.extend(["401"].iter().filter(|_| keyed));
        expected.extend(["404"].iter().filter(|_| name.contains('{')));
        expected.extend(["408", "413", "415", "422"].iter().filter(|_| body));
        expected.extend(["422"].iter().filter(|_| takes(&operation, "query", None)));
        let guarded = takes(&operation, "header", Some("If-Match"));
        expected.extend(["412"].iter().filter(|_| guarded));
        expected.extend(["428"].iter().filter(|_| guarded && name.starts_with("put ")));
        for status in expected {
            assert!(responses.contains_key(status), "{name} does not say what its {status} looks like");
        }
        for (status, response) in responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
            let answer =
                document.pointer(response["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
            let content = &answer["content"]["application/problem+json"];
            assert_eq!(content["schema"]["$ref"], "#/components/schemas/Problem", "{name} {status}");
            assert_eq!(content["example"]["status"].to_string(), *status, "{name} {status}");
            let code = content["example"]["code"].as_str().unwrap();
            assert!(answer["description"].as_str().unwrap().contains(code), "{name} {status}");
        }
    }
}

#[test]
fn every_link_leads_from_an_answer_to_an_operation() {
    let document = document();
    let ids: HashSet<String> =
        operations(&document).iter().map(|(_, o)| o["operationId"].as_str().unwrap().to_owned()).collect();
    for link in congkhai::features::document::LINKS {
        assert!(ids.contains(link.to), "{link:?} leads nowhere");
        let operations = operations(&document);
        let (_, from) = operations.iter().find(|(_, o)| o["operationId"] == link.from).unwrap();
        let found = &from["responses"][link.status]["links"][link.to];
        assert_eq!(found["operationId"], link.to, "{link:?} starts from no answer");
    }
}

/// A keyed operation without a key is refused, so that the scopes of the document are those of the handlers.
#[actix_web::test]
async fn every_keyed_operation_refuses_a_caller_without_a_key_or_scope() {
    let app = TestApp::start();
    let (nobody, bare) = (app.nobody(), app.caller(&[], &["*"]).await);
    for (name, operation) in operations(&document()) {
        let (method, path) = name.split_once(' ').unwrap();
        let method: actix_web::http::Method = method.to_uppercase().parse().unwrap();
        let Some(scope) = operation["security"][0]["key"][0].as_str() else {
            continue;
        };
        let path = path.replace("{code}", "H51.29.05");
        nobody.send(method.clone(), &path).await.problem(401, "unauthorized");
        if scope != "catalogue:read" {
            let refused = bare.send(method, &path).await;
            refused.problem(403, "insufficient_scope");
            assert!(refused.header("www-authenticate").contains(scope), "{name}");
        }
    }
}

/// Every `$ref` below a value.
fn references(value: &Value, found: &mut HashSet<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).map(ToOwned::to_owned));
            map.values().for_each(|inner| references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut found = HashSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10);
    for reference in found {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

/// The document spells the words as the service does.
#[test]
fn words_are_spelled_as_in_the_answers() {
    use congkhai::domain::vocabulary::{Channel, EventKind, Level, Status, TimingState, Unit};
    let document = document();
    let spelled = |name: &str| document["components"]["schemas"][name]["enum"].clone();
    assert_eq!(spelled("Channel"), serde_json::to_value(Channel::ALL).unwrap());
    assert_eq!(spelled("EventKind"), serde_json::to_value(EventKind::ALL).unwrap());
    assert_eq!(spelled("Level"), serde_json::to_value(Level::ALL).unwrap());
    assert_eq!(spelled("Status"), serde_json::to_value(Status::ALL).unwrap());
    assert_eq!(spelled("TimingState"), serde_json::to_value(TimingState::ALL).unwrap());
    assert_eq!(spelled("Unit"), serde_json::to_value(Unit::ALL).unwrap());
}

#[test]
fn every_field_and_parameter_is_explained() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let said = property["description"].is_string() || property.get("$ref").is_some();
            let of_reference =
                property["oneOf"].as_array().is_some_and(|o| o.iter().any(|s| s.get("$ref").is_some()));
            assert!(said || of_reference, "{name}.{field} has no description");
        }
    }
    for (name, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{name}: {}", parameter["name"]);
        }
    }
}

#[actix_web::test]
async fn document_and_page_are_served_and_need_no_network() {
    let app = TestApp::start();
    let nobody = app.nobody();
    assert_eq!(nobody.get("/openapi.json").await.expect(200), document());
    let redirect = nobody.get("/docs").await;
    assert!(redirect.status.is_redirection() || redirect.status.is_success());
    let page = nobody.get("/docs/").await;
    assert_eq!(page.status.as_u16(), 200);
    for part in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        let answer = nobody.get(&format!("/docs/{part}")).await;
        assert_eq!(answer.status.as_u16(), 200, "{part}");
        if part.ends_with("initializer.js") {
            assert!(answer.text().contains("/openapi.json"));
        }
    }
    assert!(!page.text().contains("http://") && !page.text().contains("https://"), "{}", page.text());
}
