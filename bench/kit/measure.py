"""What a run cost: processor time of the service, of PostgreSQL and of everybody else, from /proc."""

import os
import pathlib
import resource
import time

TICK = 1 / os.sysconf("SC_CLK_TCK")


def _stat(pid):
    """The fields of /proc/PID/stat after the name, or None when the process is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def process_seconds(pid):
    """User and system time of a process."""
    stat = _stat(pid)
    return (int(stat[11]) + int(stat[12])) * TICK if stat else 0.0


def tree_seconds(parent):
    """The time of a process, of its living children, and of those it has buried: all of PostgreSQL."""
    own = _stat(parent)
    if own is None:
        return 0.0
    total = sum(int(own[i]) for i in (11, 12, 13, 14)) * TICK
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(entry.name)) and int(stat[1]) == parent:
            total += (int(stat[11]) + int(stat[12])) * TICK
    return total


def _machine():
    """Busy and stolen seconds of all processors."""
    user, nice, system, _, _, irq, softirq, steal = (int(v) * TICK for v in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return user + nice + system + irq + softirq, steal


class Meter:
    """Measures what happens inside `with`."""

    def __init__(self, service, postmaster):
        self.service, self.postmaster = service, postmaster

    def _read(self):
        # Backends of a client that has just left are still ending; half of them buried would be counted by nobody.
        time.sleep(0.2)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return [time.monotonic(), process_seconds(self.service) if self.service else 0.0,
                tree_seconds(self.postmaster) if self.postmaster else 0.0,
                children.ru_utime + children.ru_stime, *_machine()]

    def __enter__(self):
        self.before = self._read()
        self.began = time.monotonic()
        return self

    def __exit__(self, *_):
        self.wall = time.monotonic() - self.began
        after = self._read()
        observed, self.service_s, self.postgres_s, self.client_s, busy, stolen = (a - b for a, b in zip(after, self.before))
        processors = observed * os.cpu_count()
        ours = self.service_s + self.postgres_s + self.client_s
        # Interrupts count as busy and belong to no process, so a little is always left over.
        self.foreign = max(0.0, (busy - ours) / processors)
        self.stolen = stolen / processors

    def per(self, count):
        """The costs for each of `count` requests, in microseconds, and how quiet the machine was."""
        return {"service_us": self.service_s / count * 1e6, "postgres_us": self.postgres_s / count * 1e6,
                "client_us": self.client_s / count * 1e6, "foreign": self.foreign, "stolen": self.stolen}


def memory(pid):
    """VmRSS and VmHWM of a process, in MiB."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    found = dict(line.split(":", 1) for line in lines)
    return {name: int(found[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")}
