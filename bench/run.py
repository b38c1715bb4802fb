#!/usr/bin/env python3
"""Measures the service against pgbench and psql on one machine, interleaved. See README.md."""

import argparse
import datetime as dt
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import load  # noqa: E402
from kit import clients, cleaning, explain, measure, report, scenarios, verify  # noqa: E402
from kit.database import Cluster, Database, Failed, remove  # noqa: E402
from kit.service import Service  # noqa: E402

CLIENT_COUNTS = [4, 8, 16, 32, 64]


def say(text):
    """Progress, apart from the results."""
    print(text, file=sys.stderr, flush=True)


class Run:
    """What all parts of a run share."""

    def __init__(self, asked):
        self.asked, self.notes, self.cluster, self.service, self.variables = asked, [], None, None, {}
        for tool in ("wrk", "pgbench", "psql", "curl"):
            if not shutil.which(tool):
                raise Failed(f"{tool} is missing: apt-get install postgresql wrk curl")
        self.binary = str(pathlib.Path(asked.binary).resolve())
        if not os.access(self.binary, os.X_OK):
            raise Failed(f"there is no program {self.binary}: cargo build --release, or name another with --binary")
        self.directory = pathlib.Path(asked.dir or tempfile.mkdtemp(prefix="congkhai-bench-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        # The user postgres must be able to enter it when root runs this.
        self.directory.chmod(0o755)
        # All of wrk is one client address, which the limit would rightly refuse.
        self.settings = {"RUST_LOG": "warn", "CONGKHAI_PUBLIC_RATE": "0", **dict(s.split("=", 1) for s in asked.set)}
        self.received_at = scenarios.now()
        self.date = dt.date.today().isoformat()

    def open(self, *settings, shares=load.SHARES):
        """Starts PostgreSQL, migrates, and loads what is not there yet, with `shares` of it open."""
        if self.asked.database_url:
            self.db = Database(self.asked.database_url)
        else:
            self.cluster = Cluster(self.directory)
            self.db = self.cluster.start(*settings)
        environment = {**os.environ, "DATABASE_URL": self.db.url}
        subprocess.run([self.binary, "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
        dataset = self.directory / "dataset.json"
        if not dataset.exists():
            say(f"loading {self.asked.dossiers:,} dossiers")
            load.load(self.db, self.binary, self.asked.dossiers, dt.date.today(), self.asked.seed, dataset, shares)
        self.data = json.loads(dataset.read_text())
        self.data.update(self.db.rows(load.SHAPE)[0])
        self.postmaster = self.db.postmaster()
        if self.postmaster is None:
            self.notes.append("PostgreSQL runs elsewhere: its CPU time is not counted.")

    def serve(self):
        """Starts the service."""
        self.service = Service(self.binary, self.directory / "service.log", self.settings, database_url=self.db.url)
        self.base = f"http://127.0.0.1:{self.service.port}"
        self.service.wait()

    def close(self):
        """Stops everything, and removes the directory unless it was given."""
        if self.service:
            self.service.stop()
        if self.cluster:
            self.cluster.stop()
        if not self.asked.dir:
            remove(self.directory)


def best_clients(run, scenario, script):
    """The number of clients at which pgbench is quickest."""
    counts = [8] if run.asked.quick else CLIENT_COUNTS
    rates = {}
    for count in counts:
        rates[count] = scenarios.bench(run, scenario, script, 1 if run.asked.quick else 2, count)["rate"]
        if scenario.writes:
            cleaning.clean(run)
    say(f"  {script}: " + ", ".join(f"{n} clients {r:,.0f}/s" for n, r in rates.items()))
    return max(rates, key=rates.get)


def measure_once(run, scenario, result, counts):
    """One round of a scenario: wrk, then each pgbench script."""
    def one(go):
        if scenario.writes:
            run.db.run("CHECKPOINT")
        measured = go()
        if scenario.writes:
            cleaning.clean(run)
        return measured
    seconds = run.asked.seconds
    measured = one(lambda: clients.wrk(run, scenario.script, scenario.arguments, seconds, scenario.most_bytes))
    result["wrk"].append(measured)
    line = f"  {scenario.name}: {measured['rate']:,.0f}/s"
    for kind in ("baselines", "reference"):
        for script in getattr(scenario, kind):
            done = one(lambda: scenarios.bench(run, scenario, script, seconds, counts[script]))
            result[kind].setdefault(script, []).append(done)
            line += f", {script} {done['rate']:,.0f}/s"
    say(line)


def start_time(run):
    """Seconds from the start of the process to ready, on an embedded cluster that exists. The first start makes it."""
    directory = run.directory / "embedded"
    directory.mkdir(exist_ok=True)
    directory.chmod(0o755)
    times = []
    for _ in range(1 + max(run.asked.rounds, 3)):
        service = Service(run.binary, run.directory / "embedded.log", run.settings, data_dir=directory)
        try:
            times.append(service.wait(120))
        finally:
            service.stop()
    return times[1:]


def export(run, rounds):
    """Sums up the rounds of the export."""
    rows, count = run.data["overdue"], lambda times: statistics.median(times)
    ours = count([t for r in rounds for t in r["curl"]["times"]])
    theirs = count([t for r in rounds for t in r["psql"]["times"]])
    warm = count([t for r in rounds for t in r["psql"]["warm"]])
    middle = lambda side, name: report.median([r[side] for r in rounds], name) / rows  # noqa: E731
    return {"rows": rows, "service_ms": ours * 1e3, "service_rate": rows / ours, "psql_ms": theirs * 1e3, "psql_rate": rows / theirs,
            "psql_start_ms": report.median([r["psql"] for r in rounds], "start_ms"), "ratio": theirs / ours,
            "warm_ms": warm * 1e3, "warm_ratio": warm / ours,
            "service_us_row": middle("curl", "service_us"), "postgres_us_row": middle("curl", "postgres_us"),
            "copy_us_row": middle("psql", "postgres_us"), "rounds": rounds}


def judge(results):
    """Ratios of the medians: against the best pgbench script, or against another scenario."""
    by_name = {r["name"]: r for r in results}
    for r in results:
        rate = report.median(r["wrk"], "rate")
        if r["baselines"]:
            r["best"] = max(r["baselines"], key=lambda script: report.median(r["baselines"][script], "rate"))
            r["ratio"] = rate / report.median(r["baselines"][r["best"]], "rate")
        elif r["against"] in by_name:
            r["against_rate"] = report.median(by_name[r["against"]]["wrk"], "rate")
            r["ratio"] = rate / r["against_rate"]


def quietness(results):
    """How much others used the machine meanwhile."""
    runs = [m for r in results for side in (r["wrk"], *r["baselines"].values(), *r["reference"].values()) for m in side]
    foreign = [m["foreign"] for m in runs]
    return {"foreign": max(foreign), "foreign_median": statistics.median(foreign), "stolen": max(m["stolen"] for m in runs)}


def measure_all(run):
    """All scenarios, all rounds."""
    run.open()
    run.serve()
    run.variables = scenarios.variables(run)
    cleaning.clean(run)
    wanted = [s for s in scenarios.throughput(run) if not run.asked.only or s.name in run.asked.only]
    say("looking for pgbench's best number of clients")
    counts = {script: best_clients(run, s, script) for s in wanted for script in (*s.baselines, *s.reference)}
    results = [{"name": s.name, "title": s.title, "target": s.target, "against": s.against, "wrk": [], "baselines": {}, "reference": {}}
               for s in wanted]
    exports, repeats = [], 3 if run.asked.quick else 15
    for number in range(run.asked.rounds):
        say(f"round {number + 1} of {run.asked.rounds}")
        for scenario, result in zip(wanted, results):
            measure_once(run, scenario, result, counts)
        exports.append({"curl": clients.curl(run, scenarios.EXPORT_PATH, run.data["keys"]["read"], repeats),
                        "psql": clients.psql_copy(run, scenarios.EXPORT_QUERY, repeats)})
    memory = measure.memory(run.service.pid)
    run.service.stop()
    judge(results)
    starts = start_time(run)
    data = {k: v for k, v in run.data.items() if k != "keys"}
    return {"machine": report.machine(run), "data": data, "options": {
                "rounds": run.asked.rounds, "seconds": run.asked.seconds, "settings": " ".join(f"`{k}={v}`" for k, v in run.settings.items())},
            "scenarios": results, "export": export(run, exports), "memory": memory, "start_s": statistics.median(starts),
            "starts_s": starts, "quiet": quietness(results), "notes": run.notes}


def base_arguments(parser):
    """What every measurement can be told."""
    parser.add_argument("--binary", default=str(HERE.parent / "target/release/congkhai"), help="the release binary")
    parser.add_argument("--seed", type=int, default=20_220_215)
    parser.add_argument("--dir", help="keep cluster and data here, and use those that are there")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="environment of the service; repeat for several")


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    base_arguments(parser)
    parser.add_argument("--dossiers", type=int, default=200_000, help="how many to load, up to 8,999,999")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="length of each run")
    parser.add_argument("--quick", action="store_true", help="one short round on few dossiers: shows that everything works, and no more")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="only these scenarios")
    parser.add_argument("--database-url", help="a server of your own, with an empty database for this alone; give --dir as well")
    parser.add_argument("--json", type=pathlib.Path, help="write all numbers to this file")
    parser.add_argument("--write", action="store_true", help="put the table into README.md and all numbers into results.json")
    parser.add_argument("--verify-sql", action="store_true", help="only compare what service and pgbench do in the database")
    parser.add_argument("--explain", action="store_true", help="only print the plans of the hot statements")
    asked = parser.parse_args()
    if asked.quick:
        asked.dossiers, asked.rounds, asked.seconds = min(asked.dossiers, 20_000), 1, 1
    if asked.database_url and not asked.dir:
        parser.error("--database-url needs --dir, where the keys of the loaded data are kept")
    return asked


def ending_well(name, go):
    """Runs a program that says why it failed."""
    # So that the cluster is stopped then as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        go()
    except (Failed, subprocess.CalledProcessError) as why:
        sys.exit(f"{name}: {why}")


def main():
    """Runs what was asked."""
    asked = arguments()
    run = Run(asked)
    try:
        if asked.explain:
            explain.print_plans(run)
        elif asked.verify_sql:
            verify.verify(run)
        else:
            result = measure_all(run)
            text = report.table(result)
            print(text)
            if asked.write:
                report.rewrite(HERE / "README.md", text)
            for path in [asked.json, HERE / "results.json" if asked.write else None]:
                if path:
                    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    finally:
        run.close()


if __name__ == "__main__":
    ending_well("run.py", main)
