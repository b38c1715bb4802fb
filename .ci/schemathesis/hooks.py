"""Values that exist: what the document cannot say, so that generated requests reach the rules behind it.

A request that Schemathesis means to be valid gets codes of the demonstration, dates the service speaks of, and parts
that fit together. A request that it means to be invalid goes out as it was generated. No operation, check or status is
left out here.
"""

import datetime
import json
import os
import urllib.error
import urllib.parse
import urllib.request
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
# From here on every procedure above is in force.
EARLIEST = datetime.datetime(2021, 12, 1, tzinfo=LOCAL)

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


@schemathesis.serializer("application/x-ndjson")
def line(_context, value):
    return json.dumps(value).encode()


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
received = ["H51.29.20-220214-0017"]
# Events that were recorded, and of which dossier.
recorded = []
# Procedures with a draft that is complete, and procedures that were published and have not ended.
drafts, published = [], []
# How many procedures `draft` has made.
made = 0
# Jobs that changes of calendars have started.
jobs = []
# Reminders that were issued and not acknowledged, and those that were ever issued.
waiting, reminders = [], []
# Reviews that run, and all that there were.
campaigns, reviews = [], []
# The report of the district that was sealed for the others.
sealed = []
# Agencies and years whose calendars were put.
kept = set()
# Keys that were made and work, none of which is the one that asks; and all that were made.
working, keys = [], []


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
    return at if instant(at) <= now else now.isoformat()


def instant(at):
    return datetime.datetime.fromisoformat(at.replace("Z", "+00:00"))


def query(values):
    if "from" in values and "to" in values:
        # A period has an order, and at most a year.
        values["from"], values["to"] = sorted((values["from"], values["to"]))
        values["from"] = max(values["from"], (datetime.date.fromisoformat(values["to"]) - datetime.timedelta(days=365)).isoformat())
    elif "from" in values or "to" in values:
        values.pop("from", None)
    for name in ("agency", "receiving_agency", "holder_agency", "subtree_of", "parent"):
        value = values.get(name)
        if isinstance(value, str):
            values[name] = ",".join(known(code) for code in value.split(","))
            if name in ("subtree_of", "parent"):
                values[name] = known(value)
        elif isinstance(value, list):
            values[name] = [known(code) for code in value]
    # Nobody knows what will be recorded.
    if isinstance(values.get("as_of"), str):
        values["as_of"] = past(values["as_of"])
    # A cursor comes from an answer to the same question.
    values.pop("cursor", None)


def audited(values):
    """A span of instants has an order."""
    if values.get("from", "") >= values.get("to", "~"):
        values.pop("to")
    values.pop("cursor", None)


def judged(values):
    """Nobody knows how an agency will stand: the period ends by the instant of the answer."""
    if "to" in values:
        today = datetime.datetime.fromisoformat(values.get("as_of", NOW.isoformat()).replace("Z", "+00:00"))
        today = today.replace(tzinfo=LOCAL) if today.tzinfo is None else today.astimezone(LOCAL)
        values["to"] = min(values["to"], today.date().isoformat())
        earliest = datetime.date.fromisoformat(values["to"]) - datetime.timedelta(days=365)
        values["from"] = min(max(values.get("from", values["to"]), earliest.isoformat()), values["to"])


def receive(case):
    body, seed = case.body, case.body
    body["procedure"] = pick(PROCEDURES, seed)
    body["case"] = None
    # Some are registered: submitted, and not received yet.
    waits = number(seed, 4) == 0
    at = past(body.get("received_at") or NOW.replace(tzinfo=LOCAL).isoformat())
    # The examples of the document are older than what the demonstration has published.
    at = at if instant(at) >= EARLIEST else EARLIEST.isoformat()
    body["received_at"] = None if waits else at
    body["receiving_agency"] = body["competent_agency"] = pick(COMMUNES, seed)
    if waits or body.get("submitted_at"):
        body["submitted_at"] = at
    replayed(body)


def replayed(body):
    """What is replayed says when it was recorded, and nothing here is in the national format."""
    if body.get("origin") == "national":
        body["origin"] = "live"
    if body.get("origin") != "import":
        body.pop("source_recorded_at", None)
    elif body.get("source_recorded_at"):
        body["source_recorded_at"] = past(body["source_recorded_at"])


