"""What the checks against a running service share: installed tools, and the demonstration on a free port."""

import contextlib
import dataclasses
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
# Loading 3,000 dossiers with a debug build on a busy machine takes its time.
PATIENCE = 300


# Stopped from outside, it still stops the service.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def fail(message):
    sys.exit(f"ci: {message}")


def run(*command, **options):
    """Runs a command, which must succeed."""
    done = subprocess.run([str(part) for part in command], **options)
    if done.returncode != 0:
        fail(f"this failed with {done.returncode}: {' '.join(str(part) for part in command)}")
    return done


def installed(name, source, install):
    """The folder `name` of the target directory, filled anew by `install` when `source` has changed."""
    folder = TARGET / "contract" / name
    stamp = folder / "installed-from"
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in source) + sys.version.encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        install(folder)
        stamp.write_text(wanted)
    return folder


def python_tools():
    """The folder with the programs of requirements.txt."""
    requirements = ROOT / ".ci/requirements.txt"

    def install(folder):
        # As a link, the way `python3 -m venv` makes it on this system.
        venv.create(folder, with_pip=True, symlinks=True)
        pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*pip, "--requirement", requirements])
        if done.returncode != 0:
            fail("pip could not install .ci/requirements.txt: it needs PyPI, or an index named by PIP_INDEX_URL")

    return installed("python", [requirements], install) / "bin"


def node_tools():
    """The folder that has the node_modules of tests/clients."""
    sources = [ROOT / "tests/clients/package.json", ROOT / "tests/clients/package-lock.json"]

    def install(folder):
        for source in sources:
            shutil.copy(source, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        if subprocess.run(command, cwd=folder).returncode != 0:
            fail("npm could not install tests/clients/package-lock.json: it needs the npm registry")

    return installed("node", sources, install)


def binary():
    """The service, built as the tests build it."""
    run("cargo", "build", "--locked", "--quiet", cwd=ROOT)
    return TARGET / "debug/congkhai"


@dataclasses.dataclass
class Demonstration:
    """A running demonstration: its address, a key for all its operations, its process, and where its database lives."""

    address: str
    key: str
    service: subprocess.Popen
    folder: pathlib.Path


@contextlib.contextmanager
def demonstration(log=None):
    """A demonstration on a free port, stopped and removed at the end. Its log goes to a file when one is named."""
    program = binary()
    with tempfile.TemporaryDirectory(prefix="congkhai-contract-") as folder:
        # As root, PostgreSQL runs as another user, who must be able to enter.
        os.chmod(folder, 0o755)
        environment = {name: os.environ[name] for name in ("PATH", "PG_BIN_DIR") if name in os.environ}
        # Thousands of requests from one address in a minute are what this is for. The log says who stopped the service.
        environment |= {"RUST_LOG": "error,actix_server=info", "CONGKHAI_PUBLIC_RATE": "0"}
        environment["CONGKHAI_AUTHENTICATION_RATE"] = "0"
        command = [program, "demo", "--data-dir", folder, "--bind", "127.0.0.1:0"]
        stderr = open(log, "wb") if log else None
        service = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True)
        try:
            yield Demonstration(*announced(service), service, pathlib.Path(folder))
            if service.poll() is not None:
                fail(f"the service ended by itself with {service.returncode}")
        finally:
            service.send_signal(signal.SIGTERM)
            try:
                service.wait(timeout=60)
            except subprocess.TimeoutExpired:
                service.kill()
                service.wait()


def announced(service):
    """What the demonstration prints: its address and its key."""
    # A service that says nothing ends here and not never.
    watch = threading.Timer(PATIENCE, service.kill)
    watch.start()
    said = {}
    for line in service.stdout:
        for name in ("Address", "Demo key"):
            if line.startswith(name):
                said[name] = line.removeprefix(name).strip()
        if line.startswith("Ctrl-C"):
            break
    watch.cancel()
    if len(said) < 2:
        fail("the demonstration did not start: run `cargo run -- demo` to see why")
    # Reads on, so that the service never waits for a reader.
    threading.Thread(target=service.stdout.read, daemon=True).start()
    wait_until_ready(said["Address"])
    return said["Address"], said["Demo key"]


def wait_until_ready(address):
    until = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{address}/health/ready", timeout=10).close()
            return
        except OSError as error:
            if time.monotonic() > until:
                fail(f"the demonstration is not ready: {error}")
            time.sleep(0.2)
