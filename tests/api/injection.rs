//! Text that would be something else where it ends up: SQL, a header, a cell or a page, a line of the log.

use crate::harness::contract::document;
use crate::harness::{Answer, Client, Raw, Service, TestApp, TestDatabase, run};
use crate::openapi::operations;
use crate::scope_proof::{Line, Stage, proven};
use actix_web::http::Method;
use calamine::{Reader, Xlsx};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Cursor};

const SQL: &str = "' OR '1'='1'; DROP TABLE dossiers; --";
/// What the database takes in no text.
const NUL: &str = "a\0b";
const HEADER: &str = "x\r\nX-Injected: yes\r\n\r\n<b>";

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// An operation as a line sends it, with one hostile value.
struct Hostile {
    /// Which value it is.
    place: String,
    path: String,
    body: Option<String>,
}

/// A line with a hostile text in each part of its path that is a parameter, and as each parameter of its query.
fn in_path_and_query(
    stage: &Stage,
    template: &str,
    operation: &Value,
    line: &Line,
    text: &str,
) -> Vec<Hostile> {
    let whole = stage.fill(line.path);
    let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
    let body = line.body.as_ref().map(|body| stage.fill(&body.to_string()));
    let mut found = vec![];
    let parts: Vec<&str> = path.split('/').collect();
    for (at, name) in template.split('/').enumerate().filter(|(_, part)| part.starts_with('{')) {
        let mut parts = parts.clone();
        let text = encoded(text);
        parts[at] = &text;
        found.push(Hostile {
            place: name.to_owned(),
            path: tried(parts.join("/"), query, line),
            body: body.clone(),
        });
    }
    for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query") {
        let name = parameter["name"].as_str().unwrap();
        let others =
            query.split('&').filter(|pair| !pair.starts_with(&format!("{name}=")) && !pair.is_empty());
        let pairs: Vec<String> =
            others.map(ToOwned::to_owned).chain([format!("{name}={}", encoded(text))]).collect();
        let query = pairs.join("&");
        let path =
            if name == "dry_run" { format!("{path}?{query}") } else { tried(path.to_owned(), &query, line) };
        found.push(Hostile { place: format!("?{name}"), path, body: body.clone() });
    }
    found
}

/// A path with its query; what changes something only tries it, down to the database.
fn tried(path: String, query: &str, line: &Line) -> String {
    let dry = if line.body.is_some() && line.id != "calculate_deadlines" { "dry_run=true" } else { "" };
    let query: Vec<&str> = [query, dry].into_iter().filter(|part| !part.is_empty()).collect();
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

/// Pointers of all strings in a body.
fn strings(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Object(members) => {
            members.iter().for_each(|(name, inner)| strings(inner, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, inner)| strings(inner, &format!("{at}/{i}"), found));
        }
        _ => {}
    }
}

/// A line with a hostile text in the place of each string of its body.
fn in_body(stage: &Stage, line: &Line, text: &str) -> Vec<Hostile> {
    let Some(body) = &line.body else { return vec![] };
    let body: Value = serde_json::from_str(&stage.fill(&body.to_string())).unwrap();
    let whole = stage.fill(line.path);
    let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
    let mut pointers = vec![];
    strings(&body, "", &mut pointers);
    let hostile = |pointer: String| {
        let mut body = body.clone();
        *body.pointer_mut(&pointer).unwrap() = text.into();
        Hostile { path: tried(path.to_owned(), query, line), body: Some(body.to_string()), place: pointer }
    };
    pointers.into_iter().map(hostile).collect()
}

/// Sends it; fails when the service failed at it, or let a header through.
async fn attack(stage: &Stage, root: &Client, method: &Method, line: &Line, hostile: Hostile) -> Answer {
    let Hostile { place, path, body } = hostile;
    let answer = stage.send_as(root, method, line, &path, body).await;
    assert!(answer.status.as_u16() < 500, "{} {place}: {}", line.id, answer.text());
    assert_eq!(answer.header("x-injected"), "", "{} {place}", line.id);
    let of_place = answer.header("location").len() + answer.header("link").len();
    assert!(of_place < 2000 && !answer.header("location").contains("DROP"), "{} {place}", line.id);
    answer
}

/// Every string that an operation of the document takes: no statement is changed by it, and no header is begun. A new operation is
/// tried as soon as it is in the document.
#[actix_web::test]
async fn no_text_becomes_sql_or_a_header() {
    let stage = Stage::set().await;
    let (root, document) = (stage.app.root().await, document());
    let operations = operations(&document);
    let before = stage.stored().await;
    let mut asked = 0;
    for (method, _, line) in proven() {
        let (name, operation) = operations.iter().find(|(_, o)| o["operationId"] == line.id).unwrap();
        let template = name.split_once(' ').unwrap().1;
        let mut all = in_path_and_query(&stage, template, operation, &line, SQL);
        all.extend(in_path_and_query(&stage, template, operation, &line, HEADER));
        all.extend(in_path_and_query(&stage, template, operation, &line, NUL));
        all.extend(in_body(&stage, &line, SQL));
        all.extend(in_body(&stage, &line, NUL));
        for hostile in all {
            let is_filter = hostile.place.starts_with('?') && hostile.path.contains("DROP");
            let place = hostile.place.clone();
            let answer = attack(&stage, &root, &method, &line, hostile).await;
            // Nothing is called so: a filter that finds something has become a condition that is always true.
            if is_filter
                && answer.status == 200
                && answer.header("content-type").starts_with("application/json")
            {
                let found = answer.json()["items"].as_array().map_or(0, Vec::len);
                assert_eq!(found, 0, "{} {place}: {}", line.id, answer.text());
            }
            asked += 1;
        }
    }
    assert!(asked > 800, "{asked}");
    assert_eq!(stage.stored().await, before, "and every table is there");
}

