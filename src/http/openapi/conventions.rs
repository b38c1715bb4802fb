//! What the kit does for every operation, written into the document once, so that no handler repeats it.
//!
//! An operation gets every problem that it can answer, by what it takes: a key, a path, a query, a body, `If-Match`. A
//! status that only some operations answer, such as 409, is named by the handler and gets its body here. This must
//! follow what the kit does: the tests hold every answer against the document.

use super::{operations, problems, scope, takes};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, ArrayItems, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Array, Content, HttpMethod, OpenApi as Document, Ref, RefOr, Schema};

/// The scope that comes with every key: no key is refused for its lack.
const OF_EVERY_KEY: &str = "catalogue:read";

/// A text without control characters other than tab and line break (`domain::text`).
const TEXT: &str = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$";
/// The same with something to see in it.
const VISIBLE_TEXT: &str = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$";

/// Adds the problems to each operation, and to each answer the headers that it always has.
pub fn add_conventions(document: &mut Document) {
    let mut used = BTreeSet::new();
    for (method, path, operation) in operations(document) {
        operation.parameters.iter_mut().flatten().for_each(describe_parameter);
        let statuses = statuses(&method, path, operation);
        let is_list = takes(operation, &ParameterIn::Query, Some("cursor"));
        let has_formats = takes(operation, &ParameterIn::Query, Some("format"));
        let is_public = path.starts_with("/v1/public/");
        let is_limited = is_public || scope(operation).is_some();
        let responses = &mut operation.responses.responses;
        responses.retain(|status, _| !is_problem(status));
        for response in responses.values_mut() {
            if let RefOr::T(response) = response {
                response.headers.insert("X-Request-Id".into(), reference("RequestId"));
                response.content.iter_mut().for_each(list_the_lines);
                let may_be_old = is_public && method == HttpMethod::Get;
                let own = [
                    (is_list, "Link", "NextPage"),
                    (is_limited, "RateLimit", "RateLimit"),
                    (is_limited, "RateLimit-Policy", "RateLimitPolicy"),
                    (may_be_old, "Age", "Age"),
                    (may_be_old, "X-Data-As-Of", "DataAsOf"),
                    (has_formats, "Content-Disposition", "FileName"),
                ];
                for (_, name, header) in own.into_iter().filter(|(has, _, _)| *has) {
                    response.headers.insert(name.into(), reference(header));
                }
            }
        }
        for status in statuses.into_iter().filter(|status| problems::answer(*status).is_some()) {
            let name = Ref::from_response_name(problems::name(status));
            operation.responses.responses.insert(status.to_string(), name.into());
            used.insert(status);
        }
    }
    let components = document.components.get_or_insert_default();
    name_the_items(&mut components.schemas);
    for schema in components.schemas.values_mut() {
        describe_texts(schema);
        require_nulls(schema);
    }
    components.headers = headers();
    for status in used {
        if let Some(mut answer) = problems::answer(status) {
            answer.headers.insert("X-Request-Id".into(), reference("RequestId"));
            // Every caller whose requests are counted is told, whatever the answer is.
            answer.headers.insert("RateLimit".into(), reference("RateLimit"));
            answer.headers.insert("RateLimit-Policy".into(), reference("RateLimitPolicy"));
            for (name, header) in own_headers(status) {
                answer.headers.insert((*name).into(), reference(header));
            }
            components.responses.insert(problems::name(status), answer.into());
        }
    }
}

/// Says of the texts of a body which characters they may hold. A text is a string with a greatest length.
fn describe_texts(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else { return };
    for property in object.properties.values_mut() {
        let RefOr::T(Schema::Object(text)) = property else { continue };
        if has_type(&text.schema_type, &Type::String) && text.max_length.is_some() && text.pattern.is_none() {
            let pattern = if text.min_length.is_some() { VISIBLE_TEXT } else { TEXT };
            text.pattern = Some(pattern.to_owned());
        }
    }
}

/// An answer always names what may be null. A body to be sent, which refuses what it does not know, may leave it out.
fn require_nulls(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else { return };
    if object.additional_properties.is_some() {
        return;
    }
    let is_null = |schema: &RefOr<Schema>| match schema {
        RefOr::T(Schema::Object(it)) => has_type(&it.schema_type, &Type::Null),
        _ => false,
    };
    let nullable = object.properties.iter().filter(|(_, property)| match property {
        RefOr::T(Schema::OneOf(one_of)) => one_of.items.iter().any(is_null),
        other => is_null(other),
    });
    let missing: Vec<String> =
        nullable.map(|(name, _)| name.clone()).filter(|name| !object.required.contains(name)).collect();
    object.required.extend(missing);
}

fn has_type(schema_type: &SchemaType, wanted: &Type) -> bool {
    match schema_type {
        SchemaType::Type(it) => it == wanted,
        SchemaType::Array(several) => several.contains(wanted),
        SchemaType::AnyValue => false,
    }
}

/// NDJSON is a list of what its lines are (OpenAPI 3.2, sequential media types); a handler names the line.
fn list_the_lines((media_type, content): (&String, &mut RefOr<Content>)) {
    if let ("application/x-ndjson", RefOr::T(content)) = (media_type.as_str(), content)
        && let Some(RefOr::Ref(line)) = content.schema.take_if(|schema| matches!(schema, RefOr::Ref(_)))
    {
        content.schema = Some(ArrayBuilder::new().items(line).into());
    }
}

