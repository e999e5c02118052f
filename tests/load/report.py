"""The tables of a run: printed, and kept in docs/benchmarks.md, one section a part."""

import os
import platform
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "benchmarks.md"
_PACKAGES = ("litestar", "msgspec", "uvicorn", "uvloop", "sqlalchemy", "asyncpg", "nats-py")
_HEAD = """# Benchmarks

Made by `make bench`, not by hand; `make bench ARGS="reads events"` measures some parts anew and leaves the others.
Read the ratios: both sides of each were measured in turns in the same run on the same machine, as the median of the
rounds. The raw numbers say how large this machine is. Code: `tests/load/`.
"""


@dataclass
class Target:
    """A figure with what it should be: at least, or at most."""

    value: float
    goal: float
    at_most: bool = False
    digits: int = 2
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.value <= self.goal if self.at_most else self.value >= self.goal

    def cells(self) -> list[str]:
        sign = "≤" if self.at_most else "≥"
        return [
            f"**{self.value:,.{self.digits}f}{self.unit}**",
            f"{sign} {self.goal:g}{self.unit}",
            "met" if self.met else "**missed**",
        ]


@dataclass
class Section:
    """One part of the benchmark: what was done, in words, and its tables."""

    part: str
    title: str
    how: str
    heads: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def row(self, *cells: str, target: Target | None = None) -> None:
        """A line; with a target its last three cells are figure, goal and verdict."""
        self.rows.append([*cells, *(target.cells() if target else ["", "", ""])])

    @property
    def all_heads(self) -> list[str]:
        return [*self.heads, "ratio or figure", "target", ""]

    def markdown(self) -> str:
        lines = [f"## {self.title}", "", f"<!-- part: {self.part} -->", f"{_machine()}", "", self.how, ""]
        lines += [_line(self.all_heads), _line(["---"] * len(self.all_heads))]
        lines += [_line(row) for row in self.rows]
        for note in self.notes:
            lines += ["", note]
        return "\n".join(lines) + "\n"

    def text(self) -> str:
        rows = [[cell.replace("**", "") for cell in row] for row in [self.all_heads, *self.rows]]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
        ]
        return "\n".join([f"\n{self.title}", *lines, *self.notes])


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"*{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; "
        f"Python {platform.python_version()}, PostgreSQL 18, {packages}.*"
    )


def keep(section: Section, file: Path = FILE) -> None:
    """Replace the part's section in the file, or add it."""
    file.parent.mkdir(exist_ok=True)
    sections: dict[str, str] = {}
    if file.exists():
        for text in re.split(r"(?m)^(?=## )", file.read_text(encoding="utf-8"))[1:]:
            if found := re.search(r"<!-- part: (\w+) -->", text):
                sections[found[1]] = text.rstrip() + "\n"
    sections[section.part] = section.markdown()
    file.write_text("\n".join([_HEAD, *sections.values()]), encoding="utf-8")
