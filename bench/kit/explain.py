"""Prints the plans of the hot statements at the loaded size, as the service has them: generic plans, warm cache."""

import pathlib
import re

from . import cleaning, scenarios

HERE = pathlib.Path(__file__).resolve().parents[1]
SCRIPTS = {"point.sql": "read", "overdue.sql": "read", "overdue_district.sql": "district", "receipt_cte.sql": "write"}
VARIABLE = re.compile(r"(?<![:\w]):([a-z]\w*)")


def statements(script):
    """The SQL statements of a pgbench script."""
    lines = (HERE / "pgbench" / script).read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith(("\\", "--")))
    return [part.strip() for part in text.split(";") if part.strip()]


def prepared(sql, values):
    """PREPARE and EXECUTE of a statement with pgbench variables, explained."""
    names = list(dict.fromkeys(VARIABLE.findall(sql)))
    numbered = VARIABLE.sub(lambda m: f"${names.index(m.group(1)) + 1}", sql)
    given = ", ".join("'" + str(values[name]).replace("'", "''") + "'" for name in names)
    call = f"({given})" if names else ""
    # Once to warm the cache and the plan, once to look.
    return f"PREPARE q AS {numbered};\nEXPLAIN (ANALYZE) EXECUTE q{call} \\g /dev/null\nEXPLAIN (ANALYZE, BUFFERS) EXECUTE q{call};\nDEALLOCATE q;"


def print_plans(run):
    """Loads what is missing and explains."""
    run.open()
    run.serve()
    run.variables = scenarios.variables(run)
    run.service.stop()
    drawn = {"i": run.data["last"], "d": 29, "c": 31, "agency": 2931, "k": 0, "pv": 1, "major": 1, "minor": 1001, "person": 123456789}
    for script, key in SCRIPTS.items():
        values = {**run.variables, **drawn, "key": run.data["keys"][key].split("_")[1]}
        for sql in statements(script):
            print(f"\n== {script}: {' '.join(sql.split())[:100]} ...")
            print(run.db.run(f"SET plan_cache_mode = force_generic_plan;\nBEGIN;\n{prepared(sql, values)}\nROLLBACK;"))
    print("\n== export")
    print(run.db.run(f"SET max_parallel_workers_per_gather = 0; SET random_page_cost = 1.1;\nEXPLAIN (ANALYZE, BUFFERS) {scenarios.EXPORT_QUERY};"))
    cleaning.clean(run)
