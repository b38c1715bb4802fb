#!/usr/bin/env python3
"""Measures reports on the handling of procedures over millions of dossiers, beside the same numbers by a flat scan. See README.md."""

import argparse
import datetime as dt
import json
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from flat import Caller  # noqa: E402
from kit import report  # noqa: E402
from kit.database import Failed  # noqa: E402
from run import Run, base_arguments, ending_well, say  # noqa: E402

LOCAL = dt.timezone(dt.timedelta(hours=7))
NUMBERS = ["received_total", "received_online", "received_direct_postal", "carried_over", "resolved_total", "resolved_early", "resolved_on_time",
           "resolved_late", "pending_total", "pending_in_time", "pending_overdue"]

# What of a dossier was otherwise before its later events.
BEFORE = {
    "status": "e.status_after", "version": "e.seq", "last_recorded_at": "e.recorded_at", "last_event_at": "e.occurred_at", "last_step_at": "e.occurred_at",
    "clock": "CASE WHEN e.has_ended THEN d.clock ELSE 'running' END", "ended_at": "CASE WHEN e.has_ended THEN d.ended_at END",
    "judged_at": "CASE WHEN e.has_ended THEN d.judged_at END", "returned_at": "NULL", "closed_recorded_at": "NULL",
}


def keep_states(db):
    """The states that each dossier had: the load has only the last."""
    if db.rows("SELECT count(*) AS n FROM (SELECT FROM dossier_states LIMIT 1) s")[0]["n"]:
        return
    say("keeping the states that dossiers had")
    columns = [row["name"] for row in db.rows("SELECT attname AS name FROM pg_attribute WHERE attrelid = 'dossiers'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum")]
    values = ", ".join(BEFORE.get(name, f"d.{name}") for name in columns)
    db.run(f"""BEGIN;
        SET LOCAL work_mem = '512MB'; SET LOCAL maintenance_work_mem = '1GB';
        DROP INDEX dossier_states_known_idx, dossier_states_newest_idx;
        INSERT INTO dossier_states (known, {", ".join(columns)}) SELECT tstzrange(e.recorded_at, e.next_at), {values} FROM (
            SELECT dossier_id, seq, occurred_at, recorded_at, status_after, status_after IN ('completed', 'returned') AS has_ended,
                lead(recorded_at) OVER (PARTITION BY dossier_id ORDER BY seq) AS next_at FROM dossier_events
        ) e JOIN dossiers d ON d.id = e.dossier_id WHERE e.next_at > e.recorded_at;
        CREATE INDEX dossier_states_known_idx ON dossier_states USING gist (known);
        CREATE INDEX dossier_states_newest_idx ON dossier_states (filed_at DESC, id DESC);
        COMMIT; VACUUM (ANALYZE) dossier_states;""")


def order_events(db):
    """Puts events in the order of their recording, in which a service stores them: the load makes dossier after dossier. The planner takes the
    index of recordings only when it sees that order."""
    ordered = db.rows("SELECT abs(correlation) > 0.99 AS yes FROM pg_stats WHERE tablename = 'dossier_events' AND attname = 'recorded_at'")
    if ordered and ordered[0]["yes"]:
        return
    say("putting events in the order of their recording")
    db.run("""SET maintenance_work_mem = '1GB'; CREATE INDEX order_of_recording ON dossier_events (recorded_at, id);
        CLUSTER dossier_events USING order_of_recording; DROP INDEX order_of_recording; VACUUM (ANALYZE) dossier_events;""")


def wait_for_counters(run):
    """Seconds until the leader has folded everything."""
    began = time.monotonic()
    while not run.db.rows("SELECT counted_through FROM report_progress")[0]["counted_through"]:
        if time.monotonic() > began + 3600:
            raise Failed("nothing is counted after an hour: see the log of the service")
        time.sleep(0.5)
    return time.monotonic() - began


def asked_again(caller, path, times):
    """Seconds of each of some answers, and the last of them."""
    took, body = [], b""
    for _ in range(times):
        seconds, body = caller.ask(path)
        took.append(seconds)
    return took, body


def flat(run, period, times):
    """Seconds of the flat scan, and its sums."""
    script = (HERE / "pgbench/report_flat.sql").read_text()
    sums = f"SELECT {', '.join(f'sum({n})' for n in NUMBERS)} FROM ({script}) flat"
    bounds = [f"{day.isoformat()}T00:00:00+07:00" for day in (period[0], period[1] + dt.timedelta(days=1))]
    command = ["psql", "-XAtq", "-F", " ", "-v", "ON_ERROR_STOP=1", "-v", f"from={bounds[0]}", "-v", f"to={bounds[1]}", run.db.url]
    took, said = [], ""
    for _ in range(times):
        began = time.monotonic()
        done = subprocess.run(command, input=sums + ";\n", capture_output=True, text=True)
        took.append(time.monotonic() - began)
        if done.returncode:
            raise Failed(done.stderr)
        said = done.stdout
    return took, dict(zip(NUMBERS, map(int, said.split())))


