"""Takes away what the receipts of a run wrote, so that every scenario meets the same tables."""

import time

# Tables below dossiers, found by their foreign keys: a new table of the service is cleaned without a change here.
BELOW = """
WITH RECURSIVE below AS (
    SELECT c.conrelid, c.confrelid, c.conkey[1] AS col, 1 AS depth FROM pg_constraint c
        WHERE c.contype = 'f' AND c.confrelid = 'dossiers'::regclass
    UNION ALL SELECT c.conrelid, c.confrelid, c.conkey[1], b.depth + 1 FROM pg_constraint c JOIN below b ON c.confrelid = b.conrelid
        WHERE c.contype = 'f' AND b.depth < 5 AND c.conrelid <> c.confrelid
)
SELECT b.conrelid::regclass::text AS table, a.attname AS column, max(b.depth) AS depth
FROM below b JOIN pg_attribute a ON a.attrelid = b.conrelid AND a.attnum = b.col
WHERE a.atttypid = 'uuid'::regtype GROUP BY 1, 2 ORDER BY 3 DESC
"""


def mark_now():
    """The least UUID of version 7 from now on: what is written later has a greater id."""
    ms = f"{int(time.time() * 1000):012x}"
    return f"{ms[:8]}-{ms[8:]}-0000-0000-000000000000"


def clean(run):
    """Deletes every dossier since the load, with what belongs to it, and leaves the tables vacuumed and analyzed."""
    below, mark = run.db.rows(BELOW), run.data["mark"]
    script = [f"DELETE FROM {t['table']} WHERE {t['column']} >= '{mark}';" for t in below]
    script += [f"DELETE FROM dossiers WHERE id >= '{mark}';",
               # The audit trail is kept by triggers.
               "SET session_replication_role = replica;", f"DELETE FROM audit_log WHERE id >= '{mark}';",
               "RESET session_replication_role;",
               # The loaded dossiers have codes of their own and took no number.
               "DELETE FROM dossier_counters;"]
    script += [f"TRUNCATE {t};" for t in run.db.run(
        "SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'idempoten%'").split()]
    run.db.run("\n".join(script))
    # With fresh statistics: those that autovacuum took amid the receipts would lead to other plans.
    for table in {"dossiers", "audit_log", "dossier_counters", *(t["table"] for t in below)}:
        run.db.run(f"VACUUM (ANALYZE) {table}")
    run.db.run("CHECKPOINT")
