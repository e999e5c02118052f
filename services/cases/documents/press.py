"""The press: a process of its own that turns data into a tagged PDF or into pictures of its pages, and then ends.

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
_DOTS_PER_INCH = 96.0


def press(job: dict[str, Any]) -> list[list[bytes]]:
    """`job`: `as` (pdf, png), `at` (seconds), `papers` (the data of each). The files of each paper."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    layout = _LAYOUT.read_bytes()
    with tempfile.TemporaryDirectory() as empty:
        given: dict[str, Any] = {
            "root": empty,
            "font_paths": fonts,
            "package_path": empty,
            "package_cache_path": empty,
        }
        if job["as"] == "png":
            given |= {"format": "png", "ppi": _DOTS_PER_INCH}
        else:
            given |= {"pdf_standards": _STANDARDS, "timestamp": job["at"]}
        done = [
            typst.compile(layout, sys_inputs={"data": json.dumps(data)}, **given) for data in job["papers"]
        ]
    return [each if isinstance(each, list) else [each] for each in done]


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    for files in press(json.load(sys.stdin)):
        sys.stdout.buffer.write(len(files).to_bytes(8))
        for file in files:
            sys.stdout.buffer.write(len(file).to_bytes(8) + file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
