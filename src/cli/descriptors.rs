//! File descriptors: a process may often open 1,024, and more only when it asks.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// What the service opens beside the connections of clients: those to the database, files, what its threads wait with.
const OTHERS: u64 = 256;

/// Lets the process open as many as it may, and says when those are too few for so many connections of clients.
pub(super) fn raise(connections: u64) {
    let needed = 2 * connections + OTHERS;
    // A system that tells no limit, or does not let it be raised, has the one that it had.
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    let wanted = needed.min(hard);
    let has =
        if soft < wanted && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok() { wanted } else { soft };
    if has < needed {
        log::warn!(
            "the process may open {has} files, and CONGKHAI_CONNECTIONS={connections} needs {needed}: raise the limit (ulimit -n) or lower the setting"
        );
    }
}
