//! The documents keep their word: the first evening of the README works, and links lead somewhere.

use crate::harness::{Answer, Client, Service, directory, run};
use actix_web::http::Method;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The section of the README with a title.
fn section(title: &str) -> String {
    let readme = read(&root().join("README.md"));
    let start =
        readme.find(&format!("## {title}\n")).unwrap_or_else(|| panic!("the README has no section {title}"));
    let rest = &readme[start + 3..];
    rest[..rest.find("\n## ").unwrap_or(rest.len())].to_owned()
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
    let text = section("A first evening");
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
        let body: Value = serde_json::from_str(fill(body).trim().trim_end_matches('\'')).unwrap();
        let request =
            client.request(method.parse::<Method>().unwrap(), &fill(path.trim_start_matches("$API")));
        let answer = Answer::of(request.send_json(&body).await.unwrap()).await;
        assert_eq!(answer.status.as_u16(), 201, "{method} {path}: {}", answer.text());
        calls += 1;
    }
    assert_eq!(calls, 8, "four to set up, one receipt, three events");
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
