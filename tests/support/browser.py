"""A Chromium for the tests: one that is there, else one that can be installed. `python -m tests.support.browser`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""No traffic of its own, and no graphics card."""


class NoBrowser(Exception):
    """There is no Chromium and none can be had; the message says what a person can do."""


def find() -> Path | None:
    """VANGNET_TEST_CHROMIUM, a browser of the machine, or one that playwright fetched before."""
    if named := os.environ.get("VANGNET_TEST_CHROMIUM"):
        return Path(named)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    return fetched_by_playwright()


def fetched_by_playwright() -> Path | None:
    """Where `playwright install` puts it; asked in a process of its own, because a test may have a loop running."""
    ask = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    answer = subprocess.run([sys.executable, "-c", ask], check=False, capture_output=True, text=True)
    path = Path(answer.stdout.strip() or "/nowhere")
    return path if path.exists() else None


def obtain() -> Path:
    """Find a browser or install one; raises `NoBrowser`."""
    if found := find():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("  Chromium: apt-get install chromium ...", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "--quiet"], check=False, capture_output=True, env=quiet)
        install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium"]
        subprocess.run(install, check=False, capture_output=True, env=quiet)
        if found := find():
            return found
    print("  Chromium: playwright install chromium ...", flush=True)
    subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], check=False, capture_output=True
    )
    if found := find():
        return found
    raise NoBrowser(
        "The browser tests need Chromium and could not install it: install the package `chromium`, "
        "or name a browser in VANGNET_TEST_CHROMIUM."
    )


def main() -> int:
    """Say which browser the tests will use."""
    try:
        print(f"  Chromium: {obtain()}")
    except NoBrowser as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
