//! Starts the postgres process, waits until it accepts connections, and stops it.
//!
//! It must not be called before `orphan` has cleared the directory, and must not send SIGKILL to postgres: its
//! children would go on without it.
//! Read next: `liveness`, `throwaway` (the guard that a throw-away server runs under).

use super::{
    error::EmbeddedError,
    liveness::Liveness,
    orphan::postmaster_of,
    server_log::ServerLog,
    site::{Mode, Site},
    socket::PORT,
    throwaway,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    fs,
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// Crash recovery replays up to `max_wal_size` of the write-ahead log first.
const LONGEST_START: Duration = Duration::from_mins(5);
const FAST_STOP: Duration = Duration::from_mins(1);
const IMMEDIATE_STOP: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);

const COMMON: [&str; 3] = ["listen_addresses=", "unix_socket_permissions=0700", "jit=off"];

/// On the command line, where neither the configuration file nor `ALTER SYSTEM` can undo them.
const DURABLE: &[&str] = &[
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    // After a crash: one call instead of an fsync per file, which takes seconds on a busy disk.
    #[cfg(target_os = "linux")]
    "recovery_init_sync_method=syncfs",
];

const THROWAWAY: &[&str] = &[
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
    "checkpoint_timeout=1d",
    "max_wal_size=256MB",
    "max_connections=300",
];

/// A running server, or the guard around it.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) liveness: Liveness,
    /// The postmaster, which is not our own child when a guard stands between.
    postmaster: Pid,
    mode: Mode,
    log: PathBuf,
}

impl Server {
    /// Starts postgres and waits until it is ready.
    ///
    /// # Errors
    /// When it cannot be run, ends at once, or is not ready in time.
    pub(super) fn start(site: &Site, mode: Mode, log: &ServerLog) -> Result<Server, EmbeddedError> {
        let mut command = match mode {
            Mode::Durable => site.command(&site.binaries.program("postgres")),
            Mode::Throwaway => throwaway::guarded(site),
        };
        add_settings(&mut command, site, mode);
        command.stdout(log.output()?).stderr(log.output()?);
        let child = site.spawn(&mut command)?;
        let child_pid = pid_of(child.id());
        let liveness = Liveness::of(child);
        let mut server = Server { liveness, postmaster: child_pid, mode, log: log.path.clone() };
        let begin = Instant::now();
        loop {
            let ended =
                server.liveness.try_wait().map_err(EmbeddedError::io("wait for postgres in", &site.root))?;
            if let Some(status) = ended {
                let line = format!("{} ({status})", log.telling_line());
                return Err(EmbeddedError::EndedAtStart { line, log: log.path.clone() });
            }
            if let Some(postmaster) = ready_postmaster(site) {
                // An unguarded server must be our own child: nobody else's pid file counts.
                if mode == Mode::Throwaway || postmaster == child_pid {
                    server.postmaster = postmaster;
                    return Ok(server);
                }
            }
            if begin.elapsed() > LONGEST_START {
                server.stop()?;
                let seconds = LONGEST_START.as_secs();
                return Err(EmbeddedError::NotReadyInTime { seconds, log: log.path.clone() });
            }
            thread::sleep(POLL);
        }
    }

    /// The postmaster's pid, or `None` when it has ended.
    pub(super) fn pid(&self) -> Option<u32> {
        self.liveness.is_alive().then(|| u32::try_from(self.postmaster.as_raw()).ok()).flatten()
    }

    /// Ends the sessions, writes a checkpoint and waits. Does nothing when it has ended already.
    ///
    /// # Errors
    /// [`EmbeddedError::DidNotStop`] when it obeys neither of the two shutdowns.
    pub(super) fn stop(&self) -> Result<(), EmbeddedError> {
        let stopped = match self.mode {
            Mode::Throwaway => {
                // The guard stops postgres when its input ends.
                drop(self.liveness.lock().stdin.take());
                self.wait(FAST_STOP)
            }
            Mode::Durable => {
                self.signal(Signal::SIGINT);
                self.wait(FAST_STOP) || {
                    // Nothing committed is lost by this either: the next start recovers.
                    self.signal(Signal::SIGQUIT);
                    self.wait(IMMEDIATE_STOP)
                }
            }
        };
        if stopped {
            return Ok(());
        }
        Err(EmbeddedError::DidNotStop { pid: self.postmaster.as_raw(), log: self.log.clone() })
    }

    /// Signals our own child, never a stranger: nobody can reap it while the mutex is held.
    fn signal(&self, signal: Signal) {
        let mut child = self.liveness.lock();
        if matches!(child.try_wait(), Ok(None)) {
            let _ = kill(pid_of(child.id()), signal);
        }
    }

    fn wait(&self, longest: Duration) -> bool {
        let begin = Instant::now();
        while self.liveness.is_alive() {
            if begin.elapsed() > longest {
                return false;
            }
            thread::sleep(POLL);
        }
        true
    }
}

fn add_settings(command: &mut Command, site: &Site, mode: Mode) {
    command.arg("-D").arg(site.data()).arg("-k").arg(&site.sockets).args(["-p", PORT]);
    let of_mode = match mode {
        Mode::Durable => DURABLE,
        Mode::Throwaway => THROWAWAY,
    };
    for setting in COMMON.iter().chain(of_mode) {
        command.args(["-c", setting]);
    }
}

/// The way `pg_ctl` knows it: line 1 of the pid file is the pid, line 8 the state.
fn ready_postmaster(site: &Site) -> Option<Pid> {
    let data = site.data();
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    if text.lines().nth(7)?.trim() != "ready" {
        return None;
    }
    postmaster_of(&data)
}

fn pid_of(id: u32) -> Pid {
    // A pid is at most 2^22 on Linux. The impossible rest means "no process" to kill().
    Pid::from_raw(i32::try_from(id).unwrap_or(i32::MAX))
}