# What belongs to each kind of event; all other fields of kinds are left out.
FIELDS = ("to_agency", "to_unit", "to_officer", "step_due_at", "result", "items", "answer_by", "by", "new_due_on", "ground", "reason", "appointed_at", "event", "happened_at", "voided")
OWN = {
    "forwarded": lambda seed: {"to_agency": pick(AGENCIES, seed), "to_unit": "Bộ phận chuyên môn"},
    "completed": lambda seed: {"result": {"outcome": pick(["granted", "rejected"], seed)}},
    "supplement_requested": lambda seed: {"items": ["Tờ khai"], "answer_by": "2022-12-30"},
    "suspended": lambda seed: {"ground": "Chờ ý kiến"},
    "terminated": lambda seed: {"ground": "Quá hạn bổ sung"},
    "received": lambda seed: {"appointed_at": "2022-12-30T16:00:00+07:00"},
    "refused": lambda seed: {"ground": "Không thuộc thẩm quyền"},
    "corrected": lambda seed: {"event": pick(recorded, seed)[0], "reason": "Ghi nhầm", "public_note": "Đã ghi lại"},
    "reopened": lambda seed: {"ground": "Kết quả in sai"},
    "apologised": lambda seed: {"reason": "Chờ xác minh", "new_due_on": "2022-12-30"},
}


def record(case):
    body = case.body
    body["occurred_at"] = past(body["occurred_at"])
    # The service records two of them itself; an extension needs a ground that the procedure has, once; a correction an event.
    if body["kind"] in ("registered", "calendar_changed", "extended") or body["kind"] == "corrected" and not recorded:
        body["kind"] = "noted"
    for name in FIELDS:
        body.pop(name, None)
    body.update(OWN.get(body["kind"], lambda seed: {})(body))
    if body["kind"] == "noted":
        body["public_note"] = "Đã liên hệ người nộp"
    if body.get("agency") is not None:
        body["agency"] = known(body["agency"])
    replayed(body)


class Item:
    """An item of a batch, as the operation by itself would have it."""

    def __init__(self, body):
        self.body = body


def batch(case):
    # A line by itself, or a list of them; an event may have items of its own.
    for item in [case.body] if "op" in case.body else case.body["items"]:
        own = {name: item.pop(name) for name in ("op", "dossier", "ref") if name in item}
        if "dossier" in own:
            own["dossier"] = pick(received, own["dossier"])
        (receive if own["op"] == "receive" else record)(Item(item))
        item.update(own)


OFFICE = [{"from": "07:00", "to": "11:30"}, {"from": "13:30", "to": "17:00"}]


def put_calendar(case):
    for i, week in enumerate(case.body["hours"]):
        week["valid_from"] = (datetime.date(2021, 1, 1) + datetime.timedelta(days=i)).isoformat()
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"):
            week[day] = OFFICE[: number((week.get(day), day), 2) + 1] if day not in ("saturday", "sunday") else []


def put_calendar_year(case):
    year = int(case.path_parameters["year"])
    first = datetime.date(year, 1, 1)
    days = [first + datetime.timedelta(days=i) for i in range(365)]
    rest, weekdays = [d for d in days if d.weekday() > 4], [d for d in days if d.weekday() < 5]
    for name, dates in (("days_off", weekdays), ("worked_rest_days", rest)):
        sent = case.body[name][:20]
        case.body[name] = [{**day, "date": dates[i * 3].isoformat()} for i, day in enumerate(sent)]


def put_policy(case):
    body = case.body
    body["agency"] = known(body.get("agency"))
    body["procedure"] = pick([None, *PROCEDURES], body.get("procedure"))
    body["valid_to"] = None
    if not any(body.get(name) for name in ("supplement", "other_stop", "second_supplement", "granularity", "judge_by", "backdating_days")):
        body["supplement"] = "shift"
    # One name for each procedure and agency, so that none lies within another.
    case.path_parameters["name"] = f"{body['agency']}-{body['procedure']}".lower().replace(".", "-")


def narrow(filter):
    """A filter whose lists are those of an overdue feed, with what the demonstration has."""
    for name in ("within", "older_than", "apologised", "field", "procedure", "holder_agency", "min_days_late"):
        filter.pop(name, None)
    return filter


def issue_reminder(case):
    body = case.body
    # Who has overdue dossiers.
    body["agency"] = pick(["H51.29", *COMMUNES], body.get("agency"))
    body["about"], body["filter"], body["due_on"] = "overdue", narrow(body.get("filter") or {}), "2022-12-30"


