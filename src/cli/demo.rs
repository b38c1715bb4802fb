//! placeholder until compiled
use super::Outcome;
#[derive(clap::Args)]
pub(super) struct Demo {}
impl Demo { pub(super) fn run(self) -> Outcome { Ok(()) } }
