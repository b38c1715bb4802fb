//! A procedure as linked data: what CPSV-AP 3.2 demands is there, every prefix is explained, and every reference leads somewhere.

use crate::harness::{Client, TestApp, content, publication};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The properties that each class must have (SHACL shapes of CPSV-AP 3.2, `sh:minCount 1`).
const MANDATORY: [(&str, &[&str]); 8] = [
    ("cpsv:PublicService", &["dct:identifier", "dct:title", "dct:description", "cv:hasCompetentAuthority"]),
    ("cv:PublicOrganisation", &["skos:prefLabel", "dct:spatial"]),
    ("cv:Channel", &["dct:identifier"]),
    ("cv:Cost", &["dct:identifier"]),
    ("cv:Evidence", &["dct:identifier", "dct:title"]),
    ("cv:Output", &["dct:identifier", "dct:title"]),
    ("cv:Requirement", &["dct:identifier", "dct:title"]),
    ("cpsv:Rule", &["dct:identifier", "dct:title", "dct:description"]),
];

const LINKED: (&str, &str) = ("accept", "application/ld+json");

/// Every node of a document.
fn nodes<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            found.push(value);
            members.iter().filter(|(name, _)| *name != "@context").for_each(|(_, value)| nodes(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| nodes(item, found)),
        _ => {}
    }
}

