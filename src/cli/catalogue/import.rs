//! Brings procedures to a service, one after the other, each in one request: a draft, or with its publication.

use super::file::{self, Item};
use super::line::Line;
use super::national::{self, Terms};
use super::{Announcement, ImportProcedures, progress};
use crate::cli::Outcome;
use crate::cli::remote::Service;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use ureq::http::StatusCode;

/// What became of a procedure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Done {
    Published,
    Drafted,
    Unchanged,
    Rejected,
}

impl Done {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Drafted => "drafted",
            Self::Unchanged => "unchanged",
            Self::Rejected => "rejected",
        }
    }
}

pub(super) fn run(command: ImportProcedures) -> Outcome {
    let items = file::read(&command.file)?;
    let terms = command.effective_from.map(|effective_from| Terms { effective_from, sets: command.sets });
    let service = command.connection.service("catalogue:write")?;
    let mut import = Import {
        service: &service,
        terms,
        decision: &command.decision,
        dry_run: command.dry_run,
        agencies: None,
    };
    let bar = progress(items.len() as u64);
    let mut counts: BTreeMap<Done, usize> = BTreeMap::new();
    let mut out = std::io::stdout().lock();
    for Item { number, read } in items {
        let mut notes = vec![];
        let code = read.as_ref().ok().and_then(code_of).unwrap_or_else(|| "?".into());
        bar.set_message(code.clone());
        let outcome = match read.and_then(|item| import.line(item, &mut notes)) {
            // What stops everything: the service is away, or the key is no good.
            Ok(line) => import.bring(&line).map_err(|why| {
                bar.abandon();
                format!("stopped before line {number}: {why}. Run it again to go on")
            })?,
            Err(why) => Err(why),
        };
        let (done, why) = outcome.map_or_else(|why| (Done::Rejected, why), |done| (done, String::new()));
        *counts.entry(done).or_default() += 1;
        let said = [Some(why).filter(|why| !why.is_empty()), (!notes.is_empty()).then(|| notes.join("; "))];
        let said = said.into_iter().flatten().collect::<Vec<_>>().join("; ");
        let line = format!("{number}\t{code}\t{}\t{said}", done.as_str());
        // Nothing that a terminal would obey.
        let line = line.replace(|c: char| c.is_control() && c != '\t', " ");
        bar.suspend(|| writeln!(out, "{}", line.trim_end()))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let counted: Vec<String> =
        counts.iter().map(|(done, count)| format!("{count} {}", done.as_str())).collect();
    eprintln!(
        "{}{}",
        if command.dry_run { "nothing was stored; it would be: " } else { "" },
        counted.join(", ")
    );
    match counts.get(&Done::Rejected) {
        Some(rejected) => {
            Err(format!("{rejected} of the procedures were rejected; mend them and run it again").into())
        }
        None => Ok(()),
    }
}

fn code_of(item: &Map<String, Value>) -> Option<String> {
    let found = item.iter().find(|(key, _)| *key == "code" || key.eq_ignore_ascii_case("MATTHC"))?;
    found.1.as_str().map(str::to_owned)
}

struct Import<'a> {
    service: &'a Service,
    terms: Option<Terms>,
    decision: &'a Announcement,
    dry_run: bool,
    /// Codes of the agencies of the service, once they were needed.
    agencies: Option<HashSet<String>>,
}

/// Of a procedure: what became of it, or why it was rejected. Outside: why no other could fare better.
type Brought = Result<Result<Done, String>, String>;

