"""Values that exist: what the document cannot say, so that generated requests reach the rules behind it.

A request that Schemathesis means to be valid gets codes of the demonstration, dates the service speaks of, and parts
that fit together. A request that it means to be invalid goes out as it was generated. No operation, check or status is
left out here.
"""

import datetime
import json
import zlib

import schemathesis
from hypothesis import strategies as st

AGENCIES = ["H51.29", "H51.29.04", "H51.29.05", "H51.29.07", "H51.29.18", "H51.29.19", "H51.29.20"]
COMMUNES = ["H51.29.18", "H51.29.19", "H51.29.20"]
# Decided by communes, with a default case.
PROCEDURES = ["1.004873", "1.000656", "1.001193"]
PROBLEMS = ["not_found", "unauthorized", "unknown_procedure", "duplicate_code"]
# The clock of the demonstration starts at ten.
NOW = datetime.datetime(2022, 2, 15, 9, 0)
LOCAL = datetime.timezone(datetime.timedelta(hours=7))

# The service speaks of the years 1900 to 2199, and of the future only in deadlines.
schemathesis.openapi.format(
    "date", st.dates(datetime.date(2021, 1, 1), datetime.date(2022, 12, 31)).map(datetime.date.isoformat)
)
schemathesis.openapi.format(
    "date-time",
    st.datetimes(datetime.datetime(2021, 12, 1), NOW, timezones=st.just(LOCAL)).map(
        lambda at: at.replace(microsecond=0).isoformat()
    ),
)


@schemathesis.deserializer("application/x-ndjson")
def lines(_context, response):
    return [json.loads(line) for line in response.content.decode().splitlines()]


@schemathesis.deserializer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def workbook(_context, response):
    assert response.content.startswith(b"PK"), "a workbook is a ZIP archive"
    return response.content.decode("latin-1")


# What PUT has written: code -> first day of the newest version.
written = {}
# Codes of dossiers that were received.
received = ["H51.29.22-220214-0019"]


def pick(choices, seed):
    """One of the choices, always the same for the same seed."""
    return choices[zlib.crc32(repr(seed).encode()) % len(choices)]


def number(seed, most):
    return zlib.crc32(repr(seed).encode()) % most


def known(code):
    return code if code in AGENCIES else pick(AGENCIES, code)


def past(at):
    """The instant, or one that the service's clock has passed: values of earlier answers may be deadlines."""
    now = NOW.replace(tzinfo=LOCAL)
    return at if datetime.datetime.fromisoformat(at.replace("Z", "+00:00")) <= now else now.isoformat()


def query(values):
    for name in ("agency", "receiving_agency", "holder_agency", "subtree_of", "parent"):
        value = values.get(name)
        if isinstance(value, str):
            values[name] = ",".join(known(code) for code in value.split(","))
            if name in ("subtree_of", "parent"):
                values[name] = known(value)
        elif isinstance(value, list):
            values[name] = [known(code) for code in value]
    # A cursor comes from an answer to the same question.
    values.pop("cursor", None)


def receive(case):
    body, seed = case.body, case.body
    body["procedure"] = pick(PROCEDURES, seed)
    body["case"] = None
    body["received_at"] = past(body["received_at"])
    body["receiving_agency"] = body["competent_agency"] = pick(COMMUNES, seed)
    if body.get("submitted_at"):
        body["submitted_at"] = body["received_at"]


def record(case):
    body = case.body
    body["occurred_at"] = past(body["occurred_at"])
    if body.get("source_recorded_at"):
        body["source_recorded_at"] = past(body["source_recorded_at"])
    if body["kind"] == "received":
        body["kind"] = "noted"
    own = {"forwarded": {"to_agency", "to_unit", "to_officer", "step_due_at"}, "completed": {"result"}}
    for name in {"to_agency", "to_unit", "to_officer", "step_due_at", "result"} - own.get(body["kind"], set()):
        body.pop(name, None)
    if body["kind"] == "forwarded":
        body["to_agency"] = known(body.get("to_agency"))
        body.pop("step_due_at", None)
    if body["kind"] == "completed":
        body["result"] = body.get("result") or {"outcome": "granted"}
    if body["kind"] == "noted":
        body["public_note"] = "Đã liên hệ người nộp"
    if body.get("agency") is not None:
        body["agency"] = known(body["agency"])
    if body.get("origin") == "national":
        body["origin"] = "live"
    if body.get("origin") != "import":
        body.pop("source_recorded_at", None)


def put_agency(case):
    body, code = case.body, case.path_parameters["code"]
    body["parent"] = "H51.29"
    body["codes"] = [f"000.{number(c, 90) + 10}.{number(code, 90) + 10}.H51" for c in (body.get("codes") or [])[:1]]
    body["succeeded_by"] = [known(c) for c in (body.get("succeeded_by") or [])]
    watchers = {known(m["agency"]): m for m in (body.get("monitored_by") or [])}
    body["monitored_by"] = [{**m, "agency": agency, "valid_to": None} for agency, m in watchers.items()]
    body["valid_to"] = None


def put_procedure(case):
    body, code = case.body, case.path_parameters["code"]
    body["competent_agencies"] = [known(c) for c in (body.get("competent_agencies") or [code])]
    body["effective_from"] = max(body["effective_from"], written.get(code, ""))
    limits = {}
    for limit in body["limits"]:
        mend_limit(limit["limit"])
        limits[(limit.get("case"), limit.get("channel"))] = limit
    body["limits"] = list(limits.values())


def mend_limit(limit):
    unit = limit["unit"]
    limit["cutoff"] = (limit.get("cutoff") or "15:00") if unit == "same_day" else None
    # Whole, and at least one: a number that fits every unit.
    limit["amount"] = None if unit in ("same_day", "none") else str(number(limit.get("amount"), 60) + 1)


def path(case, operation):
    code = case.path_parameters["code"]
    if operation == "put_agency":
        return f"H51.29.{number(code, 900) + 100}"
    if operation == "put_procedure":
        return f"1.9{number(code, 90000) + 10000}"
    if operation == "get_agency":
        return code if code in AGENCIES or code in written else pick(AGENCIES, code)
    if operation in ("get_procedure", "get_public_procedure"):
        return code if code in PROCEDURES or code in written else pick(PROCEDURES, code)
    if operation == "get_problem":
        return pick(PROBLEMS, code)
    return code if code in received else pick(received, code)


BODIES = {"receive_dossier": receive, "record_event": record, "put_agency": put_agency, "put_procedure": put_procedure}


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    operation = case.operation.definition.raw["operationId"]
    if case.query:
        query(case.query)
    if (case.path_parameters or {}).get("code"):
        case.path_parameters["code"] = path(case, operation)
    if operation in BODIES and isinstance(case.body, dict):
        BODIES[operation](case)
    if operation.startswith("put_"):
        case.headers.pop("If-Match", None)
        if case.path_parameters["code"] in written:
            case.headers["If-Match"] = "*"
    if operation == "record_event" and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"
    if "Idempotency-Key" in case.headers:
        # One key for each body, byte by byte: the same key with another body is refused.
        case.headers["Idempotency-Key"] = f"{zlib.crc32(json.dumps(case.body).encode()):08x}"


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.definition.raw["operationId"]
    tried = str((case.query or {}).get("dry_run", "")).lower() == "true"
    if tried or not 200 <= response.status_code < 300:
        return
    if case.method == "PUT":
        written[case.path_parameters["code"]] = case.body.get("effective_from", "")
    if case.method == "POST" and operation == "receive_dossier":
        received.append(json.loads(response.content)["code"])
