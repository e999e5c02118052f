"""What processes use: processor time and memory, read from /proc (Linux)."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME = 11
"""Where user time stands in /proc/<pid>/stat, counted after the command's closing bracket; system time follows."""


def family(pid: int) -> list[int]:
    """A process and all that descends from it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # gone meanwhile
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its living descendants so far."""
    total = 0
    for each in family(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[_UTIME]) + int(fields[_UTIME + 1])
    return total / _TICKS


def memory_mb(pid: int) -> float:
    """Proportional set size of one process: its own pages, and its share of those that it shares."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def own_memory_mb(pid: int) -> float:
    """The anonymous pages of a process: what one more of its kind costs, without shared buffers."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    return 0.0


def backends(postgres_pid: int, login: str) -> list[int]:
    """The server processes of one login, by the title that PostgreSQL gives them."""
    found = []
    for pid in family(postgres_pid):
        try:
            title = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if title.startswith(f"postgres: {login} "):
            found.append(pid)
    return found
