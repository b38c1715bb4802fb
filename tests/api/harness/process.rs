//! The binary itself, run as its users run it.

use nix::fcntl::OFlag;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A directory for one test, directly under a folder that every user may enter, removed with it.
pub struct Directory(PathBuf);

/// Makes a directory for one test.
pub fn directory(name: &str) -> Directory {
    let path = std::env::temp_dir().join(format!("congkhai-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    // When root runs the tests, PostgreSQL runs as another user, who must get in.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&path, open).unwrap();
    Directory(path)
}

impl Directory {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_congkhai"));
    // Nothing of the environment of the tests may decide what the binary does.
    command.env_clear().envs(std::env::vars().filter(|(name, _)| name == "PATH" || name == "PG_BIN_DIR"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// The same with variables of its environment.
pub fn run_with(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    command(arguments).envs(variables.iter().copied()).output().unwrap()
}

/// Runs a command whose output is shown on a terminal; what that shows, and the status.
pub fn run_on_terminal(arguments: &[&str], variables: &[(&str, &str)]) -> (String, Option<i32>) {
    // Neither end may pass to the processes that other tests start meanwhile: it would stay open with them.
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let mut master = nix::pty::posix_openpt(flags).unwrap();
    nix::pty::grantpt(&master).unwrap();
    nix::pty::unlockpt(&master).unwrap();
    let mut options = std::fs::File::options();
    options.read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits());
    let slave = options.open(nix::pty::ptsname_r(&master).unwrap()).unwrap();
    let mut command = command(arguments);
    command.envs(variables.iter().copied()).stdout(slave).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // Until nobody holds the other end any more.
    drop(command);
    let mut shown = vec![];
    // Linux ends it with an error (EIO) and not with nothing.
    let _ = master.read_to_end(&mut shown);
    (String::from_utf8(shown).unwrap(), child.wait().unwrap().code())
}

/// Starts a command, with its output to read and its log thrown away.
pub fn spawn(arguments: &[&str]) -> Child {
    command(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// A service in a process of its own.
pub struct Service {
    pub child: Child,
    pub address: SocketAddr,
}

/// Nothing outlives its test.
impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Service {
    /// Starts `arguments` with a free port and waits until it listens; the error is what it printed instead.
    pub fn start(arguments: &[&str]) -> Result<Self, String> {
        Self::listening(Self::spawn(arguments))
    }

    /// The same with a socket that is handed over, as systemd hands it over: open as 3, and named in the environment.
    pub fn start_on(socket: &TcpListener, arguments: &[&str]) -> Result<Self, String> {
        let script = "exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec \"$0\" \"$@\"";
        let mut shell = Command::new("/bin/sh");
        shell.env_clear().env("RUST_LOG", "info").args(["-c", script, env!("CARGO_BIN_EXE_congkhai")]);
        shell.args(arguments).stdin(OwnedFd::from(socket.try_clone().unwrap()));
        Self::listening(shell.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
    }

    fn listening(mut child: Child) -> Result<Self, String> {
        let lines = BufReader::new(child.stderr.take().unwrap());
        let (sender, receiver) = std::sync::mpsc::channel();
        // Reads to the end, so that the log never blocks the service.
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut printed = String::new();
        let until = Instant::now() + Duration::from_mins(1);
        while let Ok(line) = receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if let Some((_, address)) = line.split_once("listening on http://") {
                let address = address.split(',').next().unwrap().parse().unwrap();
                std::thread::spawn(move || receiver.into_iter().for_each(drop));
                return Ok(Self { child, address });
            }
            printed = format!("{printed}{line}\n");
        }
        let _ = child.kill();
        let _ = child.wait();
        Err(printed)
    }

    /// The same at a level of the log, with a thread that gives all of it once the service has ended.
    pub fn logged(arguments: &[&str], level: &str) -> (Self, std::thread::JoinHandle<String>) {
        let mut child = Self::spawn_with(arguments, level);
        let lines = BufReader::new(child.stderr.take().unwrap());
        let (sender, receiver) = std::sync::mpsc::channel();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            for line in lines.lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("listening on http://") {
                    let _ = sender.send(address.split(',').next().unwrap().parse().unwrap());
                }
                log.push_str(&line);
                log.push('\n');
            }
            log
        });
        let Ok(address) = receiver.recv_timeout(Duration::from_mins(1)) else {
            let _ = child.kill();
            panic!("it does not listen: {}", log.join().unwrap());
        };
        (Self { child, address }, log)
    }

    /// Starts it and does not wait.
    pub fn spawn(arguments: &[&str]) -> Child {
        Self::spawn_with(arguments, "info")
    }

    /// The same with another level of the log.
    pub fn spawn_with(arguments: &[&str], level: &str) -> Child {
        let with_port = [arguments, &["--bind", "127.0.0.1:0"]].concat();
        command(&with_port)
            .env("RUST_LOG", level)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM.
    pub fn order_to_stop(&self) {
        let pid = nix::unistd::Pid::from_raw(self.child.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    }

    /// Sends SIGINT.
    pub fn interrupt(&self) {
        let pid = nix::unistd::Pid::from_raw(self.child.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    }

    /// SIGTERM, and the status it ends with.
    pub fn terminate(mut self) -> std::process::ExitStatus {
        self.order_to_stop();
        self.child.wait().unwrap()
    }
}
