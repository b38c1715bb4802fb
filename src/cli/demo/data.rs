//! The agencies, the procedures and the review of the demonstration, from `data/demo`. The procedures are real, marked as samples.

use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use crate::features::agencies::actions::AgencyInput;
use crate::features::agencies::json::PutAgency;
use crate::features::procedures::actions::{ProcedureInput, Publication};
use crate::features::procedures::json::{PostPublication, PutProcedure};
use crate::features::reviews::actions::{ConfirmationInput, ReviewInput};
use crate::features::reviews::json::{PostConfirmations, PostReview};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The procedure that is amended.
const AMENDED: &str = "1.011607";

type AnyError = Box<dyn std::error::Error>;

/// The agencies, parents first.
pub(super) fn agencies() -> Result<Vec<AgencyInput>, AnyError> {
    let entries = entries(include_str!("../../../data/demo/agencies.json"))?;
    let read =
        |(code, body): (String, Value)| serde_json::from_value::<PutAgency>(body).map(|b| b.check(&code));
    entries.into_iter().map(|entry| checked(read(entry)?)).collect()
}

/// The procedures.
pub(super) fn procedures() -> Result<Vec<ProcedureInput>, AnyError> {
    let entries = entries(include_str!("../../../data/demo/procedures.json"))?;
    let read = |(code, mut body): (String, Value)| {
        if let Some(fields) = body.as_object_mut() {
            // Where the limit is from is for readers of the file; the end comes with a later version.
            fields.remove("source");
            fields.remove("effective_to");
        }
        serde_json::from_value::<PutProcedure>(body).map(|b| b.check(&code).map(|(procedure, _)| procedure))
    };
    entries.into_iter().map(|entry| checked(read(entry)?)).collect()
}

/// The decision that announces them, a sample as well.
pub(super) fn publication() -> Result<Publication, AnyError> {
    let body: PostPublication = serde_json::from_str(include_str!("../../../data/demo/publication.json"))?;
    publication_of(body)
}

/// The procedure that is amended in January 2022, as it is then, and the decision that says so.
pub(super) fn amendment(procedures: &[ProcedureInput]) -> Result<(ProcedureInput, Publication), AnyError> {
    let body: PostPublication = serde_json::from_str(include_str!("../../../data/demo/amendment.json"))?;
    let amended = procedures.iter().find(|procedure| procedure.code == AMENDED).cloned();
    Ok((amended.ok_or("the procedure that is amended is not there")?, publication_of(body)?))
}

fn publication_of(body: PostPublication) -> Result<Publication, AnyError> {
    // The drafts are in a file of their own.
    checked(body.check("")).map(|(publication, _)| publication)
}

/// The review of February 2022 and when it was created.
pub(super) fn review() -> Result<Campaign, AnyError> {
    let file: ReviewFile = serde_json::from_str(include_str!("../../../data/demo/review.json"))?;
    let said = |Said { at, said }: Said| Ok((at, checked(said.check())?));
    let confirmations = file.confirmations.into_iter().map(said).collect::<Result<_, AnyError>>()?;
    Ok(Campaign { created_at: file.created_at, review: checked(file.review.check())?, confirmations })
}

/// A review as it went.
pub(super) struct Campaign {
    pub(super) created_at: Instant,
    pub(super) review: ReviewInput,
    pub(super) confirmations: Vec<(Instant, ConfirmationInput)>,
}

#[derive(Deserialize)]
struct ReviewFile {
    created_at: Instant,
    review: PostReview,
    confirmations: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    at: Instant,
    said: PostConfirmations,
}

/// The entries of a file: the code, and the rest as the body of a PUT.
fn entries(json: &str) -> Result<Vec<(String, Value)>, AnyError> {
    let entries: Vec<Map<String, Value>> = serde_json::from_str(json)?;
    let split = |mut entry: Map<String, Value>| {
        let code = entry.remove("code").and_then(|code| code.as_str().map(ToOwned::to_owned));
        code.map(|code| (code, Value::Object(entry))).ok_or_else(|| AnyError::from("an entry has no code"))
    };
    entries.into_iter().map(split).collect()
}

fn checked<T>(input: Result<T, Refusal>) -> Result<T, AnyError> {
    input.map_err(|refusal| format!("data/demo: {refusal:?}").into())
}
