//! A procedure as a line of a file: its code, the fields of its draft, and its publication.

use serde_json::{Map, Value, json};

/// Fields of a draft, as `PUT /v1/procedures/{code}` takes them.
const DRAFT: [&str; 10] = [
    "name",
    "field",
    "field_name",
    "levels",
    "competent_agencies",
    "online_level",
    "effective_from",
    "sample",
    "limits",
    "content",
];

/// A procedure to bring to a service.
#[derive(Debug, PartialEq)]
pub struct Line {
    pub code: String,
    /// The body of the draft.
    pub draft: Value,
    /// The body of the publication; none: it stays a draft.
    pub publication: Option<Value>,
}

impl Line {
    /// Reads a line. What its fields hold is judged by the service.
    pub fn parse(mut item: Map<String, Value>) -> Result<Self, String> {
        let code = item.shift_remove("code").ok_or("/code: is required")?;
        let code = code.as_str().map(str::to_owned).ok_or("/code: must be a text")?;
        let publication = item.shift_remove("publication").filter(|publication| !publication.is_null());
        Ok(Self { code, draft: Value::Object(item), publication })
    }

    /// The line of a procedure as the service shows it.
    pub fn of(shown: &Value) -> Self {
        let code = shown["code"].as_str().unwrap_or_default().to_owned();
        let decision = &shown["decision"];
        let publication = (!decision.is_null())
            .then(|| json!({"decision": decision, "published_on": shown["published_on"]}));
        Self { code, draft: draft(shown), publication }
    }

    /// As it is written to a file.
    pub fn written(&self) -> Value {
        let mut members = Map::new();
        members.insert("code".into(), json!(self.code));
        members.extend(
            self.draft.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())),
        );
        members.insert("publication".into(), json!(self.publication));
        Value::Object(members)
    }

    /// Whether a service has this already: its newest version says what the draft says, announced by the same decision, or, of a
    /// line without a publication, its draft does. `checked` is the draft as the service reads it.
    pub fn is_there(&self, shown: &Value, checked: &Value) -> bool {
        let mut draft = draft(checked);
        let Some(publication) = &self.publication else {
            return shown["version"].is_null() && self::draft(shown) == draft;
        };
        let said = &publication["decision"];
        // The day that the decision names goes before that of the draft.
        if let (Value::Object(members), Value::String(on)) = (&mut draft, &said["effective_on"]) {
            members.insert("effective_from".into(), json!(on));
        }
        let is_same = |name: &&str| said[name].is_null() || said[name] == shown["decision"][name];
        let same_decision = ["number", "signed_on", "kind"].iter().all(is_same);
        same_decision && self::draft(shown) == draft
    }
}

fn draft(shown: &Value) -> Value {
    let fields = DRAFT.iter().filter_map(|name| Some(((*name).to_owned(), shown.get(name)?.clone())));
    Value::Object(fields.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Value {
        json!({
            "code": "1.004873", "version": 1, "state": "published", "name": "Cấp bản sao", "field": "ho-tich",
            "effective_from": "2022-02-10", "published_on": "2022-02-09", "warnings": [],
            "decision": {"number": "1/QĐ", "signed_on": "2022-02-08", "kind": "new", "effective_on": "2022-02-10"},
        })
    }

    #[test]
    fn what_is_written_is_read_again() {
        let line = Line::of(&shown());
        let Value::Object(written) = line.written() else { panic!("an object") };
        assert_eq!(
            written.keys().collect::<Vec<_>>(),
            ["code", "name", "field", "effective_from", "publication"]
        );
        assert_eq!(Line::parse(written).unwrap(), line);
        assert!(line.is_there(&shown(), &shown()));
    }

    #[test]
    fn another_text_decision_or_day_is_something_new() {
        let line = Line::of(&shown());
        for (pointer, value) in [
            ("/name", json!("Cấp lại bản sao")),
            ("/effective_from", json!("2022-02-11")),
            ("/decision/number", json!("2/QĐ")),
            ("/decision/kind", json!("amended")),
        ] {
            let mut other = shown();
            *other.pointer_mut(pointer).unwrap() = value;
            assert!(!line.is_there(&other, &shown()), "{pointer}");
        }
        let mut draft = shown();
        draft["version"] = Value::Null;
        draft["decision"] = Value::Null;
        assert!(!line.is_there(&draft, &shown()), "it is not published yet");
        let without = Line { publication: None, ..Line::of(&shown()) };
        assert!(without.is_there(&draft, &shown()) && !without.is_there(&shown(), &shown()));
    }

    #[test]
    fn a_line_needs_a_code() {
        for item in [json!({}), json!({"code": 1})] {
            let Value::Object(item) = item else { panic!("an object") };
            assert!(Line::parse(item).unwrap_err().starts_with("/code: "));
        }
    }
}
