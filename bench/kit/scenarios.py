"""The scenarios: for each, what the service is asked and what pgbench does instead. README.md explains them."""

import dataclasses
import datetime as dt
import json

from load_data import reference

from . import clients
from .database import Failed

LOCAL = dt.timezone(dt.timedelta(hours=7))


@dataclasses.dataclass
class Scenario:
    """What is measured against what. `target` is a ratio to reach."""

    name: str
    title: str
    script: str
    arguments: list
    target: float | None = None
    baselines: tuple = ()
    reference: tuple = ()
    writes: bool = False
    most_bytes: int | None = None
    against: str | None = None


def now():
    """Now, to the second, as the service and PostgreSQL read it."""
    return dt.datetime.now(dt.timezone.utc).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def bearer(key):
    """The header of a key."""
    return f"Authorization: Bearer {key}"


def receipt_body(received_at):
    """A receipt as wrk/receipt.lua sends them."""
    return json.dumps({
        "procedure": "1.001001", "channel": "in_person", "receiving_agency": "H51.29.31", "competent_agency": "H51.29.31",
        "received_at": received_at, "summary": "Hồ sơ số 100000000",
        "officer": {"name": "Trần Thị Bình", "title": "Công chức một cửa", "unit": "Bộ phận Một cửa"},
        "applicant": {"kind": "individual", "name": "Nguyễn Văn An", "id_number": "094100000000", "phone": "0900000001",
                      "address": "ấp An Trung, huyện Cù Lao Dung, tỉnh Sóc Trăng"},
    }).encode()


def variables(run):
    """What the SQL scripts need. The dates are the service's own, of a receipt that it has just stored."""
    data, received_at = run.data, run.received_at
    headers = {"Authorization": "Bearer " + data["keys"]["write"], "Content-Type": "application/json"}
    status, _, body = run.service.request("POST", "/v1/dossiers", headers, receipt_body(received_at))
    if status != 201:
        raise Failed(f"a receipt was answered with {status}: {body.decode()[:500]}")
    code = json.loads(body)["code"]
    stored = run.db.rows(f"""SELECT limit_unit, limit_amount_hundredths, due_on, due_at, overdue_from, calendar_version
        FROM dossiers CROSS JOIN reference_state WHERE code = '{code}'""")[0]
    if stored["due_on"] is None:
        raise Failed("receipts of today are due in a year without a calendar, so they have no deadline: load data/calendar first")
    day = dt.datetime.fromisoformat(received_at.replace("Z", "+00:00")).astimezone(LOCAL)
    district = [29, *(2900 + n for n in (*reference.OFFICES, *reference.COMMUNES)), reference.branch(29)]
    return {
        "prefix": data["prefix"], "first": data["first"], "last": data["last"], "now": now(), "lim": 51,
        "agencies": "{" + ",".join(map(str, district)) + "}", "day": day.date().isoformat(), "yymmdd": day.strftime("%y%m%d"),
        "received_at": received_at, "unit": stored["limit_unit"], "amount": stored["limit_amount_hundredths"],
        "due_on": stored["due_on"], "due_at": stored["due_at"], "overdue_from": stored["overdue_from"],
        "key": data["keys"]["read"].split("_")[1],
        "calendar_version": stored["calendar_version"],
    }


def throughput(run):
    """The scenarios of wrk."""
    keys, data = run.data["keys"], run.data
    codes = [data["prefix"], data["first"], data["last"]]
    found = [
        Scenario("static", "static answer, `/health/live`", "fixed.lua", ["/health/live"]),
        Scenario("point", "a dossier with `include=events`", "point.lua", [keys["read"], *codes], 0.8,
                 ("point.sql", "point_steps.sql"), ("point_pipelined.sql",)),
        Scenario("overdue", "first overdue page, key over everything", "fixed.lua", ["/v1/overdue", bearer(keys["read"])], 0.6,
                 ("overdue.sql",), ("overdue_pipelined.sql",)),
        Scenario("overdue_district", "first overdue page, key of one district", "fixed.lua",
                 ["/v1/overdue", bearer(keys["district"])], 0.6, ("overdue_district.sql",)),
        Scenario("receipt", "durable receipt", "receipt.lua", [keys["write"], run.received_at], 0.7,
                 ("receipt_cte.sql", "receipt_steps.sql"), ("receipt_pipelined.sql",), writes=True),
        Scenario("receipt_idempotent", "durable receipt with an `Idempotency-Key`", "receipt.lua",
                 [keys["write"], run.received_at, "idempotent"], None, writes=True, against="receipt"),
    ]
    return found + unchanged(run)


def unchanged(run):
    """Conditional reads, where the service gives tags."""
    keys, code = run.data["keys"], f"{run.data['prefix']}{run.data['first'] + 6}"
    paths = [("304_public", "304 of a public page", f"/v1/public/dossiers/{code}", []),
             ("304_dossier", "304 of a dossier with `include=events`", f"/v1/dossiers/{code}?include=events", [bearer(keys["read"])]),
             ("304_overdue", "304 of the first overdue page", "/v1/overdue", [bearer(keys["read"])])]
    found = []
    for name, title, path, headers in paths:
        sent = dict(line.split(": ", 1) for line in headers)
        status, answered, _ = run.service.get(path, sent)
        tag = answered.get("ETag")
        if status != 200:
            raise Failed(f"{path} is answered with {status}")
        if tag is None or run.service.get(path, {**sent, "If-None-Match": tag})[0] != 304:
            run.notes.append(f"`{name}` was left out: `{path}` gives no ETag that brings a 304.")
            continue
        # With a key the database is asked for key and version, which no static answer does.
        target = None if headers else 0.7
        found.append(Scenario(name, title, "fixed.lua", [path, *headers, f"If-None-Match: {tag}"], target, most_bytes=600, against="static"))
    return found


EXPORT_QUERY = """SELECT d.id, d.code, v.procedure_code, v.name, v.field, d.receiving_agency_id, d.competent_agency_id, d.holder_agency_id,
 d.holder_unit, d.holder_officer, d.received_at, d.due_on, d.overdue_from, d.status, d.clock, d.apologies, d.apology_late,
 d.reappointed_on, d.last_event_at
FROM dossiers d JOIN procedure_versions v ON v.id = d.procedure_version_id
WHERE d.ended_at IS NULL AND d.overdue_from <= now() ORDER BY d.overdue_from, d.id"""
EXPORT_PATH = "/v1/overdue?format=csv"


def bench_variables(run, scenario):
    """The variables of pgbench for a scenario: the key is the one the service is asked with."""
    key = {"overdue_district": "district", "receipt": "write"}.get(scenario.name, "read")
    return {**run.variables, "now": now(), "key": run.data["keys"][key].split("_")[1]}


def bench(run, scenario, script, seconds, count, transactions=None):
    """pgbench for a scenario."""
    return clients.pgbench(run, script, bench_variables(run, scenario), seconds, count, transactions)
