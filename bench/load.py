#!/usr/bin/env python3
"""Fills a migrated, empty database with dossiers for the benchmark. See README.md.

Everything follows from --seed, --day and --dossiers. Writes the keys and what the scenarios must know to --out.
"""

import argparse
import datetime as dt
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from kit.cleaning import mark_now  # noqa: E402
from kit.database import Database, Failed  # noqa: E402
from load_data import reference  # noqa: E402

HERE = pathlib.Path(__file__).parent
CHUNK = 50_000
# A code is this and a number of seven digits: random reads need no list of codes.
PREFIX, FIRST = "H51-210104-", 1_000_001
# Of all dossiers, so many are drawn as overdue, and so many as open, these included. Some of the rest of the open ones are overdue too.
SHARES = (0.0215, 0.10)
ENDED = (0, 0)


def copy(table, columns, rows):
    """A COPY with its rows, as psql reads it."""
    def cell(value):
        return "\\N" if value is None else str(value).replace("\\", "\\\\")
    lines = ["\t".join(cell(v) for v in row) for row in rows]
    return "\n".join([f"COPY {table} ({columns}) FROM stdin;", *lines, "\\.", ""])


def load_reference(db, day):
    """Agencies and procedures."""
    agencies, procedures = reference.agencies(), reference.procedures()
    script = ["BEGIN; CREATE TEMP TABLE a (id int, code text, further text, name text, level text, parent int);"]
    script.append(copy("a", "id, code, further, name, level, parent", agencies))
    script.append(f"""
        INSERT INTO agencies (id, code, name, level, parent_id, valid_from) OVERRIDING SYSTEM VALUE
            SELECT id, code, name, level, parent, '{reference.SINCE}' FROM a;
        SELECT setval(pg_get_serial_sequence('agencies', 'id'), (SELECT max(id) FROM agencies));
        INSERT INTO agency_codes SELECT code, id FROM a UNION ALL SELECT further, id FROM a;
        INSERT INTO agency_monitors (agency_id, monitor_id, valid_from)
            SELECT id, id - 9000, '{reference.SINCE}' FROM a WHERE id > 9000;
        UPDATE reference_state SET version = version + 1, calendar_version = calendar_version + 1;""")
    script.append(copy("procedures", "code", [(p["code"],) for p in procedures]))
    columns = "id, procedure_code, version, name, name_folded, field, field_name, levels, sample, effective_from, published_on, recorded_at"
    versions = [(p["id"], p["code"], 1, p["name"], p["folded"], p["field"], p["field_name"], "{" + p["level"] + "}", "t",
                 "2021-01-01", "2021-01-01", "2021-01-01T00:00:00+07:00") for p in procedures]
    script.append(f"CREATE TEMP TABLE v AS SELECT {columns} FROM procedure_versions WITH NO DATA;")
    script.append(copy("v", columns, versions))
    script.append(f"""
        INSERT INTO procedure_versions ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM v;
        SELECT setval(pg_get_serial_sequence('procedure_versions', 'id'), (SELECT max(id) FROM procedure_versions));""")
    limits = [(p["id"], None, None, p["unit"], p["amount"], p["cutoff"], "received") for p in procedures]
    limits += [(p["id"], "xac-minh", "Trường hợp cần xác minh", p["unit"], p["amount"] * 2, None, "received")
               for p in procedures if p["unit"] == "working_days" and p["id"] % 3 == 0]
    script.append(copy("procedure_limits", "procedure_version_id, case_code, case_name, unit, amount_hundredths, cutoff, starts", limits))
    branches = [(p["id"], reference.branch(d)) for p in procedures if p["land"] for d in reference.DISTRICTS]
    script.append(copy("procedure_agencies", "procedure_version_id, agency_id", branches))
    db.run("\n".join(script) + "\nCOMMIT;")


