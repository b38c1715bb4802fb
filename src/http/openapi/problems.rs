//! The problems of the document: for each status one answer that all operations share, made from the table of codes.
//!
//! The example of a status is a problem as the service writes it.

use super::super::error::{Code, Language, Problem};
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::vocabulary::{EventKind, Status};
use utoipa::openapi::{ContentBuilder, Ref, Response, ResponseBuilder};

/// Name of the answer that a status has in the document.
pub(super) fn name(status: u16) -> String {
    let status = actix_web::http::StatusCode::from_u16(status);
    let reason = status.ok().and_then(|s| s.canonical_reason()).unwrap_or("Problem");
    reason.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The answer of a status; `None` when the table has no code for it.
pub(super) fn answer(status: u16) -> Option<Response> {
    let codes: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.entry().status == status).collect();
    let (first, rest) = codes.split_first()?;
    let lines = codes.iter().map(|code| format!("- `{}`: {}", code.entry().code, code.entry().help_en));
    let title = if rest.is_empty() { first.entry().title_en } else { "A problem with one of these codes" };
    let example = example(status, *first).body(Language::English, "01a209bd-c432-7151-85df-c262cbad6073");
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).example(Some(example));
    let description = format!("{title}:\n\n{}", lines.collect::<Vec<_>>().join("\n"));
    Some(
        ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", content.build())
            .build(),
    )
}

fn example(status: u16, first: Code) -> Problem {
    match status {
        400 => Problem::unknown_parameter("as_off", "limit, cursor"),
        401 => Problem::unauthorized(),
        403 => Problem::insufficient_scope("dossiers:write"),
        409 => Refusal::EventNotAllowed {
            state: Status::Completed,
            allowed: vec![EventKind::Noted, EventKind::Returned],
        }
        .into(),
        422 => Refusal::invalid("/procedure", Rule::UnknownProcedure, "no procedure has the code 9.999999")
            .into(),
        _ => Problem::new(first),
    }
}
