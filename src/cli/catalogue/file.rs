//! Reads a file of procedures, whatever of the known forms it has.

use serde_json::{Map, Value};
use std::path::Path;

/// A procedure of a file: where it stands, and what is there or why that cannot be read.
pub struct Item {
    /// Number of the line, or of the item in one JSON text; from 1.
    pub number: usize,
    pub read: Result<Map<String, Value>, String>,
}

/// The procedures of a file: a JSON object to a line; or one JSON text with a list of them, bare or as `result` of an answer.
pub fn read(file: &Path) -> Result<Vec<Item>, String> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|why| format!("{name}: {why}"))?;
    let items = items(text.trim_start_matches('\u{feff}')).map_err(|why| format!("{name}: {why}"))?;
    if items.is_empty() { Err(format!("{name}: holds no procedure")) } else { Ok(items) }
}

fn items(text: &str) -> Result<Vec<Item>, String> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    // A line that is an object by itself; not one that begins a longer text, and not the answer of a service.
    let by_line = match serde_json::from_str::<Value>(first) {
        Ok(Value::Object(members)) => !members.contains_key("result"),
        Ok(_) => false,
        Err(why) => !why.is_eof() && first.trim_start().starts_with('{'),
    };
    if by_line {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let read = |line: &str| serde_json::from_str(line).map_err(|why| format!("is no JSON object: {why}"));
        return Ok(lines.map(|(i, line)| Item { number: i + 1, read: read(line) }).collect());
    }
    let whole: Value = serde_json::from_str(text)
        .map_err(|why| format!("is neither JSON nor a JSON object to a line: {why}"))?;
    let list = match whole {
        Value::Array(list) => list,
        Value::Object(mut members) => match members.remove("result") {
            Some(Value::Array(list)) => list,
            Some(_) => return Err("/result: must be a list".into()),
            None => vec![Value::Object(members)],
        },
        _ => return Err("must hold objects".into()),
    };
    let read = |item| match item {
        Value::Object(members) => Ok(members),
        _ => Err("is no JSON object".to_owned()),
    };
    Ok(list.into_iter().enumerate().map(|(i, item)| Item { number: i + 1, read: read(item) }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of what can be read, and of what cannot.
    fn numbers(text: &str) -> (Vec<usize>, Vec<usize>) {
        let items = items(text).unwrap();
        let of =
            |good: bool| items.iter().filter(move |item| item.read.is_ok() == good).map(|item| item.number);
        (of(true).collect(), of(false).collect())
    }

    #[test]
    fn every_form_is_known() {
        for (text, good, bad) in [
            ("{\"code\":\"1\"}\n\n{\"code\":\"2\"}\n", vec![1, 3], vec![]),
            ("{\"code\":\"1\"}\n{\"code\":\n[1]\n", vec![1], vec![2, 3]),
            ("{\"code\":\"1\"", vec![], vec![]),
            ("{\"code\"}\n{\"code\":\"2\"}", vec![2], vec![1]),
            ("[{\"MATTHC\":\"1\"}, 2]", vec![1], vec![2]),
            ("{\"error_code\":\"0\",\"result\":[{\"MATTHC\":\"1\"},{\"MATTHC\":\"2\"}]}", vec![1, 2], vec![]),
            ("{\n  \"MATTHC\": \"1\"\n}\n", vec![1], vec![]),
            ("[\n {\"MATTHC\": \"1\"}\n]", vec![1], vec![]),
        ] {
            if good.is_empty() && bad.is_empty() {
                assert!(items(text).is_err(), "{text}");
            } else {
                assert_eq!(numbers(text), (good, bad), "{text}");
            }
        }
        for text in ["7", "{\"result\": 1}", "code;name"] {
            assert!(items(text).is_err(), "{text}");
        }
        assert!(items("").is_err() || items("").unwrap().is_empty());
    }
}