impl Import<'_> {
    /// The line of an item, whatever its form.
    fn line(&mut self, item: Map<String, Value>, notes: &mut Vec<String>) -> Result<Line, String> {
        if !national::is_national(&item) {
            return Line::parse(item);
        }
        let terms =
            self.terms.ok_or("is of the national catalogue: --effective-from and --sets are needed")?;
        if self.agencies.is_none() {
            self.agencies = Some(agencies(self.service)?);
        }
        let read = national::read(&item, terms, |code| {
            self.agencies.as_ref().is_some_and(|agencies| agencies.contains(code))
        })?;
        notes.extend(read.notes);
        let draft = serde_json::to_value(&read.draft).map_err(|why| why.to_string())?;
        let mut publication = self.decision.publication(terms);
        if publication.is_some() && !read.is_disclosed {
            publication = None;
            notes.push("/TRANGTHAI: it is not disclosed there, and stays a draft".into());
        }
        Ok(Line { code: read.code, draft, publication })
    }

    /// Brings a procedure to the service.
    fn bring(&self, line: &Line) -> Brought {
        let path = format!("/v1/procedures/{}", encoded(&line.code));
        let shown = self.service.ask("GET", &path, None, None)?;
        let is_new = shown.status == StatusCode::NOT_FOUND;
        if let (false, Some(why)) = (is_new, shown.refusal) {
            return Ok(Err(why));
        }
        let tag = if is_new { None } else { shown.etag.as_deref() };
        let write = |method: &str, path: &str, dry_run: bool, body: &Value| {
            let dry_run = if dry_run { "?dry_run=true" } else { "" };
            self.service.ask(method, &format!("{path}{dry_run}"), tag, Some(body))
        };
        // Whether it fits the versions that are there is for the publication to judge: it may be one of them.
        let mut draft = line.draft.clone();
        let own_day = draft.get("effective_from").cloned();
        if own_day.is_some() && line.publication.is_some() && !shown.body["version"].is_null() {
            draft["effective_from"] = shown.body["effective_from"].clone();
        }
        let mut checked = write("PUT", &path, true, &draft)?;
        if let Some(why) = checked.refusal {
            return Ok(Err(why));
        }
        if let Some(day) = own_day {
            checked.body["effective_from"] = day;
        }
        if !is_new && self.is_there(line, &path, &shown.body, &checked.body)? {
            return Ok(Ok(Done::Unchanged));
        }
        let (done, written) = match &line.publication {
            None => (Done::Drafted, write("PUT", &path, self.dry_run, &line.draft)?),
            Some(publication) => {
                let mut body = decided(publication, is_new || shown.body["version"].is_null());
                body["draft"] = line.draft.clone();
                (Done::Published, write("POST", &format!("{path}/publications"), self.dry_run, &body)?)
            }
        };
        Ok(written.refusal.map_or(Ok(done), Err))
    }

    /// Whether the service has a line already: as any of the versions, or as the draft beside the newest.
    fn is_there(&self, line: &Line, path: &str, shown: &Value, checked: &Value) -> Result<bool, String> {
        let newest = shown["version"].as_i64();
        match (&line.publication, newest) {
            (_, None) => Ok(line.is_there(shown, checked)),
            (None, Some(_)) => {
                let draft = self.service.ask("GET", &format!("{path}?draft=true"), None, None)?;
                Ok(draft.refusal.is_none() && line.is_there(&draft.body, checked))
            }
            (Some(_), Some(newest)) => {
                if line.is_there(shown, checked) {
                    return Ok(true);
                }
                for version in (1..newest).rev() {
                    let earlier =
                        self.service.ask("GET", &format!("{path}/versions/{version}"), None, None)?;
                    if earlier.refusal.is_none() && line.is_there(&earlier.body, checked) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

/// The body of a publication, with the kind of its decision where only the service can tell.
fn decided(publication: &Value, is_first: bool) -> Value {
    let mut body = publication.clone();
    let decision = &mut body["decision"];
    if decision["kind"].is_null() {
        decision["kind"] = json!(if is_first { "new" } else { "amended" });
    }
    if is_first && decision["kind"] == "amended" {
        body["began_elsewhere"] = json!(true);
    }
    body
}

impl Announcement {
    /// The publication of every national procedure of a file; none when no decision is named.
    fn publication(&self, terms: Terms) -> Option<Value> {
        let decision = json!({
            "number": self.decision.as_ref()?, "signed_on": self.signed_on, "issued_by": self.issued_by,
            "effective_on": terms.effective_from, "ground": self.ground,
        });
        Some(json!({"decision": decision, "published_on": self.published_on}))
    }
}

/// Every code by which the service finds an agency.
fn agencies(service: &Service) -> Result<HashSet<String>, String> {
    let mut codes = HashSet::new();
    let mut cursor: Option<String> = None;
    loop {
        let after = cursor.map(|cursor| format!("&cursor={}", encoded(&cursor))).unwrap_or_default();
        let page = service.ask("GET", &format!("/v1/agencies?limit=200{after}"), None, None)?;
        if let Some(why) = page.refusal {
            return Err(why);
        }
        for agency in page.body["items"].as_array().into_iter().flatten() {
            let further = agency["codes"].as_array().into_iter().flatten();
            codes.extend(further.chain([&agency["code"]]).filter_map(Value::as_str).map(str::to_owned));
        }
        cursor = page.body["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(codes);
        }
    }
}

/// A text as a part of an address.
pub(super) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
