//! Holds answers against the API document: status, headers, media type and every field.
//!
//! In the copy of the document that is used here objects may hold nothing but what is named, so that a field which
//! nobody described fails. Read next: `client`, which holds every answer of every test against it.

use actix_web::http::header::HeaderMap;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

/// Headers of the document that an answer has only sometimes.
const SOMETIMES: [&str; 8] = [
    "Link",
    "WWW-Authenticate",
    "Idempotency-Replayed",
    "Content-Disposition",
    "RateLimit",
    "RateLimit-Policy",
    "Age",
    "X-Data-As-Of",
];

/// Headers with a meaning of their own: none is sent that the document does not have.
const MEANT: [&str; 11] = [
    "etag",
    "location",
    "link",
    "retry-after",
    "www-authenticate",
    "idempotency-replayed",
    "content-disposition",
    "ratelimit",
    "ratelimit-policy",
    "age",
    "x-data-as-of",
];

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract::new(&document()));

/// The API document.
pub fn document() -> Value {
    serde_json::to_value(congkhai::app::document()).unwrap()
}

struct Contract {
    document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// A request and its answer, as far as the document speaks of them.
pub struct Exchange<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub status: u16,
    pub headers: &'a HeaderMap,
    /// `None` when the body was cut off.
    pub body: Option<&'a [u8]>,
}

/// What is wrong with an answer, when anything is.
pub fn judge(exchange: &Exchange<'_>) -> Result<(), String> {
    CONTRACT.judge(exchange)
}

/// Fails when an answer is not as the document says.
pub fn check(exchange: &Exchange<'_>) {
    let wrong = judge(exchange).err();
    let Exchange { method, path, status, body, .. } = exchange;
    let body = String::from_utf8_lossy(body.unwrap_or_default());
    assert!(
        wrong.is_none(),
        "{method} {path} answered {status}, which is not as documented: {wrong:?}\n{body}"
    );
}

/// Compiles a schema of the document for its own use: with the components it refers to.
pub fn validator(schema: &Value, document: &Value) -> Validator {
    let mut whole = match schema {
        Value::Object(map) => map.clone(),
        other => panic!("{other} is no schema"),
    };
    whole.insert("components".into(), document["components"].clone());
    let options =
        jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
    options.build(&Value::Object(whole)).unwrap_or_else(|e| panic!("{schema}: {e}"))
}

/// What is wrong with a value, in one text.
pub fn faults(validator: &Validator, value: &Value) -> Result<(), String> {
    let all: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    if all.is_empty() { Ok(()) } else { Err(all.join("; ")) }
}

/// Whether a path is one of a template such as `/v1/dossiers/{code}`.
fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(w), Some(g)) if w == g || (w.starts_with('{') && !g.is_empty()) => {}
            _ => return false,
        }
    }
}

/// Forbids what is not named in every object of a schema.
fn forbid_the_unnamed(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.contains_key("properties") && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".into(), json!(false));
            }
            map.values_mut().for_each(forbid_the_unnamed);
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_the_unnamed),
        _ => {}
    }
}

/// The content of an answer that no operation gives.
fn any_problem() -> Value {
    json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}})
}

impl Contract {
    fn new(document: &Value) -> Self {
        let mut document = document.clone();
        forbid_the_unnamed(&mut document["components"]["schemas"]);
        Self { document, validators: Mutex::default() }
    }

    fn judge(&self, exchange: &Exchange<'_>) -> Result<(), String> {
        let path = exchange.path.split('?').next().unwrap_or_default();
        let paths = self.document["paths"].as_object().unwrap();
        let mut templates: Vec<&String> = paths.keys().filter(|template| fits(template, path)).collect();
        templates.sort_by_key(|template| template.matches('{').count());
        let method = exchange.method.to_lowercase().replace("head", "get");
        let operation = templates.first().and_then(|template| paths[*template].get(&method));
        let Some(operation) = operation else {
            return if exchange.status >= 400 {
                self.judge_body(&any_problem(), exchange, "problem")
            } else {
                Ok(())
            };
        };
        let responses = operation["responses"].as_object().unwrap();
        let documented = responses.get(&exchange.status.to_string()).ok_or("the status is not documented")?;
        let documented = self.follow(documented);
        // What was only tried or previewed has no address and no version.
        let tried = ["dry_run=true", "preview=true"].iter().any(|asked| exchange.path.contains(asked));
        for name in documented["headers"].as_object().into_iter().flat_map(Map::keys) {
            let is_absent = tried && ["ETag", "Location"].contains(&name.as_str());
            let waits = name == "Retry-After" && exchange.status == 409;
            let is_needed = !is_absent && !waits && !SOMETIMES.contains(&name.as_str());
            if is_needed && !exchange.headers.contains_key(name) {
                return Err(format!("it lacks the header {name}"));
            }
        }
        let named = |name: &str| {
            let mut names = documented["headers"].as_object().into_iter().flat_map(Map::keys);
            names.any(|documented| documented.eq_ignore_ascii_case(name))
        };
        if let Some(name) = MEANT.iter().find(|name| exchange.headers.contains_key(**name) && !named(name)) {
            return Err(format!("the header {name} is not documented"));
        }
        let place = format!("{} {}", operation["operationId"], exchange.status);
        match documented.get("content") {
            None => {
                exchange.body.is_none_or(<[u8]>::is_empty).then_some(()).ok_or("it has a body".to_owned())
            }
            Some(_) if exchange.method == "HEAD" => Ok(()),
            Some(content) => self.judge_body(content, exchange, &place),
        }
    }

    /// What stands where a reference leads.
    fn follow<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.document.pointer(reference.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }

    fn judge_body(&self, content: &Value, exchange: &Exchange<'_>, place: &str) -> Result<(), String> {
        let content_type =
            exchange.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default();
        let documented = content.get(media_type).ok_or(format!("{content_type:?} is not documented"))?;
        let Some(body) = exchange.body.filter(|_| exchange.method != "HEAD") else { return Ok(()) };
        let text = || std::str::from_utf8(body).map_err(|e| e.to_string());
        let judge = |value: &Value| {
            faults(&self.compiled(&format!("{place} {media_type}"), &documented["schema"]), value)
        };
        let parse = |json: &[u8]| serde_json::from_slice::<Value>(json).map_err(|e| e.to_string());
        match media_type {
            "application/json" | "application/problem+json" => judge(&parse(body)?),
            "application/x-ndjson" => {
                let lines: Result<Vec<Value>, String> =
                    text()?.lines().map(|line| parse(line.as_bytes())).collect();
                judge(&Value::Array(lines?))
            }
            "text/csv" => {
                let columns = |csv: &str| csv.lines().next().map(ToOwned::to_owned);
                let shown = documented["example"].as_str().and_then(columns);
                (columns(text()?) == shown)
                    .then_some(())
                    .ok_or(format!("the columns are not those of {shown:?}"))
            }
            _ => Ok(()),
        }
    }

    fn compiled(&self, name: &str, schema: &Value) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let made = || Arc::new(validator(schema, &self.document));
        Arc::clone(validators.entry(name.to_owned()).or_insert_with(made))
    }
}
