//! The binary: reads the command line and hands over to `congkhai::cli`.

use std::process::ExitCode;

// Steadier memory under many small allocations than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    congkhai::cli::run()
}
