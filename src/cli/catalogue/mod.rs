//! `congkhai import procedures` and `congkhai export procedures`: the catalogue of a running service, from and to a file.
//!
//! A file holds a procedure to a line, as this service writes it (`line`), or procedures of the national catalogue (`national`). `file`
//! reads either, `import` brings one procedure to the service.

mod export;
mod file;
mod import;
mod line;
mod national;

use super::Outcome;
use super::remote::Connection;
use crate::domain::local_time::Day;
use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::PathBuf;

/// Ends with status 1 when a procedure was rejected. Run it again after a break, or after mending what was rejected: what the service has
/// already is left as it is.
#[derive(Args)]
pub(super) struct ImportProcedures {
    #[command(flatten)]
    connection: Connection,
    /// File with procedures: a JSON object to a line, or JSON of the national catalogue (`LayThuTuc`)
    file: PathBuf,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Of national procedures: the first day in force. Their format does not say it
    #[arg(long, value_name = "DATE", requires = "sets")]
    effective_from: Option<Day>,
    /// Of national procedures: how many sets of documents are handed in. Their format does not say it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i32).range(1..=100), requires = "effective_from")]
    sets: Option<i32>,
    #[command(flatten)]
    decision: Announcement,
}

/// Of national procedures: the decision that announced them. Without it they become drafts.
#[derive(Args)]
struct Announcement {
    /// Of national procedures: number of the decision that announced them; without it they become drafts
    #[arg(long, value_name = "NUMBER", requires_all = ["signed_on", "issued_by", "effective_from"])]
    decision: Option<String>,
    /// Day on which the decision was signed
    #[arg(long, value_name = "DATE", requires = "decision")]
    signed_on: Option<Day>,
    /// Who issued the decision
    #[arg(long, value_name = "NAME", requires = "decision")]
    issued_by: Option<String>,
    /// Day of their disclosure here; today when not given
    #[arg(long, value_name = "DATE", requires = "decision")]
    published_on: Option<Day>,
    /// Why the decision takes effect before it was signed, where it does
    #[arg(long, value_name = "TEXT", requires = "decision")]
    ground: Option<String>,
}

#[derive(Subcommand)]
pub(super) enum Export {
    /// Print the procedures in force, one to a line
    Procedures(ExportProcedures),
}

/// Prints what `import procedures` reads.
#[derive(Args)]
pub(super) struct ExportProcedures {
    #[command(flatten)]
    connection: Connection,
    /// How it is printed: all that the service has, or the keys of the national catalogue
    #[arg(long, value_enum, default_value = "ndjson", value_name = "FORMAT")]
    format: Format,
    /// Day on which they are in force; today when not given
    #[arg(long, value_name = "DATE")]
    in_force_on: Option<Day>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Ndjson,
    National,
}

impl ImportProcedures {
    pub(super) fn run(self) -> Outcome {
        import::run(self)
    }
}

impl Export {
    pub(super) fn run(self) -> Outcome {
        let Self::Procedures(command) = self;
        export::run(command)
    }
}

/// Shows on a terminal, beside what is printed, how far it is.
fn progress(length: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    // The template is a constant; were it wrong, the bar would look otherwise.
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ({eta} left)");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