/// The vocabularies of CPSV-AP 3.2 and what it builds on, by the prefixes that SEMIC gives them.
fn context() -> Value {
    json!({
        "adms": "http://www.w3.org/ns/adms#", "cpsv": "http://purl.org/vocab/cpsv#", "cv": "http://data.europa.eu/m8g/",
        "dct": "http://purl.org/dc/terms/", "eli": "http://data.europa.eu/eli/ontology#", "foaf": "http://xmlns.com/foaf/0.1/",
        "skos": "http://www.w3.org/2004/02/skos/core#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

/// Fails when a document is not what CPSV-AP demands; says which classes it has.
fn check(document: &Value) -> BTreeSet<String> {
    let (mut all, mut classes, mut ids, mut named) = (vec![], BTreeSet::new(), vec![], vec![]);
    nodes(document, &mut all);
    let prefixes = document["@context"].as_object().unwrap();
    assert_eq!(document["@context"], context(), "what the prefixes stand for");
    for node in all {
        let members = node.as_object().unwrap();
        for name in members.keys().filter(|name| !name.starts_with('@')) {
            let (prefix, term) = name.split_once(':').unwrap_or_else(|| panic!("{name} has no prefix"));
            assert!(prefixes.contains_key(prefix) && !term.is_empty(), "{name}");
        }
        if let Some(text) = members.get("@language") {
            assert_eq!(text, "vi");
            assert_eq!(members.len(), 2, "a text has its language and nothing else: {node}");
            continue;
        }
        let Some(class) = members.get("@type").and_then(Value::as_str) else {
            named.push(members["@id"].as_str().unwrap());
            continue;
        };
        assert!(prefixes.contains_key(class.split_once(':').unwrap().0), "{class}");
        if class.starts_with("xsd:") {
            assert!(members["@value"].is_string(), "{node}");
            continue;
        }
        ids.push(members["@id"].as_str().unwrap());
        let mandatory = MANDATORY.iter().find(|(of, _)| *of == class).map_or(&[][..], |(_, names)| names);
        for name in mandatory {
            let value = members.get(*name).unwrap_or_else(|| panic!("{class} has no {name}"));
            assert!(!matches!(value, Value::Array(items) if items.is_empty()), "{class} has no {name}");
        }
        classes.insert(class.to_owned());
    }
    for name in named {
        let leads = name.starts_with("http") || ids.contains(&name);
        assert!(leads, "{name} is nowhere");
    }
    classes
}

async fn publish(root: &Client, more: Value) {
    let mut body = json!({
        "name": "Đăng ký nuôi con nuôi", "field": "nuoi-con-nuoi", "field_name": "Nuôi con nuôi", "levels": ["commune"],
        "effective_from": "2022-02-10", "content": content(), "limits": [{"limit": {"unit": "calendar_days", "amount": "30"}}],
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    root.put("/v1/procedures/1.000894", &body, None).await.expect(201);
    root.post_if("/v1/procedures/1.000894/publications", &publication("new"), "*").await.expect(201);
}

#[actix_web::test]
async fn everything_that_is_said_of_a_procedure_is_linked() {
    let app = TestApp::start();
    let said = json!({
        "steps": [{"steps": ["Nộp hồ sơ", "Nhận kết quả"]}, {"case": "xac-minh", "steps": ["Xác minh"]}],
        "channels": [
            {"channel": "in_person", "fee_text": "400.000 đồng"}, {"channel": "online", "limit_text": "15 ngày"},
            {"channel": "in_person", "case": "xac-minh"},
        ],
        "fees": [
            {"code": "LP-01", "name": "Lệ phí", "kind": "charge", "channel": "online", "amount": 400_000, "note": "mỗi trẻ"},
            {"name": "Phí", "kind": "fee", "amount": 0},
        ],
        "documents": [{"items": [
            {"code": "000.00.00.G15-KQ0001", "name": "Tờ khai", "required": true, "originals": 1, "copies": 0,
             "form": {"name": "Mẫu 1", "file": "https://example.org/mau-1.docx"}},
            {"name": "Giấy khai sinh", "required": true, "originals": 0, "copies": 1},
        ]}],
        "sets": 1, "applicants": ["individual", "organization"], "conditions": "Hơn con nuôi 20 tuổi",
        "results": [{"name": "Giấy chứng nhận nuôi con nuôi"}],
        "legal_basis": [{"number": "52/2010/QH12", "title": "Luật Nuôi con nuôi", "effective_on": "2011-01-01"}],
    });
    let limits = json!([
        {"limit": {"unit": "calendar_days", "amount": "30"}},
        {"channel": "online", "limit": {"unit": "working_days", "amount": "10.5"}},
        {"case": "xac-minh", "case_name": "Cần xác minh", "limit": {"unit": "working_days", "amount": "40"}},
    ]);
    publish(
        &app.root().await,
        json!({"content": said, "limits": limits, "competent_agencies": ["H51.29.18"]}),
    )
    .await;
    let path = "/v1/public/procedures/1.000894";
    let answer = app.nobody().get_with(path, LINKED).await;
    assert_eq!(answer.header("content-type"), "application/ld+json");
    assert!(answer.header("vary").to_ascii_lowercase().contains("accept"), "{}", answer.header("vary"));
    let tag = answer.header("etag").to_owned();
    let document = answer.expect(200);
    let classes = check(&document);
    let all: BTreeSet<String> = MANDATORY.iter().map(|(class, _)| (*class).to_owned()).collect();
    assert!(classes.is_superset(&all), "{classes:?}");
    assert!(classes.contains("eli:LegalResource") && classes.contains("skos:Concept"), "{classes:?}");

    assert_eq!((&document["@id"], &document["dct:identifier"]), (&json!(path), &json!("1.000894")));
    assert_eq!(
        document["dct:description"],
        json!({"@value": "Nộp hồ sơ\nNhận kết quả\nXác minh", "@language": "vi"})
    );
    assert_eq!(document["cv:hasCompetentAuthority"][0]["@id"], "/v1/agencies/H51.29.18");
    let channels = &document["cv:hasChannel"];
    assert_eq!(channels[0]["cv:processingTime"], json!({"@type": "xsd:duration", "@value": "P30D"}));
    assert_eq!(channels[0]["dct:description"]["@value"], "30 ngày\n400.000 đồng");
    // Working days are no duration of XML Schema.
    assert_eq!(
        (&channels[1]["cv:processingTime"], &channels[1]["dct:description"]["@value"]),
        (&json!(null), &json!("15 ngày"))
    );
    assert_eq!(channels[0]["dct:type"]["skos:prefLabel"]["@value"], "Trực tiếp");
    assert_eq!(channels[2]["dct:description"]["@value"], "40 ngày làm việc");
    let cost = &document["cv:hasCost"][0];
    assert_eq!(cost["cv:hasValue"], json!({"@type": "xsd:double", "@value": "400000"}));
    assert_eq!(
        (&cost["dct:identifier"], &cost["cv:ifAccessedThrough"]["@id"]),
        (&json!("LP-01"), &json!("#channel-2"))
    );
    assert_eq!(document["cpsv:hasInput"][0]["foaf:page"]["@id"], "https://example.org/mau-1.docx");
    assert_eq!(document["cpsv:follows"][1]["dct:title"]["@value"], "Trình tự thực hiện: Cần xác minh");
    assert_eq!(document["cv:hasLegalResource"][0]["eli:first_date_entry_in_force"]["@value"], "2011-01-01");

    // The other format is the default, and has a tag of its own.
    let plain = app.nobody().get(path).await;
    assert_eq!(plain.header("content-type"), "application/json");
    assert_ne!(plain.header("etag"), tag);
    let both = app.nobody().get_with(path, ("accept", "application/json, application/ld+json;q=0.9")).await;
    assert_eq!(both.header("content-type"), "application/json");
}

#[actix_web::test]
async fn a_procedure_that_says_little_has_what_is_demanded_too() {
    let app = TestApp::start();
    publish(&app.root().await, json!({})).await;
    let document = app.nobody().get_with("/v1/public/procedures/1.000894", LINKED).await.expect(200);
    check(&document);
    assert_eq!(document["cv:hasCompetentAuthority"][0]["skos:prefLabel"]["@value"], "Ủy ban nhân dân cấp xã");
    assert_eq!((&document["cv:hasCost"], &document["cv:hasLegalResource"]), (&json!([]), &json!([])));
    let missing = app.nobody().get_with("/v1/public/procedures/9.999999", LINKED).await;
    assert_eq!(missing.header("content-type"), "application/problem+json");
    missing.problem(404, "not_found");
}