def make_keys(db, binary):
    """Keys by the service's own command, without limits of rate where the command knows plans."""
    environment = {**os.environ, "DATABASE_URL": db.url}
    known = subprocess.run([binary, "keys", "create", "--help"], capture_output=True, text=True).stdout
    plan = ["--plan", "unmetered"] if "--plan" in known else []
    keys = {}
    for name, scope, sees in [("read", "dossiers:read", ["--all-agencies"]), ("district", "dossiers:read", ["--agency", "H51.29"]),
                              ("agency", "dossiers:read", ["--agency", "H51.29.31"]),
                              ("write", "dossiers:write", ["--all-agencies"]), ("reports", "reports:read", ["--all-agencies"])]:
        command = [binary, "keys", "create", "--name", f"bench {name}", "--scope", scope, *sees, *plan]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"{' '.join(command)}: {done.stderr.strip()}")
        keys[name] = done.stdout.strip().splitlines()[-1]
    return keys


def prepare(day):
    """The session's tables: working days, days, procedures."""
    days = reference.working_days()
    number = {d: n for n, d in enumerate(days)}
    calendar, n, every = [], 0, days[0]
    while every <= days[-1]:
        while days[n] < every:
            n += 1
        calendar.append((every, n))
        every += dt.timedelta(days=1)
    procedures = [(p["id"] - 1, p["id"], p["code"], p["level"], p["land"], p["unit"], p["amount"], p["cutoff"], p["most"], p["least"])
                  for p in reference.procedures()]
    parts = [(HERE / "load_data/prepare.sql").read_text(), copy("wd", "day, n", number.items()), copy("cal", "day, n", calendar)]
    parts.append(copy("proc", "k, id, code, level, land, unit, amount, cutoff, most, least", procedures))
    last = max(n for d, n in number.items() if d < day)
    return "\n".join(parts) + "\nANALYZE wd; ANALYZE cal; ANALYZE proc;\n", last


def load_dossiers(db, start, count, day, seed, key, shares):
    """The dossiers from number `start` to `count`, in one session and in chunks."""
    script, last_wd = prepare(day)
    chunk = (HERE / "load_data/chunk.sql").read_text()
    sets = {"seed": seed, "prefix": PREFIX, "day": day.isoformat(), "last_wd": last_wd, "key": key.split("_")[1],
            "late": shares[0], "open": shares[1]}
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"] + [p for n, v in sets.items() for p in ("-v", f"{n}={v}")] + [db.url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as psql:
        psql.stdin.write(script + "\\echo ready\n")
        started, said = time.monotonic(), False
        for low in range(start, count, CHUNK):
            high = min(low + CHUNK, count)
            psql.stdin.write(f"\\set lo {FIRST + low}\n\\set hi {FIRST + high - 1}\n{chunk}\n\\echo done\n")
            psql.stdin.flush()
            while (line := psql.stdout.readline()) and line.strip() != "done":
                pass
            if not line:
                break
            rate = (high - start) / (time.monotonic() - started)
            print(f"  {high:,} dossiers, {rate:,.0f}/s", file=sys.stderr, flush=True)
            said = high == count
        psql.stdin.close()
    if not said:
        raise Failed("psql ended before the last chunk: its message stands above")


