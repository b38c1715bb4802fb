#!/usr/bin/env python3
"""Measures batches: how long 10,000 items take, as NDJSON and as JSON, new and sent again, and what memory they leave. See README.md."""

import argparse
import http.client
import json
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from kit import report  # noqa: E402
from kit.database import Failed  # noqa: E402
from run import Run, base_arguments, ending_well, say  # noqa: E402

ITEMS = 10_000
FORMS = {"NDJSON": "application/x-ndjson", "JSON": "application/json"}


def receipt(number, received_at, padding=""):
    """A receipt as those of wrk/receipt.lua, with a code."""
    agency, procedure = f"H51.{21 + number % 9}.{31 + number % 7}", number % 7 * 13
    return {"op": "receive", "code": code(number), "procedure": f"{1 + procedure % 2}.{procedure * 37 + 1001:06}", "channel": "in_person",
            "receiving_agency": agency, "competent_agency": agency, "received_at": received_at, "summary": f"Hồ sơ số {number}{padding}",
            "officer": {"name": "Trần Thị Bình", "title": "Công chức một cửa", "unit": "Bộ phận Một cửa"},
            "applicant": {"kind": "individual", "name": "Nguyễn Văn An", "id_number": f"094{number:09}", "phone": "0900000001",
                          "address": "ấp An Trung, huyện Cù Lao Dung, tỉnh Sóc Trăng"}}


def forwarded(number, received_at):
    """The step after it, at the same instant."""
    return {"op": "event", "dossier": code(number), "ref": f"bench-{number}", "kind": "forwarded", "occurred_at": received_at, "to_unit": "Bộ phận chuyên môn"}


def code(number):
    return f"H52-220214-{number:07}"


def body(form, items):
    if form == "JSON":
        return json.dumps({"items": items}, ensure_ascii=False).encode()
    return "\n".join(json.dumps(item, ensure_ascii=False) for item in items).encode()


def send(run, form, text):
    """Seconds of a batch, and what its answer says."""
    connection = http.client.HTTPConnection("127.0.0.1", run.service.port, timeout=600)
    headers = {"Authorization": f"Bearer {run.data['keys']['write']}", "Content-Type": FORMS[form]}
    began = time.monotonic()
    connection.request("POST", "/v1/dossiers/batch", text, headers)
    answer = connection.getresponse()
    said = answer.read()
    took = time.monotonic() - began
    connection.close()
    if answer.status != 200:
        raise Failed(f"{answer.status}: {said[:500]}")
    return took, json.loads(said)["summary"]


def memory(pid):
    """What the service holds now and held at most, in MiB."""
    lines = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")}


def kinds(run, numbers):
    """Each kind of batch, over dossiers with some numbers: receipts with their next step, receipts, and the next step of those."""
    half, whole = numbers[:ITEMS // 2], numbers[ITEMS // 2:]
    yield "receipts and events", [item for n in half for item in (receipt(n, run.received_at), forwarded(n, run.received_at))]
    yield "receipts", [receipt(n, run.received_at) for n in whole]
    yield "events", [forwarded(n, run.received_at) for n in whole]


def measure(run):
    """All kinds of batches in turns, some times, and each of them again."""
    found, number = {}, 0
    for round_ in range(run.asked.rounds):
        for form in FORMS:
            numbers = range(number, number + ITEMS // 2 + ITEMS)
            number = numbers.stop
            for name, items in kinds(run, numbers):
                text = body(form, items)
                run.db.run("CHECKPOINT")
                for wanted in ("created", "unchanged"):
                    took, summary = send(run, form, text)
                    if summary[wanted] != ITEMS:
                        raise Failed(f"{name} as {form}: {summary}, not {wanted}")
                    found.setdefault((name, form, wanted), []).append(took)
                    say(f"  {name} as {form}, {wanted}: {took:.2f} s")
    return [{"name": name, "form": form, "result": wanted, "bytes": len(text), "seconds": took} for (name, form, wanted), took in found.items()]


def largest(run):
    """What the service holds before and after a batch of nearly 32 MiB, as NDJSON."""
    before = memory(run.service.pid)
    items = [receipt(8_000_000 + n, run.received_at, "x" * 900) for n in range(ITEMS)]
    padded = [{**item, "applicant": {**item["applicant"], "address": "x" * 490}, "officer": {key: "x" * 190 for key in ("name", "title", "unit")}} for item in items]
    text = body("NDJSON", padded)
    send(run, "NDJSON", text)
    return {"bytes": len(text), "before": before, "after": memory(run.service.pid)}


def table(result):
    """The results as Markdown."""
    m, d, big = result["machine"], result["data"], result["largest"]
    lines = [f"{m['date']}, commit {m['commit']}: {m['processors']} x {m['processor']}, {m['memory_gib']} GiB, Linux {m['kernel']}, PostgreSQL {m['postgresql']}. Beside {d['dossiers']:,} dossiers; "
             f"10,000 items each, {result['rounds']} times in turns.", "", "| batch | as | result | median s | most s | under 3 s |", "|---|---|---|---|---|---|"]
    for f in result["found"]:
        most = max(f["seconds"])
        # The aim is for receipts, alone or with their events: see README.md.
        missed = "no" if f["name"] == "events" else "**no**"
        lines.append(f"| {f['name']} | {f['form']} | {f['result']} | {statistics.median(f['seconds']):.2f} | {most:.2f} | {'yes' if most < 3 else missed} |")
    lines += ["", f"Before a batch of {big['bytes'] / 2**20:.1f} MiB as NDJSON the service held {big['before']['VmRSS']:.1f} MiB and had held {big['before']['VmHWM']:.1f}; after it {big['after']['VmRSS']:.1f} and {big['after']['VmHWM']:.1f}."]
    return "\n".join(lines)


def main(asked):
    """Loads, serves and measures."""
    run = Run(asked)
    try:
        run.open()
        # Else PostgreSQL does it by itself, beside the first batches.
        run.db.run("VACUUM (ANALYZE)")
        run.serve()
        found, big = measure(run), largest(run)
        data = {k: v for k, v in run.data.items() if k != "keys"}
        result = {"machine": report.machine(run), "rounds": asked.rounds, "data": data, "found": found, "largest": big}
    finally:
        run.close()
    text = table(result)
    print(text)
    if asked.write:
        report.write(result, text, "batch")
    if "**no**" in text:
        raise Failed("10,000 items take three seconds or more")


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    base_arguments(parser)
    parser.add_argument("--dossiers", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into README.md and all numbers into batch.json")
    asked = parser.parse_args()
    asked.database_url = None
    return asked


if __name__ == "__main__":
    ending_well("batch.py", lambda: main(arguments()))