def acknowledge_reminder(case):
    case.body["promised_on"] = "2022-12-30"


def put_reminder_rule(case):
    body = case.body
    body["agencies"] = [known(code) for code in body["agencies"]]
    body["about"], body["filter"] = "overdue", narrow(body.get("filter") or {})


def put_disclosure(case):
    body = case.body
    # What was disclosed once, or nothing.
    body["disclosed_version"] = None
    if body.get("disclosed_at"):
        body["disclosed_at"] = past(body["disclosed_at"])
    body["verified_at"] = None
    # The communes go on to handle what they confirm in reviews.
    if case.path_parameters["code"] in COMMUNES:
        body["assigned"] = None


def create_review(case):
    body = case.body
    body["agencies"] = [known(code) for code in body["agencies"]]
    body["dispatch"]["signed_on"], body["due_on"] = "2022-02-10", "2022-12-30"


def confirm_procedures(case):
    body, seed = case.body, case.body
    body["agency"] = pick(COMMUNES, seed)
    body["items"] = body["items"][: len(PROCEDURES)]
    for item, procedure in zip(body["items"], PROCEDURES):
        item["procedure"] = procedure


def calculate(case):
    for item in case.body["items"]:
        start = datetime.datetime(2021, 3, 1, 8, tzinfo=LOCAL) + datetime.timedelta(hours=number(item["started_at"], 20000))
        item["started_at"] = start.isoformat()
        item.pop("agency", None)
        mend_limit(item["limit"])
        for i, stop in enumerate(item.get("suspensions") or []):
            stop["from"] = (start + datetime.timedelta(days=2 * i, hours=1)).isoformat()
            stop["to"] = (start + datetime.timedelta(days=2 * i + 1)).isoformat()
        for extension in item.get("extensions") or []:
            extension["by"] = {"unit": "working_days", "amount": str(number(extension["by"], 5) + 1)}
            extension.pop("at", None)


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
    body["levels"] = body.get("levels") or ["commune"]
    if number(body["name"], 2):
        body["content"] = dict(COMPLETE)
    body.setdefault("limits", [{"limit": {"unit": "working_days", "amount": "3"}}])
    limits = {}
    for limit in body["limits"]:
        mend_limit(limit["limit"])
        limits[(limit.get("case"), limit.get("channel"))] = limit
    body["limits"] = list(limits.values())


    content = body.get("content") or {}
    if "coordinating_agencies" in content:
        content["coordinating_agencies"] = [known(c) for c in content["coordinating_agencies"]]


def fitting(kind):
    """A decision that fits: signed before everything, of the kind, in force from a day on that no version begins after."""
    def decide(case):
        decision = case.body["decision"]
        decision.update(kind=kind, signed_on="2020-01-02", effective_on="2022-12-31", file=None)
        for name in ("published_on", "draft"):
            case.body.pop(name, None)
        if "replaced_by" in case.body:
            case.body["replaced_by"] = PROCEDURES[0]
    return decide


# The whole content that a publication needs.
COMPLETE = {
    "steps": [{"steps": ["Nộp hồ sơ", "Nhận kết quả"]}],
    "channels": [{"channel": "in_person"}],
    "documents": [{"items": [{"name": "Tờ khai", "required": True, "originals": 1, "copies": 0}]}],
    "sets": 1,
    "applicants": ["individual"],
}


