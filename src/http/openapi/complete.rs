//! Puts examples and links where they belong. What they are comes from above: the kit knows no operation.

use super::operations;
use serde_json::Value;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::{OpenApi as Document, RefOr};

/// A way from one answer to the next request.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Id of the operation that answers.
    pub from: &'static str,
    /// Status of the answer.
    pub status: &'static str,
    /// Id of the operation that follows.
    pub to: &'static str,
    /// Its path parameter `code`, as a runtime expression of the answer.
    pub code: &'static str,
}

/// Adds the examples of bodies: `{"<operation id>": {"request": ..., "<status>": ..., "<status> <media type>": ...}}`.
///
/// What belongs to no body of the document stays out; a test compares.
pub fn add_examples(document: &mut Document, examples: &Value) {
    for (_, _, operation) in operations(document) {
        let Some(own) = operation.operation_id.as_ref().and_then(|id| examples.get(id)) else { continue };
        if let Some(RefOr::T(body)) = operation.request_body.as_mut()
            && let Some(RefOr::T(content)) = body.content.get_mut("application/json")
        {
            content.example = own.get("request").cloned();
        }
        for (status, response) in &mut operation.responses.responses {
            let RefOr::T(response) = response else { continue };
            for (media_type, content) in &mut response.content {
                let RefOr::T(content) = content else { continue };
                let name = match media_type.as_str() {
                    "application/json" => status.clone(),
                    other => format!("{status} {other}"),
                };
                content.example = own.get(name).cloned().or(content.example.take());
            }
        }
    }
}

/// Adds the links. One whose operation or answer is not there stays out; a test compares.
pub fn add_links(document: &mut Document, links: &[Link]) {
    for (_, _, operation) in operations(document) {
        let own = links.iter().filter(|link| operation.operation_id.as_deref() == Some(link.from));
        for link in own {
            if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(link.status) {
                let made = LinkBuilder::new().operation_id(link.to).parameter("code", link.code).build();
                response.links.insert(link.to.to_owned(), made.into());
            }
        }
    }
}
