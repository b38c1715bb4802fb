//! `docs/integration.md` as a reader follows it: each command in its order, and what it answers beside what is written.

use crate::harness::{TestApp, directory};
use congkhai::domain::vocabulary::Scope;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// A fenced block: its language, its text, and the line on which it begins.
pub struct Block<'a> {
    pub language: &'a str,
    pub text: String,
    line: usize,
}

pub fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut found: Vec<Block<'_>> = vec![];
    let mut is_open = false;
    for (number, line) in document.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(language) if !is_open => {
                found.push(Block { language, text: String::new(), line: number + 1 });
                is_open = true;
            }
            Some(_) => is_open = false,
            None if is_open => {
                let block = found.last_mut().unwrap();
                block.text = format!("{}{line}\n", block.text);
            }
            None => {}
        }
    }
    found
}

/// Whether an answer has all that is written, where `…` stands for any value.
fn has(answer: &Value, written: &Value) -> bool {
    match (answer, written) {
        (_, Value::String(any)) if any == "…" => true,
        (Value::Object(answer), Value::Object(written)) => {
            written.iter().all(|(name, value)| answer.get(name).is_some_and(|it| has(it, value)))
        }
        (Value::Array(answer), Value::Array(written)) => {
            answer.len() == written.len() && answer.iter().zip(written).all(|(it, value)| has(it, value))
        }
        _ => answer == written,
    }
}

pub fn run(script: &str, place: &Path, environment: &[(&str, &str)]) -> (bool, String, String) {
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", script]).current_dir(place);
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[actix_web::test]
async fn the_evening_goes_as_it_is_written() {
    let app = TestApp::start();
    let key = app.key(Scope::ALL, &["H51.29"], None).await.reveal();
    let place = directory("integration");
    let binary = Path::new(env!("CARGO_BIN_EXE_congkhai")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let document =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/integration.md")).unwrap();
    let blocks = blocks(&document);
    let (mut ran, mut compared) = (0, 0);
    for (i, block) in blocks.iter().enumerate().filter(|(_, block)| block.language == "sh") {
        let (script, place, url, key) =
            (block.text.clone(), place.path().to_owned(), app.base.clone(), key.clone());
        let path = path.clone();
        // On a thread of its own: the writer of the service may live on that of the test.
        let done = actix_web::web::block(move || {
            run(&script, &place, &[("CONGKHAI_URL", &url), ("CONGKHAI_KEY", &key), ("PATH", &path)])
        });
        let (is_good, out, err) = done.await.unwrap();
        assert!(is_good, "line {}: {out}{err}", block.line);
        ran += 1;
        let Some(answer) = blocks.get(i + 1) else { continue };
        match answer.language {
            "json" => {
                let written: Value = serde_json::from_str(&answer.text).unwrap();
                let line = out.lines().last().unwrap_or_default();
                let got: Value = serde_json::from_str(line)
                    .unwrap_or_else(|why| panic!("line {}: {why}: {out}", block.line));
                assert!(has(&got, &written), "line {}: {got}", answer.line);
                compared += 1;
            }
            "text" => {
                let got: Vec<&str> = out.lines().map(str::trim_end).collect();
                assert_eq!(got, answer.text.lines().collect::<Vec<_>>(), "line {}", answer.line);
                compared += 1;
            }
            _ => {}
        }
    }
    assert_eq!((ran, compared), (12, 12), "every command is run, and its answer compared");
}