# What the foreign keys and the service promise, looked at once, since the load may have spared the checks.
PROOF = """
SELECT 'event without dossier' FROM dossier_events e LEFT JOIN dossiers d ON d.id = e.dossier_id WHERE d.id IS NULL
UNION ALL SELECT 'dossier without person' FROM dossiers d LEFT JOIN dossier_persons p ON p.dossier_id = d.id WHERE p.dossier_id IS NULL
UNION ALL SELECT 'unknown agency' FROM dossiers d WHERE NOT EXISTS (SELECT FROM agencies WHERE id = competent_agency_id)
    OR NOT EXISTS (SELECT FROM agencies WHERE id = receiving_agency_id) OR NOT EXISTS (SELECT FROM agencies WHERE id = holder_agency_id)
UNION ALL SELECT 'unknown procedure' FROM dossiers d LEFT JOIN procedure_versions v ON v.id = d.procedure_version_id WHERE v.id IS NULL
UNION ALL SELECT 'version is not the number of events' FROM dossiers d
    JOIN (SELECT dossier_id, count(*) n, max(seq) seq, max(recorded_at) at FROM dossier_events GROUP BY 1) e ON e.dossier_id = d.id
    WHERE (d.version, d.version, d.last_recorded_at) <> (e.n, e.seq, e.at)
UNION ALL SELECT 'event out of order' FROM (SELECT occurred_at < lag(occurred_at) OVER w OR recorded_at < lag(recorded_at) OVER w AS bad
    FROM dossier_events WINDOW w AS (PARTITION BY dossier_id ORDER BY seq)) x WHERE bad
LIMIT 1
"""

SHAPE = """
SELECT count(*) AS dossiers, sum(version) AS events, count(*) FILTER (WHERE ended_at IS NULL) AS open,
    count(*) FILTER (WHERE ended_at IS NULL AND overdue_from <= now()) AS overdue FROM dossiers
"""


def prove(db):
    """Fails when rows do not fit together."""
    if wrong := db.run(PROOF):
        raise Failed(f"the load made rows that the service would not: {wrong}")


def settle(db):
    """Leaves the tables as they are found after a quiet night; how many of what there is then."""
    db.run("VACUUM (ANALYZE)")
    db.run("CHECKPOINT")
    return {**db.rows(SHAPE)[0], "bytes": int(db.run("SELECT pg_database_size(current_database())"))}


def grow(db, data, count):
    """Adds dossiers that have ended until there are `count`, and brings `data` up to date. [`prove`] is left to the caller."""
    load_dossiers(db, data["last"] - FIRST + 1, count, dt.date.fromisoformat(data["day"]), data["seed"], data["keys"]["write"], ENDED)
    data.update(last=FIRST + count - 1, mark=mark_now(), **settle(db))


def load(db, binary, count, day, seed, out, shares=SHARES):
    """All of it; what the scenarios need is written to `out`."""
    if not 1 <= count <= 8_999_999:
        raise Failed("--dossiers must lie between 1 and 8,999,999")
    if db.run("SELECT exists(SELECT FROM dossiers) OR exists(SELECT FROM agencies)") != "f":
        raise Failed("the database is not empty: the loader wants one of its own")
    load_reference(db, day)
    keys = make_keys(db, binary)
    load_dossiers(db, 0, count, day, seed, keys["write"], shares)
    prove(db)
    data = {"prefix": PREFIX, "first": FIRST, "last": FIRST + count - 1, "day": day.isoformat(), "seed": seed, "keys": keys,
            **settle(db), "mark": mark_now()}
    pathlib.Path(out).write_text(json.dumps(data, indent=1) + "\n")
    print(f"loaded {data['dossiers']:,} dossiers, {data['events']:,} events, {data['open']:,} open, {data['overdue']:,} overdue; "
          f"{data['bytes'] / 2**20:,.0f} MiB", file=sys.stderr)
    return data


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", required=True, help="a migrated, empty database")
    parser.add_argument("--binary", default="target/release/congkhai", help="makes the keys")
    parser.add_argument("--dossiers", type=int, default=200_000)
    parser.add_argument("--day", type=dt.date.fromisoformat, default=dt.date.today(), help="the dossiers stand as of the morning of this day")
    parser.add_argument("--seed", type=int, default=20_220_215)
    parser.add_argument("--out", default="dataset.json", help="where the keys go, and what the scenarios must know")
    asked = parser.parse_args()
    try:
        load(Database(asked.database_url), asked.binary, asked.dossiers, asked.day, asked.seed, asked.out)
    except Failed as why:
        sys.exit(f"load.py: {why}")


if __name__ == "__main__":
    main()
