//! The commands of the binary, a file each. The only place that prints.
//!
//! A command returns an error of one line that says what to do; [`run`] prints it and ends with status 1. Bad arguments
//! end with status 2; `overdue` has a status of its own.

mod calendar;
mod catalogue;
mod check;
mod data_key;
mod database;
mod demo;
mod descriptors;
mod dossiers;
mod health;
mod keys;
mod lifecycle;
mod migrate;
mod openapi;
mod overdue;
mod purge;
mod remote;
mod rollback;
mod serve;
mod signing_key;
mod stopping;
mod verify;

use crate::config::LogSettings;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Publishes administrative procedures and the progress of dossiers.
#[derive(Parser)]
#[command(name = "congkhai", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    log: LogSettings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a demonstration: a district, its procedures and 3,000 dossiers
    Demo(demo::Demo),
    /// Serve
    Serve(serve::Serve),
    /// Bring the database up to date
    Migrate(migrate::Migrate),
    /// Take the database back to an earlier migration
    Rollback(rollback::Rollback),
    /// Load office calendars
    Calendar(calendar::Calendar),
    /// Create, list and revoke keys
    Keys(keys::Keys),
    /// Make the key that signs the daily log, or print its public part
    SigningKey(signing_key::SigningKey),
    /// Encrypt personal data anew, after a new data key or the first one
    DataKey(data_key::DataKey),
    /// Erase personal data of dossiers that ended long ago
    Purge(purge::Purge),
    /// Look for rows that were changed by hand, or check the proof of a dossier
    Verify(verify::Verify),
    /// Make anew what is kept to make answers quick, and compare
    #[command(subcommand)]
    Check(check::Check),
    /// Print the `OpenAPI` document
    Openapi,
    /// Print the table of problems, as it is committed in `docs/errors.md`
    Problems,
    /// Print the life of a dossier, as it is committed in `docs/dossier-lifecycle.md`
    Lifecycle,
    /// Ask a running service what is overdue; ends with status 3 when something is
    Overdue(overdue::Overdue),
    /// Send procedures or dossiers to a running service, from a file
    #[command(subcommand)]
    Import(Import),
    /// Take procedures out of a running service
    #[command(subcommand)]
    Export(catalogue::Export),
    /// Ask a running service whether it is ready; for health checks of containers
    Health(health::Health),
}

#[derive(Subcommand)]
enum Import {
    /// Write drafts and publish them; prints a line for each procedure
    Procedures(Box<catalogue::ImportProcedures>),
    /// Replay dossiers of other software; prints a line for each that is rejected
    Dossiers(dossiers::ImportDossiers),
}

/// Any error of a command, as one line.
pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    crate::telemetry::start(cli.log.log_format);
    let outcome = match cli.command {
        Command::Demo(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::Migrate(command) => command.run(),
        Command::Rollback(command) => command.run(),
        Command::Calendar(command) => command.run(),
        Command::Keys(command) => command.run(),
        Command::SigningKey(command) => command.run(),
        Command::DataKey(command) => command.run(),
        Command::Purge(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Openapi => openapi::run(),
        Command::Problems => {
            print!("{}", crate::http::error::markdown());
            Ok(())
        }
        Command::Lifecycle => lifecycle::run(),
        Command::Health(command) => command.run(),
        Command::Import(Import::Procedures(command)) => command.run(),
        Command::Import(Import::Dossiers(command)) => command.run(),
        Command::Export(command) => command.run(),
        Command::Overdue(command) => match command.run() {
            Ok(status) => return status,
            Err(error) => Err(error),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("congkhai: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The definition of the command line, for the tests of the settings.
pub fn definition() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}
