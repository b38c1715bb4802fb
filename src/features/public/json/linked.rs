//! A procedure as linked data: CPSV-AP 3.2 of the European Union in JSON-LD 1.1.
//!
//! The context is in the document, so that nobody needs another server to read it. What has an address of its own here is named by it;
//! what has none, by a fragment. Both are relative to the address of the document.

mod nodes;

use crate::domain::agency_tree::AgencyTree;
use crate::domain::catalogue::content::Content;
use crate::domain::vocabulary::VersionState;
use crate::features::procedures::queries::Procedure;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A public service of CPSV-AP 3.2 in JSON-LD 1.1. Texts are Vietnamese; `@id` is relative to the address of the document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicService)]
pub struct LinkedBody {
    /// What the prefixes stand for.
    #[serde(rename = "@context")]
    #[schema(value_type = Object)]
    pub context: Value,
    /// Address of the procedure.
    #[serde(rename = "@id")]
    #[schema(example = "/v1/public/procedures/1.004873")]
    pub id: String,
    /// `cpsv:PublicService`.
    #[serde(rename = "@type")]
    #[schema(example = "cpsv:PublicService")]
    pub class: &'static str,
    /// Code.
    #[serde(rename = "dct:identifier")]
    #[schema(example = "1.004873")]
    pub identifier: String,
    /// Name.
    #[serde(rename = "dct:title")]
    pub title: LinkedText,
    /// The steps, one on each line; the name where there are none.
    #[serde(rename = "dct:description")]
    pub description: LinkedText,
    /// Vietnamese.
    #[serde(rename = "dct:language")]
    pub language: LinkedName,
    /// Its state (`skos:Concept`).
    #[serde(rename = "adms:status")]
    #[schema(value_type = Object)]
    pub status: Value,
    /// The agencies that handle it, or any of its levels (`cv:PublicOrganisation`).
    #[serde(rename = "cv:hasCompetentAuthority")]
    #[schema(value_type = Vec<Object>, min_items = 1)]
    pub authorities: Vec<Value>,
    /// Its field (`skos:Concept`).
    #[serde(rename = "cv:thematicArea")]
    #[schema(value_type = Vec<Object>)]
    pub areas: Vec<Value>,
    /// Who may apply (`skos:Concept`).
    #[serde(rename = "dct:audience")]
    #[schema(value_type = Vec<Object>)]
    pub audience: Vec<Value>,
    /// How it can be filed, with the time that it takes (`cv:Channel`).
    #[serde(rename = "cv:hasChannel")]
    #[schema(value_type = Vec<Object>)]
    pub channels: Vec<Value>,
    /// Fees (`cv:Cost`).
    #[serde(rename = "cv:hasCost")]
    #[schema(value_type = Vec<Object>)]
    pub costs: Vec<Value>,
    /// Documents to hand in (`cv:Evidence`).
    #[serde(rename = "cpsv:hasInput")]
    #[schema(value_type = Vec<Object>)]
    pub inputs: Vec<Value>,
    /// Results (`cv:Output`).
    #[serde(rename = "cpsv:produces")]
    #[schema(value_type = Vec<Object>)]
    pub outputs: Vec<Value>,
    /// Requirements and conditions (`cv:Requirement`).
    #[serde(rename = "cv:holdsRequirement")]
    #[schema(value_type = Vec<Object>)]
    pub requirements: Vec<Value>,
    /// Steps by case (`cpsv:Rule`).
    #[serde(rename = "cpsv:follows")]
    #[schema(value_type = Vec<Object>)]
    pub rules: Vec<Value>,
    /// Legal basis (`eli:LegalResource`).
    #[serde(rename = "cv:hasLegalResource")]
    #[schema(value_type = Vec<Object>)]
    pub law: Vec<Value>,
}

/// A text with its language.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkedText {
    /// The text.
    #[serde(rename = "@value")]
    #[schema(example = "Cấp Giấy xác nhận tình trạng hôn nhân")]
    pub value: String,
    /// Its language.
    #[serde(rename = "@language")]
    #[schema(example = "vi")]
    pub language: &'static str,
}

/// Something by its name.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkedName {
    /// Its name, an IRI.
    #[serde(rename = "@id")]
    #[schema(example = "http://publications.europa.eu/resource/authority/language/VIE")]
    pub id: String,
}

fn context() -> Value {
    json!({
        "adms": "http://www.w3.org/ns/adms#",
        "cpsv": "http://purl.org/vocab/cpsv#",
        "cv": "http://data.europa.eu/m8g/",
        "dct": "http://purl.org/dc/terms/",
        "eli": "http://data.europa.eu/eli/ontology#",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

/// Authority tables of the Publications Office of the European Union.
const AUTHORITY: &str = "http://publications.europa.eu/resource/authority";

fn text(value: impl Into<String>) -> LinkedText {
    LinkedText { value: value.into(), language: "vi" }
}

/// A concept of this service: its word, and what it is called.
fn concept(kind: &str, word: &str, label: &str) -> Value {
    let id = format!("#{kind}-{word}");
    json!({"@id": id, "@type": "skos:Concept", "skos:notation": word, "skos:prefLabel": text(label)})
}

impl LinkedBody {
    /// Shows a version as it stands on a day.
    pub fn new(procedure: &Procedure, content: &Content, tree: &AgencyTree, day: NaiveDate) -> Self {
        let row = &procedure.row;
        let steps: Vec<&str> =
            content.steps.iter().flat_map(|of| of.steps.iter().map(String::as_str)).collect();
        let description = if steps.is_empty() { row.name.clone() } else { steps.join("\n") };
        let area = concept("field", &row.field, &row.field_name);
        let state: VersionState = row.dates().state(day);
        Self {
            context: context(),
            id: format!("/v1/public/procedures/{}", row.procedure_code),
            class: "cpsv:PublicService",
            identifier: row.procedure_code.clone(),
            title: text(&row.name),
            description: text(description),
            language: LinkedName { id: format!("{AUTHORITY}/language/VIE") },
            status: concept("state", state.as_str(), state.vi()),
            authorities: nodes::authorities(procedure, tree),
            areas: vec![area],
            audience: content
                .applicants
                .iter()
                .map(|kind| concept("applicant", kind.as_str(), kind.vi()))
                .collect(),
            channels: nodes::channels(procedure, content),
            costs: nodes::costs(content),
            inputs: nodes::inputs(content),
            outputs: nodes::outputs(content),
            requirements: nodes::requirements(content),
            rules: nodes::rules(procedure, content),
            law: nodes::law(content),
        }
    }
}
