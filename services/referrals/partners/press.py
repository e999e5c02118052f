"""The press: a process of its own that turns data into a tagged PDF, and then ends.

Started by `printing` as a script, with nothing in its environment. It reads one job as JSON from stdin and reaches
no file but its layout and no network; what it needs of memory goes with it.
"""

import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

import typst

_LAYOUT = Path(__file__).with_name("layout.typ")
_STANDARDS = ["ua-1", "a-2a"]
_CPU_SECONDS = 20


def press(job: dict[str, Any]) -> bytes:
    """`job`: `at` (seconds), `paper` (its data). The PDF."""
    with tempfile.TemporaryDirectory() as empty:
        given: dict[str, Any] = {
            "root": empty,
            "font_paths": typst.Fonts(include_system_fonts=False, include_embedded_fonts=True),
            "package_path": empty,
            "package_cache_path": empty,
            "pdf_standards": _STANDARDS,
            "timestamp": job["at"],
        }
        done = typst.compile(_LAYOUT.read_bytes(), sys_inputs={"data": json.dumps(job["paper"])}, **given)
    return bytes(done)


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    sys.stdout.buffer.write(press(json.load(sys.stdin)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