def ask(method, path, body=None):
    """The answer to a request of our own, for what must be there before another makes sense."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["CONGKHAI_URL"] + path, data, method=method)
    request.add_header("Authorization", f"Bearer {os.environ['CONGKHAI_KEY']}")
    request.add_header("Content-Type", "application/json")
    if method == "POST":
        request.add_header("If-Match", "*")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def is_disclosed(parameters):
    """Whether an agency has recorded anything of a procedure, here or in the demonstration."""
    try:
        return ask("GET", f"/v1/agencies/{parameters['code']}/procedures/{parameters['procedure']}")["version"] > 0
    except urllib.error.HTTPError:
        return False


def draft():
    """The code of a new procedure whose draft can be published."""
    global made
    made += 1
    code = f"1.8{made:05}"
    limits = [{"limit": {"unit": "working_days", "amount": "3"}}]
    fixed = {"name": "Cấp giấy phép", "field": "xay-dung", "field_name": "Xây dựng", "levels": ["commune"], "competent_agencies": ["H51.29"]}
    ask("PUT", f"/v1/procedures/{code}", {**fixed, "effective_from": "2022-12-31", "limits": limits, "content": COMPLETE})
    drafts.append(code)
    return code


def publish():
    """The code of a new procedure that is published and has not ended."""
    code = draft()
    decision = {"kind": "new", "signed_on": "2020-01-02", "effective_on": "2022-12-31", "number": "1/QĐ-UBND", "issued_by": "UBND"}
    ask("POST", f"/v1/procedures/{code}/publications", {"decision": decision})
    drafts.remove(code)
    published.append(code)
    return code


def campaign():
    """The id of a review of the district that runs."""
    if not campaigns:
        dispatch = {"signed_on": "2022-02-10", "issued_by": "UBND"}
        made = ask("POST", "/v1/reviews", {"title": "Rà soát", "dispatch": dispatch, "agencies": ["H51.29"], "due_on": "2022-12-30"})
        campaigns.append(made["id"])
        reviews.append(made["id"])
    return campaigns[-1]


def report():
    """The id of a sealed report of the district. Receipts that are made later, and have been for a minute, can be corrected in it."""
    if not sealed:
        made = ask("POST", "/v1/reports", {"kind": "resolution", "agency": "H51.29", "from": "2021-12-15", "to": "2022-02-14"})
        sealed.append(made["id"])
    return sealed[0]


def seal(case):
    """A period that is over."""
    case.body.update({"agency": pick(AGENCIES, case.body), "from": "2022-01-01", "to": f"2022-01-{number(case.body, 31) + 1:02}"})


def create_key(case):
    body = case.body
    # Some agencies, or all.
    body["agencies"] = None if body.get("all_agencies") else [known(code) for code in body.get("agencies") or ["H51.29"]]
    if body.get("expires_at"):
        body["expires_at"] = "2035-01-01T00:00:00+07:00"


def rotate_key(case):
    if case.body.get("expires_at"):
        case.body["expires_at"] = "2035-01-01T00:00:00+07:00"


def key():
    """The id of a key that works and is not the one that asks."""
    if not working:
        made = ask("POST", "/v1/keys", {"name": "Khóa thử", "scopes": ["dossiers:read"], "agencies": ["H51.29"]})
        working.append(made["id"])
        keys.append(made["id"])
    return working[-1]


def mend_limit(limit):
    unit = limit["unit"]
    # Parts must add up, and grounds must differ: a limit without them is one as well.
    limit.pop("segments", None)
    limit["prolongations"] = (limit.get("prolongations") or [])[:1]
    for allowed in limit["prolongations"]:
        allowed["by"] = {"unit": "working_days", "amount": str(number(allowed["by"], 9) + 1)}
        allowed["ground"] = "Cần xác minh"
    if not limit["prolongations"]:
        limit.pop("prolongations")
    if unit == "none":
        limit.pop("starts", None)
    limit["cutoff"] = (limit.get("cutoff") or "15:00") if unit == "same_day" else None
    # Whole, and at least one: a number that fits every unit.
    limit["amount"] = None if unit in ("same_day", "none") else str(number(limit.get("amount"), 60) + 1)


def path(case, operation):
    code = case.path_parameters["code"]
    if operation == "put_agency":
        return f"H51.29.{number(code, 900) + 100}"
    if operation == "put_procedure":
        return f"1.9{number(code, 90000) + 10000}"
    if operation == "get_agency_progress" or operation.endswith(("agency_procedures", "agency_procedure")):
        return known(code)
    if operation == "get_agency":
        return code if code in AGENCIES or code in written else pick(AGENCIES, code)
    if operation == "publish_procedure":
        return drafts[-1] if drafts else draft()
    if operation in ("abolish_procedure", "replace_procedure"):
        return published[-1] if published else publish()
    if operation in ("get_procedure_version", "compare_procedure_versions", "list_procedure_versions"):
        return pick(PROCEDURES, code)
    if operation in ("get_procedure", "get_public_procedure"):
        return pick(PROCEDURES, code)
    if operation == "get_problem":
        return pick(PROBLEMS, code)
    return code if code in received else pick(received, code)


BODIES = {
    "receive_dossier": receive,
    "record_event": record,
    "record_batch": batch,
    "put_agency": put_agency,
    "put_procedure": put_procedure,
    "publish_procedure": fitting("new"),
    "abolish_procedure": fitting("abolished"),
    "replace_procedure": fitting("replaced"),
    "put_calendar": put_calendar,
    "put_calendar_year": put_calendar_year,
    "put_policy": put_policy,
    "issue_reminder": issue_reminder,
    "acknowledge_reminder": acknowledge_reminder,
    "put_reminder_rule": put_reminder_rule,
    "create_review": create_review,
    "confirm_procedures": confirm_procedures,
    "put_agency_procedure": put_disclosure,
    "seal_report": seal,
    "create_key": create_key,
    "rotate_key": rotate_key,
    "calculate_deadlines": calculate,
}


def place(operation, parameters):
    """What a PUT writes, but for what has a code."""
    named = parameters.get("name") or f"{parameters.get('agency')} {parameters.get('year')}"
    return operation, named


# Where the items of a body stand of which each has a result of its own.
ITEMS = {"record_batch": "items", "send_national_dossiers": "data", "send_national_progress": "data"}


# The longest path with its query, in bytes, less the longest path.
LONGEST_QUERY = 16 * 1024 - 512


def bytes_of(query):
    """What a query needs at least."""
    parts = [part for values in query.values() for part in (values if isinstance(values, list) else [values])]
    return sum(len(urllib.parse.quote(str(part))) + 1 for part in parts)


@schemathesis.hook
def filter_case(context, case):
    """A bad item of a batch is a result of its own: a request with no other fault is answered 200, and is no invalid one. And a query that is
    too long is refused for that alone, with a status that the document has and the check for invalid requests does not know (414)."""
    if bytes_of(case.query or {}) > LONGEST_QUERY:
        return False
    items = ITEMS.get(case.operation.definition.raw["operationId"])
    if case.meta is None or case.meta.generation.mode.is_positive or items is None:
        return True
    # What else an envelope of the national format has is not looked at.
    is_list = isinstance(case.body, dict) and isinstance(case.body.get(items), list) and (items == "data" or set(case.body) == {items})
    return not is_list and case.media_type == "application/json"


@schemathesis.hook
def before_call(context, case, kwargs):
    # The key that asks is in its own list: nobody ends it.
    if (case.path_parameters or {}).get("id") == os.environ["CONGKHAI_KEY"].split("_")[1]:
        case.path_parameters["id"] = "000000000000"
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    operation = case.operation.definition.raw["operationId"]
    # Two versions are no period.
    if case.query and operation == "list_audit":
        audited(case.query)
    elif case.query and operation == "compare_procedure_versions":
        if isinstance(case.query.get("as_of"), str):
            case.query["as_of"] = past(case.query["as_of"])
    elif case.query:
        query(case.query)
        if {"disclosure", "reports", "quality index"} & set(case.operation.tags):
            judged(case.query)
    if (case.path_parameters or {}).get("code"):
        case.path_parameters["code"] = path(case, operation)
    parameters = case.path_parameters or {}
    if "agency" in parameters:
        parameters["agency"] = known(parameters["agency"])
    if "procedure" in parameters:
        parameters["procedure"] = pick(PROCEDURES, parameters["procedure"])
    if "year" in parameters:
        parameters["year"] = pick([2022, 2023, 2027], parameters["year"])
    if operation == "get_job" and jobs:
        parameters["id"] = pick(jobs, parameters["id"])
    if operation in ("get_reminder", "list_reminder_items") and reminders:
        parameters["id"] = pick(reminders, parameters["id"])
    if operation == "acknowledge_reminder" and waiting:
        # One for each try: it is acknowledged once.
        tried = str((case.query or {}).get("dry_run", "")).lower() == "true"
        parameters["id"] = waiting[0] if tried or len(waiting) == 1 else waiting.pop()
    if operation in ("rotate_key", "revoke_key"):
        parameters["id"] = key()
    if operation == "get_key":
        parameters["id"] = pick(keys, parameters["id"]) if keys else key()
    if operation in ("confirm_procedures", "close_review"):
        parameters["id"] = campaign()
    if operation in ("get_review", "list_review_agencies", "list_review_procedures"):
        parameters["id"] = pick(reviews, parameters["id"]) if reviews else campaign()
        # None of them has a second round yet.
        if case.query and "round" in case.query:
            case.query["round"] = 1
    if operation == "list_quality_index_items" and case.query and str(case.query.get("below")).lower() == "false":
        # Which agency is meant alone must be said.
        case.query.setdefault("agency", "H51.29")
    if {"reports", "quality index", "quality checks"} & set(case.operation.tags):
        if isinstance((case.query or {}).get("agency"), str):
            case.query["agency"] = known(case.query["agency"])
        if "row" in parameters:
            parameters["row"] = "total"
        if "id" in parameters:
            parameters["id"] = report()
        if operation == "compare_reports":
            case.query = {"with": report()}
        if case.query:
            # It may have no correction yet.
            case.query.pop("correction", None)
    if operation == "get_reminder_rule":
        names = [name for kind, name in kept if kind == "put_reminder_rule"]
        parameters["name"] = pick(sorted(names) or ["x"], parameters["name"])
    if operation == "get_policy":
        names = [name for kind, name in kept if kind == "put_policy"]
        parameters["name"] = pick(sorted(names) or ["x"], parameters["name"])
    if operation in BODIES and isinstance(case.body, dict):
        BODIES[operation](case)
    if operation.startswith("put_"):
        case.headers.pop("If-Match", None)
        is_written = parameters.get("code") in written
        if operation == "put_agency_procedure":
            is_written = is_disclosed(parameters)
        if is_written or place(operation, parameters) in kept:
            case.headers["If-Match"] = "*"
    if operation == "record_event" and isinstance(case.body, dict) and case.body.get("kind") == "corrected":
        of_event = [code for event, code in recorded if event == case.body.get("event")]
        parameters["code"] = (of_event or [parameters["code"]])[0]
    if operation in ("publish_procedure", "abolish_procedure", "replace_procedure"):
        case.headers["If-Match"] = "*"
    if operation == "get_procedure" and case.query:
        # Of what is there since the beginning of the demonstration there is no draft.
        case.query.pop("draft", None)
    if operation in ("get_procedure_version",):
        parameters["version"] = 1
    if operation == "compare_procedure_versions" and case.query:
        case.query.update({name: 1 for name in ("from", "to") if name in case.query})
    if operation in ("record_event", "acknowledge_reminder", "close_review") and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"
    if "X-Access-Reason" in case.headers:
        # What is decoded of it must be UTF-8, which no pattern says.
        case.headers["X-Access-Reason"] = "Tra%20c%E1%BB%A9u%20theo%20%C4%91%C6%A1n"
    if "Idempotency-Key" in case.headers:
        # One key for each body, byte by byte: the same key with another body is refused.
        case.headers["Idempotency-Key"] = f"{zlib.crc32(json.dumps(case.body).encode()):08x}"


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.definition.raw["operationId"]
    tried = str((case.query or {}).get("dry_run", "")).lower() == "true"
    if tried or not 200 <= response.status_code < 300:
        return
    if case.method == "PUT" and "code" in case.path_parameters and operation != "put_agency_procedure":
        written[case.path_parameters["code"]] = case.body.get("effective_from", "")
    elif case.method == "PUT" and operation != "put_agency_procedure" and response.status_code != 200 or operation in ("put_policy", "put_reminder_rule"):
        kept.add(place(operation, case.path_parameters))
    if operation == "publish_procedure":
        code = case.path_parameters["code"]
        drafts[:] = [other for other in drafts if other != code]
        published.append(code)
    if operation in ("abolish_procedure", "replace_procedure"):
        published[:] = [other for other in published if other != case.path_parameters["code"]]
    if response.status_code == 202:
        jobs.append(json.loads(response.content)["id"])
    if operation == "create_key":
        made = json.loads(response.content)["id"]
        working.append(made)
        keys.append(made)
    if operation in ("rotate_key", "revoke_key"):
        working[:] = [other for other in working if other != case.path_parameters["id"]]
    if operation == "create_review":
        reviews.append(json.loads(response.content)["id"])
    if operation == "close_review":
        campaigns[:] = [other for other in campaigns if other != case.path_parameters["id"]]
    if operation == "issue_reminder":
        issued = json.loads(response.content)["id"]
        waiting.append(issued)
        reminders.append(issued)
    if operation == "record_event" and case.body.get("kind") != "corrected":
        recorded.append((json.loads(response.content)["id"], case.path_parameters["code"]))
    if case.method == "POST" and operation == "receive_dossier":
        received.append(json.loads(response.content)["code"])
