"""PostgreSQL for a run: a private cluster, or a given server; and psql as the only client."""

import json
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import time


class Failed(Exception):
    """A run cannot go on; the message says why."""


def programs():
    """The directory of the newest installed server programs, 15 or newer."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found or int(found[-1].parts[-3]) < 15:
        raise Failed("no PostgreSQL 15 or newer: apt-get install postgresql")
    return found[-1].parent


def free_port():
    """A port that is free now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def as_postgres(command):
    """The command as the user `postgres` when run by root, which PostgreSQL refuses."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else command


class Cluster:
    """A private cluster in `directory`: shared_buffers of 1 GB, everything else as PostgreSQL comes, commits durable."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory) / "cluster"
        self.port = free_port()
        self.url = f"postgres://congkhai@127.0.0.1:{self.port}/congkhai"
        self.server = None

    def start(self, *settings):
        """Starts it, and makes it first where there is none."""
        bin_dir, is_new = programs(), not (self.directory / "PG_VERSION").exists()
        if is_new:
            self.directory.mkdir(parents=True, mode=0o700)
            if os.getuid() == 0:
                user = pwd.getpwnam("postgres")
                os.chown(self.directory, user.pw_uid, user.pw_gid)
            initdb = [f"{bin_dir}/initdb", "-D", str(self.directory), "-U", "congkhai", "-A", "trust", "-E", "UTF8",
                      "--lc-collate=C", "--lc-ctype=C.UTF-8"]
            subprocess.run(as_postgres(initdb), check=True, stdout=subprocess.DEVNULL, cwd="/")
        options = ["shared_buffers=1GB", f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", *settings]
        command = [f"{bin_dir}/postgres", "-D", str(self.directory)] + [part for o in options for part in ("-c", o)]
        with open(self.directory.parent / "postgres.log", "ab") as log:
            self.server = subprocess.Popen(as_postgres(command), stdout=log, stderr=log, cwd="/")
        deadline = time.monotonic() + 60
        base = self.url.rsplit("/", 1)[0] + "/postgres"
        while subprocess.run(["psql", "-Xqc", "", base], capture_output=True).returncode:
            if time.monotonic() > deadline or self.server.poll() is not None:
                raise Failed(f"postgres did not start: see {self.directory.parent}/postgres.log")
            time.sleep(0.05)
        if is_new:
            Database(base).run("CREATE DATABASE congkhai")
        return Database(self.url)

    def stop(self):
        """Stops it: SIGINT to the postmaster, a fast shutdown."""
        if self.server and self.server.poll() is None:
            postmaster = (self.directory / "postmaster.pid").read_text().split("\n", 1)[0]
            subprocess.run(["kill", "-INT", postmaster], check=True)
            self.server.wait(timeout=120)


class Database:
    """A database by its URL."""

    def __init__(self, url):
        self.url = url

    def run(self, sql, **variables):
        """Runs SQL; its output as text, columns separated by `|`."""
        sets = [part for name, value in variables.items() for part in ("-v", f"{name}={value}")]
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *sets, self.url]
        done = subprocess.run(command, input=sql, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"psql: {done.stderr.strip()}")
        return done.stdout.strip()

    def rows(self, query):
        """The rows of a query, as dictionaries."""
        return json.loads(self.run(f"SELECT coalesce(json_agg(q), '[]') FROM ({query}) q"))

    def postmaster(self):
        """The process of the server, when it runs on this machine."""
        with subprocess.Popen(["psql", "-XAtq", self.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as psql:
            psql.stdin.write("SELECT pg_backend_pid();\n")
            psql.stdin.flush()
            pid = psql.stdout.readline().strip()
            try:
                stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
            except FileNotFoundError:
                stat = ""
            psql.stdin.close()
        name, _, rest = stat.partition(") ")
        return int(rest.split()[1]) if "(postgres" in name else None


def remove(directory):
    """Removes a directory that a run made."""
    shutil.rmtree(directory, ignore_errors=True)
