//! What the tests share: a directory that is removed, a query, and waiting for a condition.
//! It must not start clusters. Read next: `owner`.

use super::super::{Cluster, find_binaries, throwaway_base};
use nix::unistd::Pid;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

/// A new directory that every user may enter; removed when dropped.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Right under `/tmp`, so on a disk.
    pub(super) fn new() -> Scratch {
        Scratch::below(Path::new("/tmp"), 0o755)
    }

    /// Where throw-away clusters belong, and open to everybody like that place: as root, the guard's user can only
    /// remove a name from such a directory.
    pub(super) fn for_throwaway() -> Scratch {
        Scratch::below(&throwaway_base(), 0o1777)
    }

    fn below(base: &Path, mode: u32) -> Scratch {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = base.join(format!("congkhai-embedded-{}-{number}", process::id()));
        fs::create_dir(&path).unwrap();
        set_mode(&path, mode);
        Scratch(path)
    }

    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(super) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs `sql` with the `psql` next to the server and returns its rows.
pub(super) fn query(cluster: &Cluster, sql: &str) -> String {
    let psql = find_binaries(None).unwrap().program("psql");
    let output = Command::new(psql)
        .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", &cluster.url("postgres"), "-c", sql])
        .output()
        .unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Waits until `condition` holds, and fails when that takes too long.
pub(super) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(30), "waited too long: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A zombie does not count: it has no program any more.
pub(super) fn runs(pid: Pid) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_ok()
}

pub(super) fn pid_of(cluster: &Cluster) -> Pid {
    Pid::from_raw(cluster.pid().unwrap().try_into().unwrap())
}
