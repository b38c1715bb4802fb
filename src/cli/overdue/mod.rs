//! `congkhai overdue`: asks a running service, here or far away, what is overdue. For scripts and for people: what it
//! prints, and the status it ends with, are part of the product.
//!
//! 0: nothing is overdue; 3: something is; 1: it could not be told; 2: bad arguments. `table` shows.

mod table;

use super::remote::Connection;
use clap::{Args, ValueEnum};
use std::error::Error;
use std::io::{BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::process::ExitCode;
use table::Row;

/// The status that says that something is overdue.
const OVERDUE: u8 = 3;

/// Ends with status 3 when something is overdue, 0 when nothing is, 1 when that could not be told.
#[derive(Args)]
pub(super) struct Overdue {
    #[command(flatten)]
    connection: Connection,
    /// Code of an agency that decides, with those below it; repeat for several. All that the key sees when not given
    #[arg(long, value_name = "CODE")]
    agency: Vec<String>,
    /// How it is printed: a table to read, or all columns of the service as CSV
    #[arg(long, value_enum, default_value = "table", value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
}

impl Overdue {
    pub(super) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let service = self.connection.service("dossiers:read")?;
        let agency = (!self.agency.is_empty()).then(|| self.agency.join(","));
        let list = |format, media_type| {
            let query: Vec<_> = [("format", format)]
                .into_iter()
                .chain(agency.as_deref().map(|agency| ("agency", agency)))
                .collect();
            service.list("/v1/overdue", &query, media_type)
        };
        let is_any = match self.format {
            Format::Csv => csv(list("csv", "text/csv")?)?,
            Format::Table => table(list("ndjson", "application/x-ndjson")?)?,
        };
        Ok(if is_any { ExitCode::from(OVERDUE) } else { ExitCode::SUCCESS })
    }
}

/// Passes the service's own table on as it comes; whether it has any row.
fn csv(mut body: impl Read) -> Result<bool, Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let mut part = [0; 1 << 14];
    let (mut header_ended, mut is_any) = (false, false);
    loop {
        let length = body.read(&mut part).map_err(|e| cut_off(&e))?;
        if length == 0 {
            return Ok(is_any);
        }
        for byte in &part[..length] {
            is_any |= header_ended;
            // No name of a column holds a line break.
            header_ended |= *byte == b'\n';
        }
        if !written(out.write_all(&part[..length]).and_then(|()| out.flush()))? {
            return Ok(is_any);
        }
    }
}

/// Shows every row in columns; whether there is any.
fn table(body: impl Read) -> Result<bool, Box<dyn Error>> {
    let mut rows: Vec<Row> = vec![];
    for line in BufReader::new(body).lines() {
        let line = line.map_err(|e| cut_off(&e))?;
        rows.push(
            serde_json::from_str(&line)
                .map_err(|e| format!("a row of the answer is not as expected: {e}"))?,
        );
    }
    let out = std::io::stdout();
    let is_terminal = out.is_terminal();
    let text = table::text(&rows, is_terminal, is_terminal && table::wants_colours());
    written(out.lock().write_all(text.as_bytes()))?;
    if is_terminal {
        let count = rows.len();
        eprintln!(
            "{}",
            if count == 0 { "nothing is overdue".to_owned() } else { format!("{count} overdue") }
        );
    }
    Ok(!rows.is_empty())
}

fn cut_off(error: &std::io::Error) -> String {
    format!("the answer was cut off and is not whole: {error}")
}

/// Whether somebody still reads: `congkhai overdue | head` is no failure.
fn written(outcome: std::io::Result<()>) -> Result<bool, String> {
    match outcome {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(format!("cannot print: {error}")),
    }
}
