//! Prints the procedures in force, each whole.

use super::import::encoded;
use super::line::Line;
use super::{ExportProcedures, Format, national, progress};
use crate::cli::Outcome;
use crate::cli::remote::Service;
use crate::features::procedures::json::PutProcedure;
use serde_json::Value;
use std::error::Error;
use std::io::{ErrorKind, Write};

pub(super) fn run(command: ExportProcedures) -> Outcome {
    let service = command.connection.service("catalogue:read")?;
    let day = command.in_force_on.map(|day| format!("&in_force_on={}", day.date())).unwrap_or_default();
    let bar = progress(0);
    let mut out = std::io::stdout().lock();
    let mut next = Some(format!("/v1/procedures?limit=200&count=exact{day}"));
    while let Some(path) = next.take() {
        let page = get(&service, &path)?;
        bar.set_length(page["total"].as_u64().unwrap_or_else(|| bar.length().unwrap_or(0)));
        for item in page["items"].as_array().into_iter().flatten() {
            let (code, version) = (item["code"].as_str().unwrap_or_default(), &item["version"]);
            bar.set_message(code.to_owned());
            let whole = get(&service, &format!("/v1/procedures/{}/versions/{version}", encoded(code)))?;
            let line = written(&whole, command.format)?;
            match bar.suspend(|| writeln!(out, "{line}")) {
                // `congkhai export procedures | head` is no failure.
                Err(why) if why.kind() == ErrorKind::BrokenPipe => return Ok(()),
                outcome => outcome?,
            }
            bar.inc(1);
        }
        let cursor = page["next_cursor"].as_str();
        next = cursor.map(|cursor| format!("/v1/procedures?limit=200{day}&cursor={}", encoded(cursor)));
    }
    bar.finish_and_clear();
    Ok(())
}

fn get(service: &Service, path: &str) -> Result<Value, String> {
    let answer = service.ask("GET", path, None, None)?;
    answer.refusal.map_or(Ok(answer.body), Err)
}

fn written(whole: &Value, format: Format) -> Result<Value, Box<dyn Error>> {
    let line = Line::of(whole);
    if format == Format::Ndjson {
        return Ok(line.written());
    }
    let draft: PutProcedure = serde_json::from_value(line.draft).map_err(|why| {
        format!("the service shows {} in a form that this command does not know: {why}", line.code)
    })?;
    Ok(national::write(&line.code, &draft, whole["decision"]["number"].as_str()))
}
