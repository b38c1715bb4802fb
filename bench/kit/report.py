"""The table of the results, and its place in README.md."""

import json
import os
import pathlib
import platform
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parents[1]


def median(runs, name):
    """The median of a value over rounds."""
    return statistics.median(run[name] for run in runs)


def extremes(values):
    """Least and greatest, as text."""
    return f"{min(values):.2f} to {max(values):.2f}"


def machine(run):
    """A line that says where and when."""
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "unknown processor")
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / 2**20
    git = ["git", "-C", str(HERE), "describe", "--always", "--dirty", "--exclude=*"]
    commit = subprocess.run(git, capture_output=True, text=True).stdout.strip() or "unknown commit"
    return {"processor": model, "processors": os.cpu_count(), "memory_gib": round(memory, 1), "kernel": platform.release(),
            "postgresql": run.db.run("SHOW server_version").split()[0], "commit": commit, "date": run.date}


def header(result):
    """Machine, data, and how it was measured."""
    m, d, o = result["machine"], result["data"], result["options"]
    return (f"{m['date']}, commit {m['commit']}: {m['processors']} x {m['processor']}, {m['memory_gib']} GiB, Linux {m['kernel']}, PostgreSQL "
            f"{m['postgresql']}. {d['dossiers']:,} dossiers, {d['events']:,} events, {d['open']:,} open, {d['overdue']:,} overdue "
            f"({d['bytes'] / 2**20:,.0f} MiB). Medians of {o['rounds']} interleaved runs of {o['seconds']} s, settings of the service: "
            f"{o['settings']}.")


def rates(scenarios):
    """Requests per second and ratios."""
    lines = ["| scenario | requests/s | p50 ms | p99 ms | against | its rate/s | ratio | over the rounds | target |", "|---|---|---|---|---|---|---|---|---|"]
    for s in scenarios:
        runs = s["wrk"]
        row = [s["title"], f"{median(runs, 'rate'):,.0f}", f"{median(runs, 'p50_ms'):.2f}", f"{median(runs, 'p99_ms'):.1f}"]
        if best := s.get("best"):
            b = s["baselines"][best]
            row += [f"`{best}`, {b[0]['clients']} clients", f"{median(b, 'rate'):,.0f}", f"**{s['ratio']:.2f}**",
                    extremes([ours["rate"] / theirs["rate"] for ours, theirs in zip(runs, b)])]
        elif "against_rate" in s:
            row += [f"`{s['against']}`", f"{s['against_rate']:,.0f}", f"**{s['ratio']:.2f}**", ""]
        else:
            row += ["", "", "", ""]
        lines.append(f"| {' | '.join(row)} | {'>= ' + str(s['target']) if s['target'] else ''} |")
    return lines


def costs(scenarios):
    """Processor time for each request."""
    lines = ["| CPU µs for each request | service | PostgreSQL | wrk | for `pgbench`: PostgreSQL | pgbench itself |", "|---|---|---|---|---|---|"]
    for s in scenarios:
        row = [s["title"], *(f"{median(s['wrk'], name):.0f}" for name in ("service_us", "postgres_us", "client_us"))]
        b = s["baselines"].get(s.get("best"))
        row += [f"{median(b, name):.0f}" for name in ("postgres_us", "client_us")] if b else ["", ""]
        lines.append(f"| {' | '.join(row)} |")
    return lines


def others(result):
    """Export, start, memory."""
    e = result["export"]
    return [
        "| what | measured | target |", "|---|---|---|",
        f"| export of {e['rows']:,} overdue rows as CSV against psql COPY csv | {e['service_rate']:,.0f} rows/s ({e['service_ms']:.0f} ms) against "
        f"{e['psql_rate']:,.0f} rows/s ({e['psql_ms']:.0f} ms after {e['psql_start_ms']:.0f} ms of starting): **{e['ratio']:.2f}** | >= 1.3 |",
        f"| the same against a psql that repeats it, its backend warm as the service's is | {e['warm_ms']:.0f} ms: **{e['warm_ratio']:.2f}** | |",
        f"| CPU µs for each row of it | service {e['service_us_row']:.1f}, PostgreSQL {e['postgres_us_row']:.1f}; for COPY PostgreSQL {e['copy_us_row']:.1f} | |",
        f"| start on an existing embedded cluster until ready | **{result['start_s']:.3f} s** | < 0.3 s |",
        f"| memory after the runs | VmRSS **{result['memory']['VmRSS']:.1f} MiB**, at most {result['memory']['VmHWM']:.1f} MiB | < 40 MiB |",
    ]


def remarks(result):
    """The other scripts, and how quiet the machine was."""
    rest = [(script, runs) for s in result["scenarios"] for script, runs in {**s["baselines"], **s["reference"]}.items() if script != s.get("best")]
    text = "; ".join(f"`{script}` {median(runs, 'rate'):,.0f}/s with {runs[0]['clients']} clients" for script, runs in rest)
    lines = [f"- Other ways to write the pgbench script: {text}."] if rest else []
    q = result["quiet"]
    lines.append(f"- Others, kernel interrupts included, used {q['foreign_median']:.0%} of the processors (median over the runs), at most "
                 f"{q['foreign']:.0%}; the host took at most {q['stolen']:.0%}.")
    if q["foreign_median"] > 0.1 or q["stolen"] > 0.05:
        lines.append("- **The machine was not quiet: trust only CPU time, and that with care.**")
    return lines + [f"- {note}" for note in result["notes"]]


def table(result):
    """The results as Markdown."""
    parts = [[header(result)], rates(result["scenarios"]), costs(result["scenarios"]), others(result), remarks(result)]
    return "\n\n".join("\n".join(part) for part in parts)


def write(result, text, name):
    """Puts the table into README.md and all numbers into a file that has the name of the results."""
    rewrite(HERE / "README.md", text, name)
    (HERE / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def rewrite(path, text, name="results"):
    """Puts a text between the markers of a file that have a name."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    content = path.read_text(encoding="utf-8")
    before, _, rest = content.partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
