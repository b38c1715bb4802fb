//! `congkhai overdue`: asks a running service, here or far away, what is overdue. For scripts and for people: what it
//! prints, and the status it ends with, are part of the product.
//!
//! 0: nothing is overdue; 3: something is; 1: it could not be told; 2: bad arguments. `remote` asks, `table` shows.

mod remote;
mod table;

use clap::{Args, ValueEnum};
use remote::Service;
use std::error::Error;
use std::io::{BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use table::Row;

/// The status that says that something is overdue.
const OVERDUE: u8 = 3;

/// Ends with status 3 when something is overdue, 0 when nothing is, 1 when that could not be told.
#[derive(Args)]
pub(super) struct Overdue {
    /// Address of the service, such as `https://congkhai.example.gov.vn`
    #[arg(long, env = "CONGKHAI_URL", default_value = "http://127.0.0.1:8080", value_parser = remote::address, value_name = "URL")]
    url: String,
    /// Key with the scope `dossiers:read`. In the environment it is hidden from the others on the machine, as an argument
    /// it is not
    #[arg(long, env = "CONGKHAI_KEY", hide_env_values = true, value_name = "KEY")]
    key: Option<String>,
    /// File with the certificates, in PEM, of the authority that the service's own is from; those that browsers know when
    /// not given
    #[arg(long, env = "CONGKHAI_CA_FILE", value_name = "FILE")]
    ca_file: Option<PathBuf>,
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
        let key = self.key.filter(|key| !key.trim().is_empty());
        let key = key.ok_or("no key is given: set CONGKHAI_KEY to one with the scope dossiers:read")?;
        let service = Service::new(self.url, key.trim(), self.ca_file.as_deref())?;
        let agency = (!self.agency.is_empty()).then(|| self.agency.join(","));
        let is_any = match self.format {
            Format::Csv => csv(service.overdue("csv", agency.as_deref())?)?,
            Format::Table => table(service.overdue("ndjson", agency.as_deref())?)?,
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
