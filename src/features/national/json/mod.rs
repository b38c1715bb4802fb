//! What is sent in the national format, and what became of it: `schema` describes the objects, `shown` makes one of a dossier that was never
//! sent so.
//!
//! Names of keys are those of the format, Vietnamese and in its own spelling.

mod schema;
mod shown;

pub use schema::{NationalDossier, NationalStep, PostNationalDossiers, PostNationalProgress};
pub use shown::{personal, shown};

use super::actions::{Done, Says, Sent};
use crate::domain::ids::DossierCode;
use crate::domain::national::progress::Step;
use crate::domain::national::snapshot::Snapshot;
use crate::http::error::Problem;
use crate::http::input::{Members, whole};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The envelope of both operations. What else it says is not needed: whether a dossier is new, the service knows.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
}

/// The objects of a body.
pub fn listed(body: &[u8]) -> Result<Vec<&RawValue>, Problem> {
    whole::<Envelope<'_>>(body).map(|envelope| envelope.data)
}

/// An object that was read, or what is wrong with it, and the code that it names.
pub type Item = (Option<String>, Result<Sent, Problem>);

/// Reads an object of `DongBoHoSoMC`.
pub fn dossier(text: &[u8]) -> Item {
    item(text, |payload| Ok(Says::Dossier(Box::new(Snapshot::read(payload)?))))
}

/// Reads an object of `CapNhatTienDoHoSoMC`.
pub fn step(text: &[u8]) -> Item {
    item(text, |payload| Ok(Says::Step(Box::new(Step::read(payload)?))))
}

fn item(text: &[u8], read: impl Fn(&Map<String, Value>) -> Result<Says, Problem>) -> Item {
    let payload = match Members::parse(text) {
        Ok(Members(payload)) => payload,
        Err(problem) => return (None, Err(problem)),
    };
    let code = payload.get("MaHoSo").and_then(Value::as_str).map(ToOwned::to_owned);
    let says = read(&payload);
    (code, says.map(|says| Sent { says, payload, text: text.to_vec() }))
}

/// What became of what was sent, in the form of the national portal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NationalAnswer)]
pub struct AnswerBody {
    /// 0: the envelope was read. What is wrong with an object stands at the object.
    #[schema(example = 0)]
    pub error_code: u16,
    /// Empty.
    #[schema(example = "")]
    pub message: String,
    /// What became of each object, in their order.
    pub data: Vec<ResultBody>,
}

/// What became of an object.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = NationalItem)]
pub enum ResultBody {
    /// All of it is there.
    Done(DoneBody),
    /// Nothing of it was recorded.
    Refused(RefusedBody),
}

/// An object that is there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NationalDone)]
pub struct DoneBody {
    /// Code of the dossier.
    #[serde(rename = "MaHoSo")]
    #[schema(value_type = DossierCode, example = "H51.29-220215-9001")]
    pub code: String,
    /// 0.
    #[schema(example = 0)]
    pub error_code: u16,
    /// What became of it.
    pub result: NationalResult,
}

/// What became of an object that is there.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NationalResult {
    /// The dossier was not known, and is now.
    Created,
    /// Something of it is new.
    Updated,
    /// All of it was known.
    Unchanged,
}

/// An object of which nothing was recorded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NationalRefused)]
pub struct RefusedBody {
    /// Code of the dossier as it was sent; null when there was none.
    #[serde(rename = "MaHoSo")]
    #[schema(example = "H51.29-220215-9002")]
    pub code: Option<String>,
    /// HTTP status of the problem.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub error_code: u16,
    /// Stable name of the problem, for programs.
    #[serde(rename = "code")]
    #[schema(example = "unknown_procedure", pattern = "^[a-z_]+$")]
    pub problem: String,
    /// The keys that are wrong, and what is wrong with each.
    #[schema(example = "MaTTHC: no procedure has the code 9.999999")]
    pub message: String,
}

impl AnswerBody {
    /// Of what became of each object, a problem being written by `write`.
    pub fn new(
        results: Vec<(Option<String>, Result<Done, Problem>)>,
        write: impl Fn(&Problem) -> Value,
    ) -> Self {
        let show = |(code, result): (Option<String>, Result<Done, Problem>)| match result {
            Ok(done) => {
                let result = match done {
                    Done::Created => NationalResult::Created,
                    Done::Updated => NationalResult::Updated,
                    Done::Unchanged => NationalResult::Unchanged,
                };
                ResultBody::Done(DoneBody { code: code.unwrap_or_default(), error_code: 0, result })
            }
            Err(problem) => ResultBody::Refused(refused(code, &write(&problem))),
        };
        Self { error_code: 0, message: String::new(), data: results.into_iter().map(show).collect() }
    }
}

/// A problem in the form of the national portal.
fn refused(code: Option<String>, problem: &Value) -> RefusedBody {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let wrong = |error: &Value| {
        let place = text(&error["pointer"]);
        format!("{}: {}", place.trim_start_matches('/'), text(&error["message"]))
    };
    let errors = problem["errors"].as_array().map(|errors| errors.iter().map(wrong).collect::<Vec<_>>());
    let error_code = problem["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    RefusedBody {
        code,
        error_code: error_code.unwrap_or(500),
        problem: text(&problem["code"]),
        message: errors.map_or_else(|| text(&problem["detail"]), |errors| errors.join("; ")),
    }
}

/// A dossier in the national format.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NationalShown)]
pub struct ShownBody {
    /// 0.
    #[schema(example = 0)]
    pub error_code: u16,
    /// The dossier.
    #[schema(value_type = Vec<NationalDossier>)]
    pub data: Vec<Map<String, Value>>,
}
