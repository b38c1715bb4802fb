//! Reads a file of dossiers record by record, in memory that does not grow with it, and writes what was rejected in the same form.

use super::table;
use csv::{ReaderBuilder, StringRecord, Terminator, Writer, WriterBuilder};
use serde_json::{Map, Value, json};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The longest line of NDJSON, in bytes.
const LONGEST: usize = 1 << 20;
/// The column of a reason in what was rejected; it is of no account when that is imported.
const REASON: &str = "reason";

/// A line or a row.
pub(super) struct Record {
    /// Number of the line, or of the row where the header is row 1, as a spreadsheet counts.
    pub(super) line: u64,
    /// How long it is.
    pub(super) bytes: usize,
    /// The items that it stands for, or why it cannot be read.
    pub(super) items: Result<Vec<Value>, String>,
    raw: Raw,
}

enum Raw {
    Line(String),
    Row(StringRecord),
}

/// The file.
pub(super) enum Source {
    Ndjson { reader: BufReader<File>, length: u64, line: u64, at: u64 },
    Csv { reader: Box<csv::Reader<File>>, length: u64, row: u64, headers: StringRecord },
}

impl Source {
    /// Opens a file; one whose name ends with `.csv` is CSV.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let said = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
        let file = File::open(path).map_err(|why| said(&why))?;
        let length = file.metadata().map_err(|why| said(&why))?.len();
        if !path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv")) {
            return Ok(Self::Ndjson { reader: BufReader::new(file), length, line: 0, at: 0 });
        }
        let mut reader = Box::new(ReaderBuilder::new().flexible(true).from_reader(file));
        let read = reader.headers().map_err(|why| said(&why))?;
        let headers: StringRecord =
            read.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
        let own = headers.iter().filter(|name| *name != REASON);
        table::check(own).map_err(|why| said(&why))?;
        Ok(Self::Csv { reader, length, row: 1, headers })
    }

    /// Its length, in bytes.
    pub(super) const fn length(&self) -> u64 {
        match self {
            Self::Ndjson { length, .. } | Self::Csv { length, .. } => *length,
        }
    }

    /// How far it was read, in bytes.
    pub(super) fn position(&self) -> u64 {
        match self {
            Self::Ndjson { at, .. } => *at,
            Self::Csv { reader, .. } => reader.position().byte(),
        }
    }

    /// The next record.
    pub(super) fn next(&mut self) -> Result<Option<Record>, String> {
        match self {
            Self::Ndjson { reader, line, at, .. } => loop {
                let mut bytes = vec![];
                let read =
                    std::io::Read::take(&mut *reader, LONGEST as u64 + 1).read_until(b'\n', &mut bytes);
                let read = read.map_err(|why| format!("line {}: {why}", *line + 1))?;
                if read == 0 {
                    return Ok(None);
                }
                (*line, *at) = (*line + 1, *at + read as u64);
                if read > LONGEST {
                    return Err(format!("line {line}: has more than {LONGEST} bytes"));
                }
                let text = String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').trim().to_owned();
                if !text.is_empty() {
                    let items = item(&text).map(|item| vec![item]);
                    return Ok(Some(Record { line: *line, bytes: read, items, raw: Raw::Line(text) }));
                }
            },
            Self::Csv { reader, headers, row: line, .. } => {
                let mut row = StringRecord::new();
                *line += 1;
                match reader.read_record(&mut row) {
                    Ok(false) => Ok(None),
                    Ok(true) => {
                        let items = table::items(headers, &row);
                        Ok(Some(Record {
                            line: *line,
                            bytes: row.as_slice().len(),
                            items,
                            raw: Raw::Row(row),
                        }))
                    }
                    Err(why) => Err(format!("row {line}: {why}")),
                }
            }
        }
    }
}

/// The item of a line: what it holds, or the item that was rejected before.
fn item(text: &str) -> Result<Value, String> {
    let members: Map<String, Value> =
        serde_json::from_str(text).map_err(|why| format!("is no JSON object: {why}"))?;
    match members.get("item") {
        Some(item) if members.contains_key(REASON) => Ok(item.clone()),
        _ => Ok(Value::Object(members)),
    }
}

/// Where what was rejected goes. It may name persons: nobody but the owner reads it.
pub(super) enum Rejects {
    Nowhere,
    Ndjson(BufWriter<File>),
    Csv(Box<Writer<File>>),
}

impl Rejects {
    /// Makes the file, of the form that the source has.
    pub(super) fn create(path: Option<&Path>, source: &Source) -> Result<Self, String> {
        let Some(path) = path else { return Ok(Self::Nowhere) };
        let made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        let file = made.map_err(|why| format!("{}: {why}", path.display()))?;
        Ok(match source {
            Source::Ndjson { .. } => Self::Ndjson(BufWriter::new(file)),
            Source::Csv { headers, .. } => {
                let terminator = Terminator::CRLF;
                let mut writer = WriterBuilder::new().flexible(true).terminator(terminator).from_writer(file);
                let names = headers.iter().filter(|name| *name != REASON).chain([REASON]);
                writer.write_record(names).map_err(|why| why.to_string())?;
                Self::Csv(Box::new(writer))
            }
        })
    }

    /// Writes a record and why it was rejected.
    pub(super) fn write(&mut self, record: &Record, why: &str) -> Result<(), String> {
        match (self, &record.raw) {
            (Self::Ndjson(out), Raw::Line(text)) => {
                let item = serde_json::from_str::<Value>(text).unwrap_or_else(|_| json!(text));
                let item = if item.get(REASON).is_some() { item["item"].clone() } else { item };
                let line = json!({"line": record.line, REASON: why, "item": item});
                writeln!(out, "{line}").map_err(|why| why.to_string())
            }
            (Self::Csv(out), Raw::Row(row)) => {
                out.write_record(row.iter().chain([why])).map_err(|why| why.to_string())
            }
            _ => Ok(()),
        }
    }

    /// Writes what is left.
    pub(super) fn finish(&mut self) -> Result<(), String> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Ndjson(out) => out.flush().map_err(|why| why.to_string()),
            Self::Csv(out) => out.flush().map_err(|why| why.to_string()),
        }
    }
}
