//! What tests start from: `db` gives each a database, `app` a running service on it, `client` a caller whose
//! answers are held against the API document by `contract`, `world` the agencies and procedures they speak of, `process`
//! the binary itself, `raw` a connection of plain bytes, `evidence` what the tests of the hash chain share, `personal` those of personal data, `dice` choices that look random.

mod app;
mod client;
pub mod contract;
mod db;
mod dice;
pub mod evidence;
pub mod personal;
mod process;
mod raw;
mod remember;
mod world;

pub use app::{Instance, NOW, TestApp};
pub use client::{Answer, Client, FIRST_VERSION};
pub use db::{SERVICE_ROLE, TestDatabase, connect, inserting_all, migrations};
pub use dice::Dice;
pub use process::{Directory, Service, directory, run, run_on_terminal, run_with, spawn};
pub use raw::Raw;
pub use world::{at, content, decision, event, fill as fill_world, publication, receipt};
