//! What a killed process leaves behind: a server that still runs, an initdb at work, files that block a start.
//!
//! It may only be used while holding the directory's lock: then whatever still runs here has no owner.
//! It must not send SIGKILL to a postmaster, nor remove a lock file before it has seen that no process is left.
//! Processes of another container are not seen; when its first process ends, they end too.
//! Read next: `server`, which starts when this is done.

use super::{error::EmbeddedError, site::Site, socket};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    fs,
    io::ErrorKind,
    path::Path,
    thread,
    time::{Duration, Instant},
};

const FAST: Duration = Duration::from_secs(40);
const LONGEST: Duration = Duration::from_mins(1);

/// Stops every process that an earlier owner has left, then removes the files that would block a start.
///
/// # Errors
/// When they do not stop in a minute, or when a file cannot be removed.
pub(super) fn clear(site: &Site) -> Result<(), EmbeddedError> {
    let begin = Instant::now();
    loop {
        let left = processes_in(&site.root);
        if left.is_empty() {
            break;
        }
        if begin.elapsed() > LONGEST {
            let pids = left.iter().map(|process| process.pid.as_raw()).collect();
            return Err(EmbeddedError::OrphansRemain { pids, root: site.root.clone() });
        }
        stop(&left, &site.data(), begin.elapsed());
        thread::sleep(Duration::from_millis(20));
    }
    remove_lock_files(site)
}

fn stop(left: &[Process], data: &Path, waited: Duration) {
    let postmaster = postmaster_of(data);
    for process in left {
        if Some(process.pid) == postmaster {
            let signal = if waited < FAST { Signal::SIGINT } else { Signal::SIGQUIT };
            log::debug!("stopping postgres {} of an earlier run with {signal}", process.pid);
            let _ = kill(process.pid, signal);
        } else if process.is_initdb {
            let _ = kill(process.pid, Signal::SIGTERM);
        }
        // The others end by themselves: backends without their postmaster, and initdb's helpers without initdb. A
        // postgres that has just been started writes its pid file next.
    }
}

/// These block a start when their pid now belongs to a zombie or, after a container restart, to anybody's process.
fn remove_lock_files(site: &Site) -> Result<(), EmbeddedError> {
    if !cfg!(target_os = "linux") {
        // Without /proc nobody can tell that no process is left: PostgreSQL's own check has to do.
        return Ok(());
    }
    let sockets = socket::FILES.iter().map(|name| site.sockets.join(name));
    for path in sockets.chain([site.data().join("postmaster.pid")]) {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(EmbeddedError::io("remove", path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The pid in the first line of `postmaster.pid`.
pub(super) fn postmaster_of(data: &Path) -> Option<Pid> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse().ok().map(Pid::from_raw)
}

#[derive(Debug)]
struct Process {
    pid: Pid,
    is_initdb: bool,
}

/// The PostgreSQL programs at work in `root` or below. Our commands start in `root`, postgres then goes to its data
/// directory. Until a forked child has become such a program it holds the lock. A zombie has no directory.
fn processes_in(root: &Path) -> Vec<Process> {
    if !cfg!(target_os = "linux") {
        let alive = postmaster_of(&root.join("data")).filter(|pid| kill(*pid, None).is_ok());
        return alive.map(|pid| Process { pid, is_initdb: false }).into_iter().collect();
    }
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &i32| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(root)))
        .filter_map(|pid| {
            // Not the shell of somebody who looks around in there.
            let program = fs::read_link(format!("/proc/{pid}/exe")).ok()?;
            let name = program.file_name()?.to_string_lossy().into_owned();
            let is_initdb = name.starts_with("initdb");
            (is_initdb || name.starts_with("postgres"))
                .then(|| Process { pid: Pid::from_raw(pid), is_initdb })
        })
        .collect()
}
