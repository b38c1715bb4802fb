//! Clusters for tests: where they are quickest, how they vanish, and how to clear what did not.
//!
//! It must not be used for data that somebody wants to keep: such a cluster is not durable and deletes itself.
//! Read next: `server`.

use super::{account::Account, lock, site::Site};
use std::{
    env,
    fs::{self, File},
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

/// Below this the memory file system could fill up; Docker gives it 64 MiB.
const ROOM: u128 = 2 << 30;
/// Younger directories may belong to a process that has not yet taken its lock.
const OLD: Duration = Duration::from_mins(1);

/// A shell between this process and postgres. Its input is a pipe that closes when this process ends, however it
/// ends. A subshell waits for that and stops postgres; when postgres has ended, for this or any other reason, the
/// shell removes the directories. Both loops are bounded, so that nothing can leave them running for ever.
const GUARD: &str = r#"
trap '' HUP INT TERM
root=$1 sockets=$2
shift 2
exec 3<&0 </dev/null
(
    cat <&3 >/dev/null
    while [ -d "$root/data" ] && kill -0 $$; do
        read -r pid <"$root/data/postmaster.pid" && kill -QUIT "$pid"
        sleep 0.1
    done
) 2>/dev/null &
exec 3<&-
"$@"
status=$?
tries=0
while rm -rf "$root" "$sockets" 2>/dev/null; [ -d "$root/data" ] && [ $tries -lt 50 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
exit $status
"#;

/// The command that runs postgres under the guard. Arguments for postgres come after it.
pub(super) fn guarded(site: &Site) -> Command {
    let mut command = site.command(Path::new("/bin/sh"));
    command.args(["-c", GUARD, "pg-guard"]).arg(&site.root).arg(&site.sockets);
    command.arg(site.binaries.program("postgres")).stdin(Stdio::piped());
    command
}

/// Where a throw-away cluster is quickest: in memory if there is enough of it, else the folder for temporary files.
#[must_use]
pub fn throwaway_base() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let has_room = nix::sys::statvfs::statvfs(&memory)
        .is_ok_and(|found| u128::from(found.blocks_available()) * u128::from(found.fragment_size()) > ROOM);
    if has_room { memory } else { env::temp_dir() }
}

/// Removes the throw-away clusters in `base` whose name begins with `prefix` and whose process was killed before its
/// guard ran. Those of living processes, of other users, and those younger than a minute stay.
pub fn sweep(base: &Path, prefix: &str) {
    sweep_older_than(base, prefix, OLD);
}

pub(super) fn sweep_older_than(base: &Path, prefix: &str, old: Duration) {
    let Ok(account) = Account::of_this_process() else {
        return;
    };
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let Ok(found) = entry.metadata() else { continue };
        let age = found.modified().ok().and_then(|time| time.elapsed().ok());
        let ours = found.is_dir() && found.uid() == account.uid.as_raw();
        if ours && age >= Some(old) && entry.file_name().to_string_lossy().starts_with(prefix) {
            remove_if_unused(&entry.path());
        }
    }
}

fn remove_if_unused(root: &Path) {
    let lock = match File::open(root.join(lock::FILE)) {
        Ok(file) => Some(file),
        // Killed before it had even made its lock file.
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(_) => return,
    };
    // The lock is ours until the end of this function, and nobody else can take the directory meanwhile.
    if lock.as_ref().is_none_or(|file| file.try_lock().is_ok()) {
        let _ = fs::remove_dir_all(root);
    }
}
