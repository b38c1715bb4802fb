//! The documents keep their word: the first evening of the README works, and links lead somewhere.

use crate::harness::{Answer, Client, Service, TestApp, directory, run};
use actix_web::http::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The section of a document with a title.
pub fn section(document: &str, title: &str) -> String {
    let text = read(&root().join(document));
    let start =
        text.find(&format!("## {title}\n")).unwrap_or_else(|| panic!("{document} has no section {title}"));
    let rest = &text[start + 3..];
    rest[..rest.find("\n## ").unwrap_or(rest.len())].to_owned()
}

/// The lines of the tables in a text, each cell by the name of its column.
fn lines(text: &str) -> Vec<HashMap<String, String>> {
    let mut found = vec![];
    for table in text.split("\n\n").filter(|part| part.starts_with('|')) {
        let mut rows = table.lines().map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().trim_matches('`').to_owned()).collect::<Vec<_>>()
        });
        let names = rows.next().unwrap();
        found.extend(rows.skip(1).map(|cells| names.iter().cloned().zip(cells).collect()));
    }
    found
}

/// The arguments of `congkhai keys create` in a line, in the words of a shell.
fn key(data: &str, line: &str) -> String {
    let arguments = line.split("keys create").nth(1).unwrap().trim_end_matches(')').split_whitespace();
    let arguments: Vec<&str> = ["keys", "--data-dir", data, "create"].into_iter().chain(arguments).collect();
    let made = run(&arguments);
    assert!(made.status.success(), "{line}: {}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

/// Runs the commands of the first evening, each `call` as the request it makes.
#[actix_web::test]
async fn the_first_evening_works_as_written() {
    let place = directory("evening");
    let data = place.path().to_str().unwrap();
    let service = Service::start(&["serve", "--data-dir", data]).unwrap();
    let now = chrono::Utc::now().to_rfc3339();
    let text = section("README.md", "A first evening");
    let code = text.split("CODE=").nth(1).unwrap().lines().next().unwrap().to_owned();
    let fill = |text: &str| text.replace("'$NOW'", &now).replace("'$CODE'", &code).replace("$CODE", &code);
    let mut client = Client::new(&format!("http://{}", service.address), None);
    let mut calls = 0;
    // A command may span lines: its body ends with the closing quote.
    let commands =
        text.split("```").skip(1).step_by(2).flat_map(|block| block.split("\ncall ").map(ToOwned::to_owned));
    for command in commands {
        for line in command.lines().filter(|line| line.starts_with("KEY=$(")) {
            client = client.with_key(&key(data, line));
        }
        let Some((head, body)) = command.split_once(" -d '") else { continue };
        let Some((method, path)) = head.strip_prefix("-X ").and_then(|rest| rest.split_once(' ')) else {
            continue;
        };
        let header = path.strip_prefix("-H '").and_then(|rest| rest.split_once("' "));
        let (header, path) = header.map_or((None, path), |(header, path)| (header.split_once(": "), path));
        let body: Value = serde_json::from_str(fill(body).trim().trim_end_matches('\'')).unwrap();
        let request =
            client.request(method.parse::<Method>().unwrap(), &fill(path.trim_start_matches("$API")));
        let request = match header {
            Some(header) => request.insert_header(header),
            None => request,
        };
        let answer = Answer::of(request.send_json(&body).await.unwrap()).await;
        assert_eq!(answer.status.as_u16(), 201, "{method} {path}: {}", answer.text());
        calls += 1;
    }
    assert_eq!(calls, 9, "five to set up, one receipt, three events");
    let returned = client.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    assert_eq!(returned["status"], "returned");
}

/// Markdown files of the project.
fn documents() -> Vec<PathBuf> {
    let mut found = vec![];
    let mut left = vec![root().join("docs")];
    while let Some(directory) = left.pop() {
        for path in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { left.push(path) } else { found.push(path) }
        }
    }
    found.extend(["README.md", "CHANGELOG.md"].map(|name| root().join(name)));
    found
}

#[test]
fn relative_links_lead_to_files_and_headings() {
    let heading = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        title.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect::<String>()
    };
    let documents = documents();
    assert!(documents.len() > 10);
    for document in documents {
        for link in read(&document).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target =
                if file.is_empty() { document.clone() } else { document.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link} leads nowhere", document.display());
            if !anchor.is_empty() {
                let known =
                    read(&target).lines().any(|line| line.starts_with('#') && heading(line) == anchor);
                assert!(known, "{}: {link} names no heading", document.display());
            }
        }
    }
}

/// `2022-02-15 08:00` as an instant.
fn instant(text: &str) -> String {
    let (day, time) = text.split_once(' ').unwrap_or_else(|| panic!("{text:?} is no day and time"));
    format!("{day}T{time}:00+07:00")
}