/// The items of a page are of the schema whose name the page has, and not a copy of it.
fn name_the_items(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    let names: BTreeSet<String> = schemas.keys().cloned().collect();
    for (name, schema) in schemas {
        if let Some(of) = name.strip_prefix("PageOf_").filter(|of| names.contains(*of))
            && let RefOr::T(Schema::Object(page)) = schema
            && let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items")
        {
            items.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(of).into()));
        }
    }
}

/// A parameter is there or not, and null is no way to leave it out. A text in the query has no NUL.
fn describe_parameter(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(Parameter { schema: Some(RefOr::T(schema)), parameter_in, .. }) = parameter else { return };
    let object = match schema {
        Schema::Object(object) => object,
        Schema::Array(Array { items: ArrayItems::RefOrSchema(items), .. }) => match items.as_mut() {
            RefOr::T(Schema::Object(object)) => object,
            _ => return,
        },
        _ => return,
    };
    if let SchemaType::Array(types) = &object.schema_type
        && let Some(kind) = types.iter().find(|kind| **kind != Type::Null)
    {
        object.schema_type = SchemaType::Type(kind.clone());
    }
    let is_free = object.enum_values.is_none() && object.format.is_none() && object.pattern.is_none();
    if *parameter_in == ParameterIn::Query && is_free && has_type(&object.schema_type, &Type::String) {
        object.pattern = Some(r"^[^\x00]*$".into());
    }
}

fn is_problem(status: &str) -> bool {
    status.starts_with(['4', '5'])
}

/// The statuses of problems that an operation can answer.
fn statuses(method: &HttpMethod, path: &str, operation: &Operation) -> BTreeSet<u16> {
    let named = operation.responses.responses.keys().filter(|status| is_problem(status));
    // Any operation refuses a parameter it does not know, a media type it does not offer, and a head that is too long.
    let mut found: BTreeSet<u16> =
        named.filter_map(|status| status.parse().ok()).chain([400, 406, 414, 431, 500]).collect();
    let mut add = |applies: bool, statuses: &[u16]| {
        if applies {
            found.extend(statuses);
        }
    };
    let scope = scope(operation);
    let body = operation.request_body.is_some();
    add(path.starts_with("/v1/"), &[429, 503]);
    add(scope.is_some(), &[401]);
    add(scope.is_some_and(|scope| scope != OF_EVERY_KEY), &[403]);
    add(takes(operation, &ParameterIn::Path, None), &[404]);
    add(body || takes(operation, &ParameterIn::Query, None), &[422]);
    // A reason that is none.
    add(takes(operation, &ParameterIn::Header, Some("X-Access-Reason")), &[422]);
    add(body, &[408, 413, 415]);
    // What is changed must be guarded; what is added to may be.
    let may_be_guarded = takes(operation, &ParameterIn::Header, Some("If-Match"));
    add(may_be_guarded, &[412]);
    add(may_be_guarded && *method == HttpMethod::Put, &[428]);
    found
}

/// Headers that the answers of a status have beside the request id.
fn own_headers(status: u16) -> &'static [(&'static str, &'static str)] {
    match status {
        401 | 403 => &[("WWW-Authenticate", "Challenge")],
        // With a 409, only while another request with the same Idempotency-Key runs.
        409 | 429 | 503 => &[("Retry-After", "RetryAfter")],
        _ => &[],
    }
}

fn headers() -> BTreeMap<String, RefOr<Header>> {
    let text = |description: &str, example: &str| {
        let schema = ObjectBuilder::new().schema_type(Type::String).build();
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(description));
        header.example(Some(example.into())).build()
    };
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).build();
    let seconds = HeaderBuilder::new().schema(Some(seconds)).description(Some("Seconds to wait.")).build();
    let id = text("Id of the request, in the log and in problems.", "01a209bd-c432-7151-85df-c262cbad6073");
    let challenge =
        text("Which key is needed; with a 403 for a scope, which one.", "Bearer realm=\"congkhai\"");
    let next = text(
        "Leads to the next page, when there is one.",
        "</v1/agencies?limit=50&cursor=eyJ>; rel=\"next\"",
    );
    let limit = text(
        "What is left of the rate limit and the seconds until it is whole again, where the request is counted.",
        "\"public\";r=119;t=1",
    );
    let policy = text("The rate limit that the request is counted against.", "\"public\";q=120;w=60");
    let age = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).build();
    let age = HeaderBuilder::new()
        .schema(Some(age))
        .description(Some("Seconds since the answer was made, when it was kept for some."));
    let as_of = text("When the answer was made.", "2022-02-15T10:00:00+07:00");
    let file = text("Name of the file, in every format but JSON.", "attachment; filename=\"overdue.csv\"");
    let all = [
        ("NextPage", next),
        ("RequestId", id),
        ("RetryAfter", seconds),
        ("Challenge", challenge),
        ("RateLimit", limit),
        ("RateLimitPolicy", policy),
        ("Age", age.build()),
        ("DataAsOf", as_of),
        ("FileName", file),
    ];
    all.into_iter().map(|(name, header)| (name.to_owned(), header.into())).collect()
}

fn reference(header: &str) -> RefOr<Header> {
    RefOr::Ref(Ref::new(format!("#/components/headers/{header}")))
}
