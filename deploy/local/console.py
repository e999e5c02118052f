"""What the launcher says to the person who started it: a line for each step with its seconds."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress


class Console:
    """Writes to standard output; a terminal that is gone does not stop the launcher from tidying up."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.line_open = False

    def say(self, text: str = "") -> None:
        """One line."""
        self._write(f"\n{text}\n" if self.line_open else f"{text}\n")
        self.line_open = False

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Name the step when it begins, and its seconds on the same line when it is done."""
        started = time.monotonic()
        self._write(f"  {what} ")
        self.line_open = True
        yield
        dots = "." * max(3, 60 - len(what))
        seconds = f"{time.monotonic() - started:5.1f} s"
        self._write(f"{dots} {seconds}\n" if self.line_open else f"  {what} {dots} {seconds}\n")
        self.line_open = False

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns as wide as their widest word."""
        widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
        for row in [heads, ["-" * width for width in widths], *rows]:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.say("  " + "  ".join(cells).rstrip())

    @property
    def seconds(self) -> float:
        """Since the launcher began."""
        return time.monotonic() - self.begun

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            sys.stdout.write(text)
            sys.stdout.flush()
