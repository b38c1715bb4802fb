//! The words of the contract with their labels.

use crate::harness::TestApp;
use serde_json::{Value, json};
use std::collections::HashSet;

#[actix_web::test]
async fn every_word_has_its_labels_and_the_number_of_the_national_format() {
    let app = TestApp::start();
    let answer = app.nobody().get("/v1/vocabularies").await;
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    let lists = answer.expect(200);
    let rows = |list: &str| lists[list].as_array().unwrap().clone();
    let national = |list: &str| -> Vec<Value> {
        rows(list).iter().map(|word| json!([word["code"], word["national_code"]])).collect()
    };
    let statuses = json!([
        ["registered", 1],
        ["received", 2],
        ["refused", 3],
        ["processing", 4],
        ["supplement_requested", 5],
        ["payment_requested", 6],
        ["suspended", 8],
        ["completed", 9],
        ["returned", 10],
        ["withdrawn", 7],
        ["terminated", 8]
    ]);
    assert_eq!(json!(national("statuses")), statuses);
    assert_eq!(json!(national("channels")), json!([["in_person", 1], ["online", 2], ["postal", 3]]));
    for (list, words) in [
        ("statuses", 11),
        ("event_kinds", 22),
        ("levels", 4),
        ("channels", 3),
        ("timing_states", 8),
        ("quality_checks", 12),
    ] {
        let rows = rows(list);
        assert_eq!(rows.len(), words, "{list}");
        let codes: HashSet<&str> = rows.iter().map(|word| word["code"].as_str().unwrap()).collect();
        assert_eq!(codes.len(), words, "{list}");
        let is_said = |name: &str| rows.iter().all(|word| !word[name].as_str().unwrap().is_empty());
        assert!(is_said("vi") && is_said("en"), "{list}");
    }
    app.nobody().get("/v1/vocabularies?limit=1").await.problem(400, "unknown_parameter");
}
