"""The clients: wrk against the service, pgbench and psql against PostgreSQL, curl for exports."""

import json
import os
import pathlib
import re
import subprocess
import time

from .database import Failed
from .measure import Meter

HERE = pathlib.Path(__file__).resolve().parents[1]
CONNECTIONS, THREADS = 32, 2


def _call(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command[:6]))} ...: {done.stderr.strip()[-2000:] or done.stdout.strip()[-2000:]}")
    return done


def wrk(run, script, arguments, seconds, most_bytes=None):
    """Runs a Lua script for some seconds; requests per second, latency and costs. Any answer that is an error fails.

    `most_bytes` bounds the mean size of an answer: how a 200 among expected 304s is noticed.
    """
    script = HERE / "wrk" / script
    environment = {**os.environ, "LUA_PATH": f"{HERE}/wrk/?.lua;;"}
    command = ["wrk", f"-c{CONNECTIONS}", f"-t{THREADS}", "--latency", "-s", script, run.base]

    def go(duration):
        return _call([*command[:3], f"-d{duration}s", *command[3:], "--", *map(str, arguments)], env=environment)

    go(1)
    with Meter(run.service.pid, run.postmaster) as meter:
        done = go(seconds)
    result = json.loads(done.stdout.strip().splitlines()[-1])
    errors = {name: n for name, n in result["errors"].items() if n}
    # What a connection still waits for when wrk stops is no error of the service.
    if errors or not result["requests"]:
        raise Failed(f"{script.name}: {errors or 'no answers'}")
    size = result["bytes"] / result["requests"]
    if most_bytes and size > most_bytes:
        raise Failed(f"{script.name}: an answer has {size:.0f} bytes, expected at most {most_bytes}: not all are 304")
    return {"rate": result["requests"] / result["seconds"], "p50_ms": result["p50_ms"], "p99_ms": result["p99_ms"],
            "bytes": size, **meter.per(result["requests"])}


def pgbench(run, script, variables, seconds, clients, transactions=None):
    """Runs an SQL script with prepared statements, with the plan mode that the service uses for the same SQL."""
    length = ["-t", str(transactions)] if transactions else ["-T", str(seconds)]
    defines = [part for name, value in variables.items() for part in ("-D", f"{name}={value}")]
    command = ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(THREADS, clients)), *length,
               "-f", HERE / "pgbench" / script, *defines, run.db.url]
    environment = {**os.environ, "PGOPTIONS": "-c plan_cache_mode=force_generic_plan -c timezone=UTC"}
    with Meter(None, run.postmaster) as meter:
        done = _call(command, env=environment)
    count = int(re.search(r"actually processed: (\d+)", done.stdout).group(1))
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    if count == 0 or failed and int(failed.group(1)):
        raise Failed(f"{script}: {done.stdout}")
    rate = float(re.search(r"tps = ([\d.]+)", done.stdout).group(1))
    latency = float(re.search(r"latency average = ([\d.]+)", done.stdout).group(1))
    return {"rate": rate, "mean_ms": latency, "clients": clients, **meter.per(count)}


def curl(run, path, key, repeats):
    """Fetches a whole list several times, each on a connection of its own."""
    times, size = [], 0
    with Meter(run.service.pid, run.postmaster) as meter:
        for _ in range(repeats):
            done = _call(["curl", "-sS", "--fail", "-o", "/dev/null", "-w", "%{time_total} %{size_download}", "-H",
                          f"Authorization: Bearer {key}", run.base + path])
            seconds, size = map(float, done.stdout.split())
            times.append(seconds)
    return {"times": times, "bytes": size, **meter.per(repeats)}


def psql_copy(run, query, repeats):
    """COPY of a query as CSV: `times` of a psql each, less the time of one that does nothing; `warm` of several in one
    psql, where the backend has read its catalogue already."""
    copy, nothing = ["-c", f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)"], ["-c", "SELECT 1"]
    pairs = [(_timed_psql(run, nothing), _timed_psql(run, copy)) for _ in range(repeats)]
    empty = sorted(first for first, _ in pairs)[repeats // 2]
    with Meter(None, run.postmaster) as meter:
        warm = [(_timed_psql(run, copy * repeats) - empty) / repeats for _ in range(3)]
    return {"times": [second - empty for _, second in pairs], "warm": warm, "start_ms": empty * 1e3, **meter.per(3 * repeats)}


def _timed_psql(run, arguments):
    # One process, as the service's exports have it: more would take processors from the rest.
    environment = {**os.environ, "PGOPTIONS": "-c max_parallel_workers_per_gather=0 -c random_page_cost=1.1"}
    began = time.monotonic()
    with open(os.devnull, "wb") as nowhere:
        done = subprocess.run(["psql", "-Xq", *arguments, run.db.url], stdout=nowhere, env=environment)
    if done.returncode:
        raise Failed("psql failed: its message stands above")
    return time.monotonic() - began
