//! Conventions of all reads, of all lists and of all writes.
//!
//! Called before `add_conventions`, which gives the answers they add their headers and bodies.

use super::super::format::Format;
use super::{operations, scope, takes};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{
    ContentBuilder, HttpMethod, OpenApi as Document, Ref, RefOr, Required, ResponseBuilder,
};

/// Reads that have no `ETag`.
fn is_never_cached(path: &str) -> bool {
    path.starts_with("/health/") || path == "/metrics"
}

/// Says that a read can be asked for only when it has changed: `If-None-Match`, `ETag`, 304.
pub fn conditional_gets(document: &mut Document) {
    let gets =
        operations(document).filter(|(method, path, _)| *method == HttpMethod::Get && !is_never_cached(path));
    for (_, _, operation) in gets {
        let given = parameter(
            "If-None-Match",
            ParameterIn::Header,
            text(),
            "`ETag` of an earlier answer: 304 when it is still the same.",
        );
        operation.parameters.get_or_insert_default().push(given.into());
        let headers = [
            ("ETag", "Changes when the answer does."),
            ("Cache-Control", "Who may keep the answer, and for how long."),
            ("Vary", "Request headers that the answer depends on."),
        ];
        let header = |description: &str| {
            HeaderBuilder::new().schema(Some(text())).description(Some(description)).build()
        };
        if let Some(RefOr::T(found)) = operation.responses.responses.get_mut("200") {
            found.headers.extend(headers.map(|(name, says)| (name.to_owned(), header(says).into())));
        }
        let same = headers.into_iter().fold(
            ResponseBuilder::new().description("It is still what the `ETag` says. No body."),
            |response, (name, says)| response.header(name, header(says)),
        );
        operation.responses.responses.insert("304".into(), same.build().into());
    }
}

/// Says of every list with a `format` in which it can be had, besides JSON. The item of the page is the row, unless the handler names
/// another one.
pub fn list_formats(document: &mut Document) {
    let lists = operations(document)
        .filter(|(_, _, operation)| takes(operation, &ParameterIn::Query, Some("format")));
    for (_, _, operation) in lists {
        let Some(RefOr::T(found)) = operation.responses.responses.get_mut("200") else { continue };
        let Some(RefOr::T(json)) = found.content.get(Format::Json.media_type()) else { continue };
        let Some(RefOr::Ref(page)) = &json.schema else { continue };
        let item = page.ref_location.replace("PageOf_", "");
        let contents = [
            (Format::Ndjson, ContentBuilder::new().schema(Some(Ref::new(item)))),
            (Format::Csv, ContentBuilder::new().schema(Some(text()))),
            (Format::Xlsx, ContentBuilder::new().schema(Some(binary()))),
        ];
        for (format, content) in contents {
            found.content.entry(format.media_type().to_owned()).or_insert_with(|| content.build().into());
        }
    }
}

/// Whether a write takes many items: each is known by its identity when it is sent again, so there is no key for all.
fn is_of_many(operation: &Operation) -> bool {
    let ndjson = Format::Ndjson.media_type();
    operation.request_body.as_ref().is_some_and(|body| match body {
        RefOr::T(body) => body.content.contains_key(ndjson),
        RefOr::Ref(_) => false,
    })
}

/// Says that a keyed write can be repeated safely and tried out: `Idempotency-Key` on POST, `dry_run` on POST and PUT.
pub fn write_conventions(document: &mut Document) {
    for (method, _, operation) in operations(document).filter(|(_, _, operation)| scope(operation).is_some())
    {
        if !matches!(method, HttpMethod::Post | HttpMethod::Put) {
            continue;
        }
        let flag = ObjectBuilder::new().schema_type(Type::Boolean).build();
        let says = "`true`: everything is checked and answered as it would be, and nothing is stored.";
        operation
            .parameters
            .get_or_insert_default()
            .push(parameter("dry_run", ParameterIn::Query, flag, says).into());
        if method == HttpMethod::Put || is_of_many(operation) {
            continue;
        }
        let says = "The same key with the same body gets the stored answer and does nothing twice.";
        let key = parameter("Idempotency-Key", ParameterIn::Header, idempotency_key(), says);
        operation.parameters.get_or_insert_default().push(key.into());
        for (status, response) in &mut operation.responses.responses {
            if let RefOr::T(response) = response
                && status.starts_with('2')
            {
                let replayed =
                    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["true"])).build();
                let says = "There when the answer is a stored one.";
                let header = HeaderBuilder::new().schema(Some(replayed)).description(Some(says)).build();
                response.headers.insert("Idempotency-Replayed".into(), header.into());
            }
        }
        // While the first request with the key is still running.
        operation
            .responses
            .responses
            .entry("409".into())
            .or_insert_with(|| ResponseBuilder::new().build().into());
    }
}

fn binary() -> Object {
    let media_type = Format::Xlsx.media_type();
    ObjectBuilder::new().schema_type(Type::String).content_media_type(media_type).build()
}

fn text() -> Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

fn idempotency_key() -> Object {
    let key = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255));
    key.pattern(Some("^[\\x20-\\x7E]+$")).build()
}

fn parameter(name: &str, place: ParameterIn, schema: Object, description: &str) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(place).required(Required::False);
    parameter.schema(Some(schema)).description(Some(description)).build()
}
