"""Compares what the service and the pgbench scripts do in the database, so that the comparison cannot rot unseen.

For each scenario: the tables read and the rows written must be the same for every script, the rows returned by reads
too, and one script at least must need no more statements than the service.
"""

import random
import time

from . import cleaning, scenarios
from .database import Failed
from .service import Service

WARM, COUNTED = 30, 200

TABLES = """SELECT relname AS table, seq_scan + coalesce(idx_scan, 0) AS scans, n_tup_ins + n_tup_upd + n_tup_del AS written
FROM pg_stat_user_tables WHERE schemaname = 'public'"""
STATEMENTS = """SELECT query, sum(calls) AS calls, sum(rows) AS rows FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    -- PostgreSQL 15 counts these when they are sent as text and not when they are prepared.
    AND query !~* '^(begin|commit)' GROUP BY 1"""


def snapshot(run):
    """Counters of tables and statements."""
    # What an ended backend counted is there a moment after it ended.
    time.sleep(0.5)
    return ({r["table"]: (r["scans"], r["written"]) for r in run.db.rows(TABLES)},
            {r["query"]: (r["calls"], r["rows"]) for r in run.db.rows(STATEMENTS)})


def per_request(run, act):
    """What one request does: the difference between a long and a short series, so that starting up does not count."""
    shots = [snapshot(run)]
    for count in (WARM, WARM + COUNTED):
        act(count)
        shots.append(snapshot(run))
    (t0, s0), (t1, s1), (t2, s2) = shots

    def each(first, second, third, key):
        zero = (0, 0)
        a, b, c = first.get(key, zero), second.get(key, zero), third.get(key, zero)
        return tuple((z - y - (y - x)) / COUNTED for x, y, z in zip(a, b, c))
    tables = {name: each(t0, t1, t2, name) for name in t2}
    statements = {query: each(s0, s1, s2, query) for query in s2}
    statements = {q: v for q, v in statements.items() if v[0] > 0.5}
    return {"read": {n for n, (scans, _) in tables.items() if scans > 0.5},
            "written": {n: round(w, 2) for n, (_, w) in tables.items() if w > 0.05},
            "calls": sum(v[0] for v in statements.values()), "rows": sum(v[1] for v in statements.values()), "statements": statements}


def ask(run, scenario):
    """A function that sends so many requests of a scenario to a service of its own, which then ends."""
    keys, data = run.data["keys"], run.data

    def act(count):
        service = Service(run.binary, run.directory / "service.log", run.settings, database_url=run.db.url)
        try:
            service.wait()
            for _ in range(count):
                headers = {"Authorization": "Bearer " + keys[{"overdue_district": "district", "receipt": "write"}.get(scenario.name, "read")]}
                if scenario.name == "point":
                    path = f"/v1/dossiers/{data['prefix']}{random.randint(data['first'], data['last'])}?include=events"
                    status = service.get(path, headers)[0]
                elif scenario.writes:
                    headers["Content-Type"] = "application/json"
                    status = service.request("POST", "/v1/dossiers", headers, scenarios.receipt_body(run.received_at))[0]
                else:
                    status = service.get(scenario.arguments[0], headers)[0]
                if status not in (200, 201):
                    raise Failed(f"{scenario.name} was answered with {status}")
        finally:
            service.stop()
    return act


def differences(scenario, ours, theirs):
    """What a script does otherwise."""
    found = []
    if ours["read"] != theirs["read"]:
        found.append(f"reads {sorted(theirs['read'] - ours['read'])} in addition and not {sorted(ours['read'] - theirs['read'])}")
    if ours["written"] != theirs["written"]:
        found.append(f"writes {theirs['written']} rows a time and the service {ours['written']}")
    if not scenario.writes and abs(ours["rows"] - theirs["rows"]) > 0.05 * ours["rows"]:
        found.append(f"returns {theirs['rows']:.1f} rows a time and the service {ours['rows']:.1f}")
    return found


def verify(run):
    """Prints the comparison; fails when it is not fair any more."""
    run.open("shared_preload_libraries=pg_stat_statements", "pg_stat_statements.max=5000")
    run.db.run("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    run.serve()
    run.variables = scenarios.variables(run)
    wanted = [s for s in scenarios.throughput(run) if s.baselines]
    run.service.stop()
    wrong = []
    for scenario in wanted:
        ours = per_request(run, ask(run, scenario))
        print(f"{scenario.name}: the service needs {ours['calls']:.1f} statements, reads {', '.join(sorted(ours['read']))}, writes {ours['written'] or 'nothing'}")
        fewest = []
        for script in (*scenario.baselines, *scenario.reference):
            theirs = per_request(run, lambda count, script=script: scenarios.bench(run, scenario, script, 0, 1, transactions=count))
            found = differences(scenario, ours, theirs)
            print(f"  {script}: {theirs['calls']:.1f} statements; " + ("; ".join(found) or "the same tables and rows"))
            wrong += [f"{script} {what}" for what in found]
            if script in scenario.baselines:
                fewest.append(theirs["calls"])
        if min(fewest) > ours["calls"] + 0.5:
            wrong.append(f"{scenario.name}: every script needs more statements than the service ({min(fewest):.0f} > {ours['calls']:.0f})")
            print("\n".join(f"    {v[0]:.0f} x {q[:160]}" for q, v in ours["statements"].items()))
    cleaning.clean(run)
    run.db.run("DROP EXTENSION pg_stat_statements")
    if wrong:
        raise Failed("the comparison is not fair any more, change bench/pgbench:\n  " + "\n  ".join(wrong))
    print("service and scripts do the same")
