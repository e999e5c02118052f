"""`python -m tests.load [--quick] [part ...]`: measure, print, and keep the tables in docs/benchmarks.md."""

import argparse
import asyncio
import importlib
import sys
import time

from tests.load.effort import FULL, QUICK
from tests.load.report import FILE, keep

PARTS = ("reads", "on_call", "search", "imports", "tenants", "events", "overhead", "start")


def main() -> int:
    """Run the parts one after the other; each starts servers of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a short run to see that it works; keeps nothing"
    )
    parser.add_argument("--note", default="", help="what a reader must know of the machine during this run")
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help=f"of {', '.join(PARTS)}; all without")
    given = parser.parse_args()
    for name in given.part or PARTS:
        started = time.monotonic()
        print(f"\nmeasuring {name} ...", flush=True)
        part = importlib.import_module(f"tests.load.parts.{name}")
        section = asyncio.run(part.measure(QUICK if given.quick else FULL))
        if given.note:
            section.notes.append(given.note)
        print(section.text())
        print(f"({time.monotonic() - started:.0f} s)", flush=True)
        if not given.quick:
            keep(section)
    if not given.quick:
        print(f"\nkept in {FILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
