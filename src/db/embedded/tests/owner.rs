//! A second process that owns a cluster, so that a test can kill it: this test binary, run again with one test
//! and a variable that makes that test act.
//! It must end by itself when the test that started it ends. Read next: `killed`.

use super::{
    super::{Cluster, Mode},
    support::{pid_of, query},
};
use nix::unistd::Pid;
use std::{
    env,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
};

const ROOT: &str = "EMBEDDED_TEST_OWNER_ROOT";
const MODE: &str = "EMBEDDED_TEST_OWNER_MODE";
const READY: &str = "owner-ready ";

#[test]
fn acts_as_owner() {
    let Some(root) = env::var_os(ROOT) else { return };
    let mode =
        if env::var(MODE).is_ok_and(|mode| mode == "Durable") { Mode::Durable } else { Mode::Throwaway };
    let cluster = Cluster::start(Path::new(&root), mode).unwrap();
    query(&cluster, "create table kept (n int); insert into kept values (1)");
    println!("\n{READY}{}", pid_of(&cluster));
    // Ends with the test that started us, in case it does not kill us.
    let _ = io::stdin().read_to_end(&mut Vec::new());
}

/// The running owner. Dropping it kills it.
pub(super) struct Owner(Child);

impl Owner {
    pub(super) fn start(root: &Path, mode: Mode) -> Owner {
        // The crate's name is not part of a test's name.
        let module = module_path!().split_once("::").unwrap().1;
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", &format!("{module}::acts_as_owner"), "--nocapture"])
            .env(ROOT, root)
            .env(MODE, format!("{mode:?}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Owner(child)
    }

    /// Waits until its cluster runs and holds a committed row; returns the pid of postgres.
    pub(super) fn wait_ready(&mut self) -> Pid {
        let output = self.0.stdout.take().unwrap();
        let lines = BufReader::new(output).lines();
        let pid = lines.map_while(Result::ok).find_map(|line| line.strip_prefix(READY)?.parse().ok());
        Pid::from_raw(pid.expect("the owner ended before its cluster was ready"))
    }

    /// `kill -9`, without waiting for the effect.
    pub(super) fn kill(&mut self) {
        self.0.kill().unwrap();
    }

    pub(super) fn kill_and_wait(&mut self) {
        self.kill();
        self.0.wait().unwrap();
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
