//! The examples of the document: one for each body, valid, and true of the service.

use crate::harness::FIRST_VERSION;
use crate::harness::TestApp;
use crate::harness::contract::{document, faults, validator};
use crate::openapi::operations;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every body of the document that holds JSON, with the name its example has in `examples.json`.
fn bodies(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = vec![];
    for (_, operation) in operations(document) {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        let mut add = |name: &str, content: &Value| {
            for (media_type, body) in content.as_object().into_iter().flatten() {
                let name = if media_type == "application/json" {
                    name.to_owned()
                } else {
                    format!("{name} {media_type}")
                };
                found.push((id.clone(), name, body.clone()));
            }
        };
        add("request", &operation["requestBody"]["content"]);
        for (status, response) in operation["responses"].as_object().unwrap() {
            if response.get("$ref").is_none() {
                add(status, &response["content"]);
            }
        }
    }
    found
}

#[test]
fn every_body_has_an_example_and_no_example_is_left_over() {
    let document = document();
    let examples = congkhai::features::document::examples();
    let named = |id: &str, own: &Value| {
        let names: Vec<String> = own.as_object().unwrap().keys().map(|name| format!("{id} {name}")).collect();
        names
    };
    let given: BTreeSet<String> =
        examples.as_object().unwrap().iter().flat_map(|(id, own)| named(id, own)).collect();
    let shown = bodies(&document).into_iter().filter(|(_, _, body)| body.get("example").is_some());
    let shown: BTreeSet<String> = shown.map(|(id, name, _)| format!("{id} {name}")).collect();
    assert_eq!(given.difference(&shown).collect::<Vec<_>>(), Vec::<&String>::new(), "belong to no body");
    for (id, name, body) in bodies(&document) {
        let is_json = !name.contains(' ');
        assert!(!is_json || body["example"] != Value::Null, "{id} {name} has no example in examples.json");
    }
}

#[test]
fn every_example_of_a_body_or_a_parameter_is_valid() {
    let document = document();
    let mut judged = 0;
    let mut judge = |place: &str, schema: &Value, example: &Value| {
        let wrong = faults(&validator(schema, &document), example);
        assert_eq!(wrong, Ok(()), "{place}: {example}");
        judged += 1;
    };
    for (id, name, body) in bodies(&document).iter().filter(|(_, _, body)| body.get("example").is_some()) {
        judge(&format!("{id} {name}"), &body["schema"], &body["example"]);
    }
    for (name, answer) in document["components"]["responses"].as_object().unwrap() {
        let content = &answer["content"]["application/problem+json"];
        judge(name, &content["schema"], &content["example"]);
    }
    for (name, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let place = format!("{name} {}", parameter["name"]);
            let example = parameter.get("example");
            assert!(example.is_some() || parameter["in"] != "path", "{place} has no example");
            if let Some(example) = example {
                judge(&place, &parameter["schema"], example);
            }
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(example) = property.get("example") {
                judge(&format!("{name}.{field}"), property, example);
            }
        }
    }
    assert!(judged > 80, "{judged} examples");
}

/// What the document shows can be sent as it stands, one after the other.
#[actix_web::test]
async fn the_requests_of_the_examples_succeed() {
    let app = TestApp::start();
    let root = app.root().await;
    let examples = congkhai::features::document::examples();
    let request = |id: &str| examples[id]["request"].clone();
    root.put("/v1/agencies/H51.29.05", &request("put_agency"), Some(FIRST_VERSION)).await.expect(200);
    root.put("/v1/procedures/1.004873", &request("put_procedure"), Some(FIRST_VERSION)).await.expect(200);
    let act = async |id: &str, code: &str, act: &str| {
        root.post_if(&format!("/v1/procedures/{code}/{act}"), &request(id), "*").await.expect(201)
    };
    act("publish_procedure", "1.004873", "publications").await;
    act("abolish_procedure", "1.012812", "abolition").await;
    act("replace_procedure", "2.001263", "replacement").await;
    let received = root.post("/v1/dossiers", &request("receive_dossier")).await.expect(201);
    let shown = &examples["receive_dossier"]["201"];
    for field in ["code", "channel", "applicant", "deadline", "timing", "closing"] {
        assert_eq!(received[field], shown[field], "{field}");
    }
    let events = format!("/v1/dossiers/{}/events", received["code"].as_str().unwrap());
    let recorded = root.post(&events, &request("record_event")).await.expect(201);
    for field in ["kind", "status_before", "status_after", "to_unit", "public_note"] {
        assert_eq!(recorded[field], examples["record_event"]["201"][field], "{field}");
    }
    let batch = root.post("/v1/dossiers/batch", &request("record_batch")).await.expect(200);
    let shown = &examples["record_batch"]["200"];
    assert_eq!((&batch["summary"], &batch["items"][1]), (&shown["summary"], &shown["items"][1]));
    assert_eq!(batch["items"][2]["problem"]["allowed"], shown["items"][2]["problem"]["allowed"]);
    for id in ["send_national_dossiers", "send_national_progress"] {
        let path = format!("/v1/national/{}", id.rsplit('_').next().unwrap());
        assert_eq!(root.post(&path, &request(id)).await.expect(200), examples[id]["200"], "{id}");
    }
    let national = root.get("/v1/national/dossiers/H51.29-220215-9001").await.expect(200);
    assert_eq!(national, examples["get_national_dossier"]["200"]);
    let (status, code) = (json!("processing"), received["code"].as_str().unwrap());
    assert_eq!(root.get(&format!("/v1/dossiers/{code}")).await.expect(200)["status"], status);
}
