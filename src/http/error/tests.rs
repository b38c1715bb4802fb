use super::*;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use std::collections::HashSet;

#[test]
fn the_table_is_whole() {
    let mut codes = HashSet::new();
    for code in Code::ALL {
        let entry = code.entry();
        assert!(codes.insert(entry.code), "{} stands twice", entry.code);
        assert!(entry.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", entry.code);
        assert_eq!(code.status().as_u16(), entry.status, "{}", entry.code);
        assert!((400..600).contains(&entry.status), "{}", entry.code);
        for text in [entry.title_en, entry.title_vi, entry.help_en, entry.help_vi] {
            assert!(!text.is_empty() && !text.contains("  "), "{}: {text:?}", entry.code);
        }
    }
}

#[test]
fn one_broken_rule_gives_its_own_code_several_the_common_one() {
    let mut violations = Violations::default();
    violations.add("/a", Rule::MissingField, "is required");
    violations.add("/b", Rule::MissingField, "is required");
    assert_eq!(Problem::from(violations.clone()).code, Code::MissingField);
    violations.add("/c", Rule::InvalidValue, "must not be empty");
    assert_eq!(Problem::from(violations).code, Code::ValidationFailed);
}

#[test]
fn bodies_name_the_field_the_rule_and_the_request() {
    let problem =
        Problem::from(Refusal::invalid("/procedure", Rule::UnknownProcedure, "no procedure 9.999999"));
    let body = problem.body(Language::English, "r-1");
    assert_eq!(
        body,
        json!({
            "type": "/problems/unknown_procedure", "title": "Unknown procedure", "status": 422,
            "code": "unknown_procedure", "detail": "No procedure has this code.", "request_id": "r-1",
            "errors": [{"pointer": "/procedure", "code": "unknown_procedure", "message": "no procedure 9.999999"}]
        })
    );
    assert_eq!(problem.body(Language::Vietnamese, "r-1")["title"], "Không có thủ tục này");
}

#[test]
fn the_language_is_the_preferred_one_of_two() {
    let language = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, value.parse().unwrap());
        Language::of(&headers)
    };
    assert_eq!(Language::of(&HeaderMap::new()), Language::English);
    assert_eq!(language("vi"), Language::Vietnamese);
    assert_eq!(language("vi-VN,vi;q=0.9,en;q=0.8"), Language::Vietnamese);
    assert_eq!(language("en-US,en;q=0.9,vi;q=0.8"), Language::English);
    assert_eq!(language("fr, vi;q=0.2"), Language::Vietnamese);
    assert_eq!(language("vi;q=0"), Language::English);
    assert_eq!(language(";;q=x,"), Language::English);
}
