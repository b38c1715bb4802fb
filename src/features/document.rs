//! What the API document says of operations beyond each handler: examples of bodies, and the links between answers and
//! requests.
//!
//! `examples.json` has an example for each request body and each JSON answer. They are of the demonstration and of the
//! tests' world, so that a request can be sent as it stands.

use crate::http::openapi::{self, Link};
use serde_json::Value;
use utoipa::openapi::OpenApi;

/// Adds examples and links to a document with all operations.
pub fn complete(document: &mut OpenApi) {
    openapi::add_examples(document, &examples());
    openapi::add_links(document, LINKS);
}

/// The examples by operation.
pub fn examples() -> Value {
    // The file is part of the program and a test reads it; an empty one would fail that test.
    serde_json::from_str(include_str!("examples.json")).unwrap_or_default()
}

const OWN: &str = "$response.body#/code";
const SENT: &str = "$response.body#/data/0/MaHoSo";
const FIRST: &str = "$response.body#/items/0/code";

const fn link(from: &'static str, status: &'static str, to: &'static str, code: &'static str) -> Link {
    Link { from, status, to, code }
}

/// Every link, from an answer with a code to what can be asked of that code.
pub const LINKS: &[Link] = &[
    link("receive_dossier", "201", "get_dossier", OWN),
    link("receive_dossier", "201", "list_dossier_events", OWN),
    link("receive_dossier", "201", "record_event", OWN),
    link("receive_dossier", "201", "get_public_dossier", OWN),
    link("get_dossier", "200", "get_dossier_proof", OWN),
    link("list_dossiers", "200", "get_dossier", FIRST),
    link("list_dossiers", "200", "list_dossier_events", FIRST),
    link("list_overdue", "200", "get_dossier", FIRST),
    link("list_overdue", "200", "record_event", FIRST),
    link("list_quality_findings", "200", "get_dossier", FIRST),
    link("get_dossier", "200", "list_dossier_events", OWN),
    link("get_dossier", "200", "record_event", OWN),
    link("record_event", "201", "get_dossier", "$request.path.code"),
    link("record_event", "201", "list_dossier_events", "$request.path.code"),
    link("send_national_dossiers", "200", "get_national_dossier", SENT),
    link("send_national_dossiers", "200", "get_dossier", SENT),
    link("list_agencies", "200", "get_agency", FIRST),
    link("put_agency", "200", "get_agency", OWN),
    link("put_agency", "201", "get_agency", OWN),
    link("list_procedures", "200", "get_procedure", FIRST),
    link("put_procedure", "200", "get_procedure", OWN),
    link("put_procedure", "201", "get_procedure", OWN),
    link("put_procedure", "200", "publish_procedure", OWN),
    link("put_procedure", "201", "publish_procedure", OWN),
    link("get_procedure", "200", "list_procedure_versions", OWN),
    link("publish_procedure", "201", "get_public_procedure", OWN),
    link("list_public_procedures", "200", "get_public_procedure", FIRST),
];
