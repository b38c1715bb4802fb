//! `congkhai import dossiers`: dossiers of other software, and what happened to them, from a file to a running service.
//!
//! `file` reads it, `table` makes items of a row of CSV. What is sent are batches, so that a run that was broken off is simply run
//! again: what the service has already is left as it is.

mod file;
mod table;

use super::Outcome;
use super::remote::{Connection, Service};
use clap::Args;
use file::{Record, Rejects, Source};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::path::PathBuf;

/// Most items of a batch, and most bytes of its lines. A record is never cut in two.
const MOST_ITEMS: usize = 1_000;
const MOST_BYTES: usize = 8 << 20;

/// Ends with status 1 when something was rejected. Run it again after a break, or after mending what was rejected: what the service has
/// already is left as it is.
#[derive(Args)]
pub(super) struct ImportDossiers {
    #[command(flatten)]
    connection: Connection,
    /// File with dossiers: NDJSON, an item of a batch to a line; or CSV, when its name ends so, a dossier to a row
    file: PathBuf,
    /// File for what is rejected, each with the reason; it can be mended and imported
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Line of the file to begin with, or row where it is CSV, as the run said that was stopped before it
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    from_line: u64,
}

/// What became of items.
type Counts = BTreeMap<&'static str, u64>;

struct Import<'a> {
    service: &'a Service,
    dry_run: bool,
    rejects: Rejects,
    counts: Counts,
    /// Of a dry run: dossiers that would have been received before, which the service cannot know of.
    received: HashSet<String>,
}

impl ImportDossiers {
    pub(super) fn run(self) -> Outcome {
        let mut source = Source::open(&self.file)?;
        let service = self.connection.service("dossiers:write")?;
        let rejects = Rejects::create(self.rejects.as_deref(), &source)?;
        let mut import = Import {
            service: &service,
            dry_run: self.dry_run,
            rejects,
            counts: Counts::new(),
            received: HashSet::new(),
        };
        let bar = progress(source.length());
        let mut part: Vec<Record> = vec![];
        let (mut items, mut bytes) = (0, 0);
        let mut is_over = false;
        while !is_over {
            match source.next()? {
                Some(record) if record.line < self.from_line => continue,
                Some(record) => {
                    items += record.items.as_ref().map_or(0, Vec::len);
                    bytes += record.bytes;
                    part.push(record);
                }
                None => is_over = true,
            }
            if is_over || items >= MOST_ITEMS || bytes >= MOST_BYTES {
                let first = part.first().map_or(self.from_line, |record| record.line);
                let done = import.send(std::mem::take(&mut part), &bar);
                done.map_err(|why| {
                    bar.abandon();
                    format!("stopped before line {first}: {why}. Run it again to go on, with --from-line {first} to spare what is done")
                })?;
                (items, bytes) = (0, 0);
                bar.set_position(source.position());
            }
        }
        bar.finish_and_clear();
        import.rejects.finish()?;
        import.told()
    }
}

impl Import<'_> {
    /// Sends the items of records, and says which of these were rejected. An error is one that no other item would be spared.
    fn send(&mut self, part: Vec<Record>, bar: &ProgressBar) -> Result<(), String> {
        let items: Vec<&Value> = part.iter().flat_map(|record| record.items.iter().flatten()).collect();
        let mut results = vec![];
        if !items.is_empty() {
            let path = if self.dry_run { "/v1/dossiers/batch?dry_run=true" } else { "/v1/dossiers/batch" };
            let answer = self.service.ask("POST", path, None, Some(&json!({ "items": items })))?;
            if let Some(why) = answer.refusal {
                return Err(why);
            }
            results = answer.body["items"].as_array().cloned().unwrap_or_default();
            if results.len() != items.len() {
                return Err("the answer has not a result for each item".into());
            }
        }
        let mut results = results.into_iter();
        for record in part {
            let why = match &record.items {
                Ok(items) => {
                    let own: Vec<Value> = results.by_ref().take(items.len()).collect();
                    self.judge(items, &own)
                }
                Err(why) => {
                    *self.counts.entry("rejected").or_default() += 1;
                    Some(why.clone())
                }
            };
            if let Some(why) = why {
                // Nothing that a terminal would obey.
                let why = why.replace(char::is_control, " ");
                bar.suspend(|| writeln!(std::io::stdout(), "{}\t{why}", record.line))
                    .map_err(|e| e.to_string())?;
                self.rejects.write(&record, &why)?;
            }
        }
        Ok(())
    }

    /// Counts the results of a record's items, and says why the first of those that were rejected was.
    fn judge(&mut self, items: &[Value], results: &[Value]) -> Option<String> {
        let mut rejected = None;
        for (item, result) in items.iter().zip(results) {
            let word = match result["result"].as_str() {
                Some("created") => "created",
                Some("unchanged") => "unchanged",
                _ if self.is_unknown_here(item, result) => "not judged",
                _ => "rejected",
            };
            *self.counts.entry(word).or_default() += 1;
            if word == "rejected" && rejected.is_none() {
                rejected = Some(reason(item, &result["problem"]));
            }
            let is_received = item["op"] == "receive" && matches!(word, "created" | "unchanged");
            if let (true, Some(code)) = (self.dry_run && is_received, item["code"].as_str()) {
                self.received.insert(code.to_owned());
            }
        }
        rejected
    }

    /// Of a dry run: whether an event is of a dossier that an earlier batch would have brought.
    fn is_unknown_here(&self, item: &Value, result: &Value) -> bool {
        let code = item["dossier"].as_str().unwrap_or_default();
        self.dry_run && result["problem"]["code"] == "not_found" && self.received.contains(code)
    }

    fn told(self) -> Outcome {
        let counted: Vec<String> =
            self.counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
        let counted = if counted.is_empty() { "no items".into() } else { counted.join(", ") };
        eprintln!("{}{counted}", if self.dry_run { "nothing was stored; it would be: " } else { "" });
        match self.counts.get("rejected") {
            Some(rejected) => {
                Err(format!("{rejected} of the items were rejected; mend them and run it again").into())
            }
            None => Ok(()),
        }
    }
}

/// Why an item was rejected, in a line.
fn reason(item: &Value, problem: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let faults = problem["errors"].as_array().into_iter().flatten();
    let faults: Vec<String> =
        faults.map(|fault| format!("{}: {}", text(&fault["pointer"]), text(&fault["message"]))).collect();
    let why = if faults.is_empty() { text(&problem["detail"]) } else { faults.join("; ") };
    let of = item["kind"].as_str().or(item["op"].as_str()).unwrap_or("item");
    format!("{of}: {}: {why}", text(&problem["code"]))
}

/// Shows on a terminal how far it is, by bytes of the file.
fn progress(length: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    // The template is a constant; were it wrong, the bar would look otherwise.
    let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} ({eta} left)");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