/// Bytes that end a line or a header are no part of a value; a request id, which comes back, is plain or another.
#[actix_web::test]
async fn headers_are_not_split() {
    let stage = Stage::set().await;
    for hostile in ["a\rX-Injected: yes", "a\nX-Injected: yes", "a\0b", "a\r\n X-Injected: yes", "a\x0bb"] {
        let mut raw = Raw::to(&stage.app);
        raw.send(format!("GET /health/live HTTP/1.1\r\nHost: x\r\nX-Request-Id: {hostile}\r\n\r\n"));
        let answer = raw.answer();
        assert!(!answer.head.contains("yes") && !answer.head.contains('\x0b'), "{}", answer.head);
    }
    let mut raw = Raw::to(&stage.app);
    raw.send(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Request-Id: \xd0\x90\x1b[31m\xff\r\n\r\n");
    let answer = raw.answer();
    assert!(answer.head.is_ascii() && !answer.head.contains('\x1b'), "{}", answer.head);
}

/// A name that people gave is text in a table and on a page, and nothing that a spreadsheet or a browser runs.
#[actix_web::test]
async fn a_name_runs_nowhere() {
    let app = TestApp::start();
    let root = app.root().await;
    let name = "=HYPERLINK(\"http://x\")<script>alert(1)</script>";
    let body = json!({"name": name, "level": "district", "parent": "H51", "valid_from": "2020-01-01"});
    root.put("/v1/agencies/H51.29", &body, Some("*")).await.expect(200);
    let table = root.get("/v1/agencies?format=csv").await.text();
    assert!(table.contains("\"'=HYPERLINK(") && !table.contains("\"=HYPERLINK("), "{table}");
    app.now("2022-02-15T11:00:00+07:00");
    let report = "/v1/reports/resolution?agency=H51.29&from=2022-02-01&to=2022-02-14";
    let page = root.get_with(report, ("Accept", "text/html")).await.text();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
    for path in ["/v1/agencies?format=xlsx", &format!("{report}&format=xlsx")] {
        let mut book: Xlsx<_> =
            calamine::open_workbook_from_rs(Cursor::new(root.get(path).await.body)).unwrap();
        for sheet in book.sheet_names() {
            let formulas = book.worksheet_formula(&sheet).unwrap();
            assert!(formulas.cells().all(|(_, _, formula)| !formula.contains("HYPERLINK")), "{path} {sheet}");
        }
    }
}

/// What a service logs while these requests come.
async fn log_of(format: &str) -> Vec<String> {
    let db = TestDatabase::world();
    let made =
        run(&["keys", "--database-url", &db.url, "create", "--name", "x", "--all-scopes", "--all-agencies"]);
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let arguments = ["--log-format", format, "serve", "--database-url", &db.url];
    let mut child = Service::spawn_with(&arguments, "debug");
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("listening on http://")).unwrap();
    let address = line.split("http://").nth(1).unwrap().split([',', '"']).next().unwrap().parse().unwrap();
    let service = Service { child, address };
    let rest = std::thread::spawn(move || lines.collect::<Vec<String>>());
    let hostile = "\",\"level\":\"ERROR\"}\n{\"INJECTED\":1}\r\n\x1b[31mINJECTED";
    let client = Client::new(&format!("http://{address}"), Some(key));
    for path in [
        "/v1/dossiers/",
        "/v1/nothing/",
        "/v1/dossiers?q=",
        "/v1/dossiers?INJECTED=",
        "/v1/public/procedures?q=",
    ] {
        client.get(&format!("{path}{}", encoded(hostile))).await;
    }
    client.post("/v1/dossiers", &json!({ (hostile): hostile, "summary": hostile })).await;
    let mut raw = Raw::at(address);
    for header in
        ["User-Agent", "Referer", "traceparent", "X-Request-Id", "X-Forwarded-For", "Authorization", "Cookie"]
    {
        let value = hostile.replace(['\r', '\n'], "\u{2028}");
        raw.send(
            format!("GET /v1/overdue HTTP/1.1\r\nHost: x\r\n{header}: {value}\r\n\r\n")
                .replace('\x1b', "\u{9b}"),
        );
        assert_ne!(raw.answer().status, 500);
    }
    raw.send("G\x1bT /INJECTED HTTP/1.1\r\nINJECTED\r\n\r\n");
    assert_eq!(raw.answer().status, 400);
    assert!(service.terminate().success());
    rest.join().unwrap()
}

#[actix_web::test]
async fn no_text_becomes_a_line_of_the_log() {
    let json = log_of("json").await;
    for line in &json {
        let parsed: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(parsed.get("INJECTED").is_none() && parsed["at"].is_string(), "{line}");
        assert_ne!(parsed["level"], "ERROR", "{line}");
    }
    let text = log_of("text").await;
    for line in &text {
        let (at, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{line}"));
        assert!(chrono::DateTime::parse_from_rfc3339(at).is_ok() && !rest.starts_with("ERROR"), "{line}");
    }
    for line in json.iter().chain(&text) {
        assert!(!line.chars().any(|c| c.is_control() || "\u{2028}\u{2029}".contains(c)), "{line:?}");
    }
    assert!(json.len() > 10 && text.len() > 10);
}
