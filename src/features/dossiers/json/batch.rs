//! A batch: its items as they are sent, each a receipt or an event as by itself, and what became of each.

mod schema;

pub use schema::{PostBatch, PostBatchItem};

use super::receive::PostDossier;
use super::record::PostEvent;
use crate::domain::ids::DossierCode;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::clean;
use crate::features::dossiers::actions::batch::{Done, Item};
use crate::http::error::Problem;
use crate::http::input::Members;
use crate::http::openapi::Problem as ProblemBody;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Longest `ref`, in characters.
const LONGEST_REF: usize = 100;

/// Reads an item and checks what can be checked without the database; also says whether it needs the scope `admin`.
pub fn item(text: &[u8]) -> Result<(Item, bool), Problem> {
    let Members(mut members) = Members::parse(text)?;
    match members.shift_remove("op").as_ref().map(Value::as_str) {
        Some(Some("receive")) => receipt(members).map(|item| (item, false)),
        Some(Some("event")) => event(members),
        Some(Some(_)) => Err(Refusal::invalid("/op", Rule::InvalidValue, "must be receive or event").into()),
        Some(None) => Err(Refusal::invalid("/op", Rule::WrongType, "must be a string").into()),
        None => Err(Refusal::invalid("/op", Rule::MissingField, "is required").into()),
    }
}

fn receipt(members: Map<String, Value>) -> Result<Item, Problem> {
    let body: PostDossier = Members(members).into()?;
    let has_code = body.code.is_some();
    let mut wrong = Violations::default();
    if !has_code {
        wrong.add("/code", Rule::MissingField, "is required in a batch");
    }
    Ok(Item::Receive(Box::new(and(wrong, body.check())?)))
}

fn event(mut members: Map<String, Value>) -> Result<(Item, bool), Problem> {
    let mut wrong = Violations::default();
    let mut take = |name: &str| match members.shift_remove(name) {
        Some(Value::String(text)) => Some(text),
        Some(Value::Null) | None => {
            wrong.add(format!("/{name}"), Rule::MissingField, "is required");
            None
        }
        Some(_) => {
            wrong.add(format!("/{name}"), Rule::WrongType, "must be a string");
            None
        }
    };
    let (dossier, reference) = (take("dossier"), take("ref"));
    let body: PostEvent = Members(members).into()?;
    let needs_admin = body.kind.needs_admin();
    let dossier = dossier.and_then(|code| wrong.take("/dossier", DossierCode::parse(&code).map(|_| code)));
    let reference = reference.and_then(|text| wrong.take("/ref", clean(&text, LONGEST_REF)));
    let mut input = and(wrong, body.check())?;
    input.reference = reference;
    Ok((Item::Event(dossier.unwrap_or_default(), Box::new(input)), needs_admin))
}

/// What was checked, unless something was wrong there or before.
fn and<T>(mut wrong: Violations, checked: Result<T, Refusal>) -> Result<T, Refusal> {
    match checked {
        Ok(checked) => wrong.check().map(|()| checked),
        Err(Refusal::Invalid(Violations(more))) => {
            wrong.0.extend(more);
            Err(Refusal::Invalid(wrong))
        }
        Err(refusal) => Err(refusal),
    }
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Batch)]
pub struct BatchBody {
    /// Whether what was done is stored. False for one that was only tried, and for an atomic one with an item that was rejected.
    pub committed: bool,
    /// How many items fared how.
    pub summary: BatchSummary,
    /// What became of each item, in their order.
    pub items: Vec<BatchItemBody>,
}

/// How many items fared how.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct BatchSummary {
    /// Done now.
    #[schema(example = 1)]
    pub created: usize,
    /// Done before, with the same content.
    pub unchanged: usize,
    /// Not done.
    pub rejected: usize,
}

/// What became of an item.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = BatchItem)]
pub enum BatchItemBody {
    /// It is there.
    Done(BatchDone),
    /// It is not.
    Rejected(BatchRejected),
}

/// An item that is there.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchDone {
    /// Number of the item, from 0.
    pub index: usize,
    /// What became of it.
    pub result: BatchResult,
    /// Code of the dossier.
    #[schema(value_type = DossierCode, example = "H51.29-220214-9000")]
    pub code: String,
    /// Version of the dossier that the item made.
    #[schema(example = 1)]
    pub version: i32,
}

/// What became of an item that is there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BatchResult {
    /// It was done now.
    Created,
    /// It had been done before, with the same content.
    Unchanged,
}

/// An item that was rejected.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchRejected {
    /// Number of the item, from 0.
    pub index: usize,
    /// What became of it.
    pub result: Rejected,
    /// Why. Its pointers begin at the item.
    #[schema(value_type = ProblemBody)]
    pub problem: Value,
}

/// That an item was rejected.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rejected {
    /// It was.
    Rejected,
}

impl BatchBody {
    /// Of what became of each item, a problem being written by `write`.
    pub fn new(
        committed: bool,
        results: Vec<Result<Done, Problem>>,
        write: impl Fn(&Problem) -> Value,
    ) -> Self {
        let mut summary = BatchSummary::default();
        let mut show = |(index, result)| match result {
            Ok(Done { is_new, code, version }) => {
                let count = if is_new { &mut summary.created } else { &mut summary.unchanged };
                *count += 1;
                let result = if is_new { BatchResult::Created } else { BatchResult::Unchanged };
                BatchItemBody::Done(BatchDone { index, result, code, version })
            }
            Err(problem) => {
                summary.rejected += 1;
                let (result, problem) = (Rejected::Rejected, write(&problem));
                BatchItemBody::Rejected(BatchRejected { index, result, problem })
            }
        };
        let items = results.into_iter().enumerate().map(&mut show).collect();
        Self { committed, summary, items }
    }
}
