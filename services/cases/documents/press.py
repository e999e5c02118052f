"""The press: a process of its own that turns data into a tagged PDF or into pictures of its pages, and then ends.

Started by `printing` as a script, with nothing in its environment. It reads one job as JSON from stdin and reaches
no file but its layout and no network; what it needs of memory goes with it.
"""

import json
import resource
import sys
import tempfile
from pathlib import Path

import typst

_LAYOUT = Path(__file__).with_name("layout.typ")
_STANDARDS = ["ua-1", "a-2a"]
_CPU_SECONDS = 20
_DOTS_PER_INCH = 96.0


def press(job: dict[str, object]) -> list[bytes]:
    """`job`: `as` (pdf, png), `at` (seconds), `data`."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    with tempfile.TemporaryDirectory() as empty:
        given = {
            "root": empty,
            "font_paths": fonts,
            "package_path": empty,
            "package_cache_path": empty,
            "sys_inputs": {"data": json.dumps(job["data"])},
        }
        layout = _LAYOUT.read_bytes()
        if job["as"] == "png":
            pages = typst.compile(layout, format="png", ppi=_DOTS_PER_INCH, **given)  # type: ignore[call-overload]
            return pages if isinstance(pages, list) else [pages]
        return [typst.compile(layout, pdf_standards=_STANDARDS, timestamp=job["at"], **given)]  # type: ignore[call-overload]


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    for part in press(json.load(sys.stdin)):
        sys.stdout.buffer.write(len(part).to_bytes(8) + part)
    return 0


if __name__ == "__main__":
    sys.exit(main())