/// `Tue 2022-02-15 08:00` without the name of the day, which must be right.
fn checked(text: &str) -> &str {
    let (weekday, rest) = text.split_once(' ').unwrap_or_else(|| panic!("{text:?} has no weekday"));
    let day: chrono::NaiveDate = rest[..10].parse().unwrap();
    assert_eq!(day.format("%a").to_string(), weekday, "{text}");
    rest
}

/// `5 working days` as a limit.
fn limit(text: &str) -> Value {
    let Some((amount, unit)) = text.split_once(' ').filter(|(amount, _)| *amount != "same") else {
        return json!({"unit": "same_day"});
    };
    let unit = unit.trim_end_matches('s').replace(' ', "_");
    json!({"unit": format!("{unit}s"), "amount": amount})
}

/// What happened, as the calculator is told.
fn happened(item: &mut Value, text: &str) {
    for part in text.split("; ").filter(|part| !part.is_empty()) {
        if let Some(stop) = part.strip_prefix("stop ") {
            let (span, effect) = stop.rsplit_once(", ").unwrap();
            let (from, to) = span.split_once(" to ").unwrap();
            let stop = json!({"from": instant(from), "to": instant(to), "effect": effect});
            item["suspensions"].as_array_mut().unwrap().push(stop);
        } else {
            let (by, at) = part.strip_prefix("extended ").unwrap().split_once(" at ").unzip();
            let by = by.unwrap_or_else(|| part.strip_prefix("extended ").unwrap());
            let extension = json!({"by": limit(by), "ground": "x", "at": at.map(instant)});
            item["extensions"].as_array_mut().unwrap().push(extension);
        }
    }
}

/// The worked examples of the deadlines, through the calculator.
#[actix_web::test]
async fn the_worked_examples_of_deadlines_come_out_as_written() {
    let app = TestApp::start();
    let examples = lines(&section("docs/deadlines.md", "Worked examples"));
    let mut items = vec![];
    for example in &examples {
        let started_at = instant(checked(&example["received"]));
        let mut item = json!({
            "started_at": started_at, "limit": limit(&example["limit"]), "suspensions": [], "extensions": []
        });
        happened(&mut item, example.get("what happened").map_or("", String::as_str));
        items.push(item);
    }
    let answer = app.nobody().post("/v1/public/deadlines", &json!({"items": items})).await.expect(200);
    assert_eq!(answer["items"].as_array().unwrap().len(), examples.len());
    for (example, found) in examples.iter().zip(answer["items"].as_array().unwrap()) {
        if let Some(year) = example.get("missing") {
            assert_eq!(found["problem"]["detail"], json!(year), "{example:?}");
            continue;
        }
        let due = checked(&example["due"]);
        let due_at = if due.len() > 10 { instant(due) } else { instant(&format!("{due} 17:00")) };
        assert_eq!(found["due_on"], due[..10], "{example:?}");
        assert_eq!(found["due_at"], due_at, "{example:?}");
        let next: chrono::NaiveDate = due[..10].parse().unwrap();
        let midnight = format!("{} 00:00", next.succ_opt().unwrap());
        let stated = example.get("overdue from").filter(|text| !text.is_empty());
        let overdue_from = instant(stated.map_or(midnight.as_str(), |text| checked(text)));
        assert_eq!(found["overdue_from"], overdue_from, "{example:?}");
        let restarted = example.get("restarted_on").filter(|text| !text.is_empty());
        assert_eq!(found["restarted_on"], json!(restarted.map(|text| checked(text))), "{example:?}");
    }
    assert!(examples.len() > 40);
}

/// What `docs/security.md` says is shown is shown: in the last column of its tables are tests, and modules of tests, that are there.
#[test]
fn the_tests_that_security_names_are_there() {
    let document = read(&root().join("docs/security.md"));
    let mut rows = 0;
    for line in document.lines().filter(|line| line.starts_with("| ") && !line.contains("shown by")) {
        let shown = line.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let names: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "docs/security.md names no test: {line}");
        for name in names {
            let file = |module: &str| root().join(format!("tests/api/{}.rs", module.replace("::", "/")));
            if file(name).exists() {
                continue;
            }
            let (module, test) = name.rsplit_once("::").unwrap_or((name, ""));
            assert!(read(&file(module)).contains(&format!("fn {test}(")), "there is no test {name}");
        }
        rows += 1;
    }
    let items = (1..=10).filter(|item| document.contains(&format!("\n| **API{item}** "))).count();
    assert_eq!((items, rows > 20), (10, true), "OWASP's ten, and what is abused");
}
