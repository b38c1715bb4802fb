#!/usr/bin/env python3
"""Measures what is asked of open lateness while only the dossiers that have ended grow in number. See README.md."""

import argparse
import http.client
import json
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import load  # noqa: E402
from kit import report  # noqa: E402
from kit.database import Failed  # noqa: E402
from kit.measure import Meter  # noqa: E402
from run import Run, base_arguments, ending_well, say  # noqa: E402

# Half of the first dossiers are open and a quarter of them overdue, so that a key of one agency has pages of them.
SHARES = (0.25, 0.5)
SIZES = [100_000, 1_000_000, 5_000_000]
# So many times what it costs at the first size, and no more.
MOST = 1.5
# Differences below this are not told apart from noise, in ms and in blocks.
GRAIN = {"ms": 0.1, "blocks": 8}
KEYS = {"read": "everything", "agency": "1 of 108 agencies"}
PATHS = {
    "/v1/overdue": "first overdue page",
    "/v1/overdue?count=exact": "the same with its total",
    "/v1/overdue/summary": "summary of what is overdue",
    "/v1/due-soon": "first page of what is due soon",
    "/v1/due-soon?count=exact": "the same with its total",
    "/v1/stale": "first page of what is silent",
}
TOUCHED = """SELECT coalesce(sum(shared_blks_hit + shared_blks_read), 0) AS blocks FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query ~* 'dossiers'"""


class Caller:
    """One connection that is kept, as a script has it."""

    def __init__(self, run, key):
        self.connection = http.client.HTTPConnection("127.0.0.1", run.service.port, timeout=120)
        self.headers = {"Authorization": f"Bearer {run.data['keys'][key]}"}

    def ask(self, path):
        """Seconds that an answer takes, and what it says."""
        began = time.monotonic()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise Failed(f"{path} is answered with {answer.status}: {body[:300]}")
        return time.monotonic() - began, body


def latency(run, key, path, seconds):
    """One request after the other for some seconds: the median, and the processor time of each."""
    caller, times = Caller(run, key), []
    for _ in range(5):
        caller.ask(path)
    with Meter(run.service.pid, run.postmaster) as meter:
        until = time.monotonic() + seconds
        while time.monotonic() < until or len(times) < 20:
            times.append(caller.ask(path)[0] * 1e3)
    return {"ms": statistics.median(times), "requests": len(times), **meter.per(len(times))}


def blocks(run, key, path, repeats=10):
    """Blocks of tables and indexes that one request touches."""
    caller = Caller(run, key)
    run.db.run("SELECT pg_stat_statements_reset()")
    for _ in range(repeats):
        caller.ask(path)
    # What a backend counts is there when its statement has ended.
    return run.db.rows(TOUCHED)[0]["blocks"] / repeats


def measure(run):
    """All questions at the present size, in turns. The quietest round counts: what others do only adds to it."""
    asked = [(key, path) for key in KEYS for path in PATHS]
    rounds = {each: [] for each in asked}
    for _ in range(run.asked.rounds):
        for each in asked:
            rounds[each].append(latency(run, *each, run.asked.seconds))
    found = []
    for key, path in asked:
        best = min(rounds[key, path], key=lambda r: r["ms"])
        found.append({"key": key, "path": path, "rows": len(json.loads(Caller(run, key).ask(path)[1])["items"]), "blocks": blocks(run, key, path),
                      "ms": best["ms"], "postgres_us": min(r["postgres_us"] for r in rounds[key, path]), "rounds": rounds[key, path]})
        say(f"  {path}, key over {KEYS[key]}: {found[-1]['ms']:.2f} ms, {found[-1]['blocks']:.0f} blocks")
    return found


def grown(first, last):
    """By how much two measures have grown, and whether that is too much."""
    ratios = {name: last[name] / max(first[name], 1e-9) for name in GRAIN}
    return ratios, any(ratios[name] > MOST and last[name] - first[name] > GRAIN[name] for name in GRAIN)


def foreign(shot):
    """What others used of the processors, kernel interrupts included: the median over all rounds."""
    return statistics.median(r["foreign"] for f in shot["found"] for r in f["rounds"])


def table(result):
    """The results as Markdown."""
    m, shots = result["machine"], result["sizes"]
    lines = [f"{m['date']}, commit {m['commit']}: {m['processors']} x {m['processor']}, {m['memory_gib']} GiB, Linux {m['kernel']}, PostgreSQL "
             f"{m['postgresql']}. One client, warm cache; medians of the quietest of {result['rounds']} rounds of {result['seconds']:g} s.", ""]
    lines += ["| dossiers | open | overdue | size | others used of the processors |", "|---|---|---|---|---|"]
    lines += [f"| {s['data']['dossiers']:,} | {s['data']['open']:,} | {s['data']['overdue']:,} | {s['data']['bytes'] / 2**20:,.0f} MiB | {foreign(s):.0%} |"
              for s in shots]
    sizes = [f"{s['data']['dossiers']:,}" for s in shots]
    head = ["question", "key over", *(f"ms at {n}" for n in sizes), "grows", *(f"blocks at {n}" for n in sizes), "grow", f"within {MOST}"]
    lines += ["", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for rows in zip(*(s["found"] for s in shots)):
        ratios, too_much = grown(rows[0], rows[-1])
        row = [f"{PATHS[rows[0]['path']]}, `{rows[0]['path']}`", KEYS[rows[0]["key"]], *(f"{r['ms']:.2f}" for r in rows), f"{ratios['ms']:.2f}",
               *(f"{r['blocks']:,.0f}" for r in rows), f"{ratios['blocks']:.2f}", "**no**" if too_much else "yes"]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def measure_all(run):
    """Loads to each size in turn and measures there."""
    settings = ["shared_preload_libraries=pg_stat_statements", "autovacuum=off"]
    run.open(*settings, shares=SHARES)
    run.db.run("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    shots = []
    for size in run.asked.sizes:
        if size > run.data["dossiers"]:
            say(f"growing to {size:,} dossiers")
            load.grow(run.db, run.data, size)
            (run.directory / "dataset.json").write_text(json.dumps(run.data, indent=1) + "\n")
        # A new process and new connections: no plan is older than the statistics.
        run.serve()
        say(f"{run.data['dossiers']:,} dossiers, {run.data['open']:,} open, {run.data['overdue']:,} overdue")
        shots.append({"data": {k: v for k, v in run.data.items() if k != "keys"}, "found": measure(run)})
        run.service.stop()
    load.prove(run.db)
    return {"machine": report.machine(run), "rounds": run.asked.rounds, "seconds": run.asked.seconds, "sizes": shots}


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    base_arguments(parser)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of dossiers, rising")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1, help="length of each run")
    parser.add_argument("--quick", action="store_true", help="one short round at 10,000 and 20,000 dossiers: shows that everything works")
    parser.add_argument("--write", action="store_true", help="put the table into README.md and all numbers into flat.json")
    asked = parser.parse_args()
    if asked.quick:
        asked.sizes, asked.rounds, asked.seconds = [10_000, 20_000], 1, 0.2
    asked.dossiers, asked.database_url = asked.sizes[0], None
    return asked


def main(asked):
    """Runs what was asked; fails when something grows too much."""
    run = Run(asked)
    try:
        result = measure_all(run)
    finally:
        run.close()
    text = table(result)
    print(text)
    if asked.write:
        report.write(result, text, "flat")
    if "**no**" in text:
        raise Failed(f"something grows by more than {MOST}")


if __name__ == "__main__":
    ending_well("flat.py", lambda: main(arguments()))