def measure(run):
    """All questions about the last year, each some times, after one that warms the cache."""
    today = dt.datetime.now(LOCAL).date()
    period = (today - dt.timedelta(days=365), today - dt.timedelta(days=1))
    asked = f"/v1/reports/resolution?from={period[0]}&to={period[1]}"
    earlier = (dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    quarter = f"/v1/reports/resolution?from={today - dt.timedelta(days=120)}&to={today - dt.timedelta(days=31)}&as_of={earlier}"
    paths = [(f"one year, all agencies, by {by}", f"{asked}&by={by}") for by in ("field", "agency", "procedure", "level")]
    paths += [("one year, one district and below, by agency", f"{asked}&by=agency&agency=H51.29"), ("a quarter as of a month ago, by agency", f"{quarter}&by=agency")]
    span = f"from={period[0]}&to={period[1]}"
    paths += [("one year, all agencies, by agency, as a page", f"{asked}&by=agency&format=html"), ("disclosure, one year, all agencies", f"/v1/reports/disclosure?{span}"),
              ("the same as a page", f"/v1/reports/disclosure?{span}&format=html"), ("quality index, one year, all agencies", f"/v1/quality-index?{span}")]
    caller, found = Caller(run, "reports"), []
    for name, path in paths:
        caller.ask(path)
        took, body = asked_again(caller, path, run.asked.rounds)
        body = {} if "format=html" in path else json.loads(body)
        rows, total = body.get("rows"), body.get("total", {})
        found.append({"name": name, "ms": [t * 1e3 for t in took], "rows": rows and len(rows), "received_total": total.get("received_total")})
        say(f"  {name}: {statistics.median(found[-1]['ms']):.0f} ms")
    flat(run, period, 1)
    took, sums = flat(run, period, run.asked.rounds)
    say(f"  flat scan: {statistics.median(took) * 1e3:.0f} ms")
    # The service has closed the connection that was idle meanwhile.
    body = json.loads(Caller(run, "reports").ask(f"{asked}&by=field")[1])
    told = {name: body["total"][name] for name in NUMBERS}
    if told != sums:
        raise Failed(f"the report says {told} and the flat scan {sums}")
    return found, [t * 1e3 for t in took]


def table(result):
    """The results as Markdown."""
    m, d = result["machine"], result["data"]
    lines = [f"{m['date']}, commit {m['commit']}: {m['processors']} x {m['processor']}, {m['memory_gib']} GiB, Linux {m['kernel']}, PostgreSQL {m['postgresql']}. "
             f"{d['dossiers']:,} dossiers, {d['events']:,} events, {d['states']:,} earlier states, {d['counters']:,} counters ({d['counters_bytes'] / 2**20:,.0f} MiB). "
             f"The first fold of all of it took {result['fold_seconds']:,.0f} s. Warm cache, one client, {result['rounds']} answers each.", "",
             "| report | rows | dossiers in it | median ms | most ms | under 1 s |", "|---|---|---|---|---|---|"]
    for f in result["found"]:
        most = max(f["ms"])
        rows, received = ("" if n is None else f"{n:,}" for n in (f["rows"], f["received_total"]))
        lines.append(f"| {f['name']} | {rows} | {received} | {statistics.median(f['ms']):,.0f} | {most:,.0f} | {'yes' if most < 1000 else '**no**'} |")
    scan = result["flat_ms"]
    lines.append(f"| the first of these by a flat scan (`report_flat.sql`), the same numbers | | | {statistics.median(scan):,.0f} | {max(scan):,.0f} | |")
    return "\n".join(lines)


def measure_all(run):
    """Loads, folds and measures."""
    run.open("autovacuum=off", "max_wal_size=4GB")
    order_events(run.db)
    if run.asked.states:
        keep_states(run.db)
    run.serve()
    fold_seconds = wait_for_counters(run)
    say(f"folded in {fold_seconds:.0f} s")
    run.db.run("VACUUM (ANALYZE) report_counts; VACUUM (ANALYZE) report_late_counts;")
    found, flat_ms = measure(run)
    run.data.update(run.db.rows("""SELECT (SELECT count(*) FROM dossier_states) AS states, (SELECT count(*) FROM report_counts) AS counters,
        pg_total_relation_size('report_counts') + pg_total_relation_size('report_late_counts') AS counters_bytes""")[0])
    data = {k: v for k, v in run.data.items() if k != "keys"}
    return {"machine": report.machine(run), "rounds": run.asked.rounds, "data": data, "fold_seconds": fold_seconds, "found": found, "flat_ms": flat_ms}


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    base_arguments(parser)
    parser.add_argument("--dossiers", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--states", action=argparse.BooleanOptionalAction, default=True, help="also the states that dossiers had before their last")
    parser.add_argument("--quick", action="store_true", help="20,000 dossiers: shows that everything works")
    parser.add_argument("--write", action="store_true", help="put the table into README.md and all numbers into reports.json")
    asked = parser.parse_args()
    if asked.quick:
        asked.dossiers, asked.rounds = 20_000, 2
    asked.database_url = None
    return asked


def main(asked):
    """Runs what was asked; fails when a report takes too long."""
    run = Run(asked)
    try:
        result = measure_all(run)
    finally:
        run.close()
    text = table(result)
    print(text)
    if asked.write:
        report.write(result, text, "reports")
    if "**no**" in text:
        raise Failed("a report takes a second or more")


if __name__ == "__main__":
    ending_well("reports.py", lambda: main(arguments()))
