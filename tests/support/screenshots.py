"""Pictures of the main pages, as somebody sees them: `python -m tests.support.screenshots [FOLDER]`."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.support import browser as chromium
from tests.support.pages import DESKTOP, PHONE, Person
from tests.support.platform import ROOT, RunningPlatform, platform


@dataclass(frozen=True)
class Picture:
    """One page by one person; a `link` is followed from there, to a page whose address has an id in it."""

    name: str
    role: str
    path: str
    link: str = ""


PICTURES = (
    Picture("dispatcher-start", "dispatcher", "/"),
    Picture("dispatcher-on-call", "dispatcher", "/on-call"),
    Picture("dispatcher-new-call-out", "dispatcher", "/call-outs/new"),
    Picture("dispatcher-call-out", "dispatcher", "/call-outs", "main a[href^='/call-outs/0']"),
    Picture("worker-start", "spot_worker", "/"),
    Picture("worker-tasks", "spot_worker", "/tasks"),
    Picture("worker-dossiers", "spot_worker", "/dossiers"),
    Picture("worker-dossier", "spot_worker", "/dossiers", "main a[href^='/dossiers/0']"),
    Picture("coordinator-roster", "spot_coordinator", "/roster"),
    Picture("coordinator-break-glass", "spot_coordinator", "/break-glass"),
    Picture("administrator-staff", "administrator", "/admin/staff"),
)
SIZES = {"wide": DESKTOP, "phone": PHONE}
SCHEMES = ("light", "dark")


def main() -> int:
    """Start a platform of our own, so that every run shows the same tenants on their first day."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".local" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="vangnet-screenshots-") as data,
        platform(Path(data)) as running,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=str(chromium.obtain()), chromium_sandbox=False, args=list(chromium.ARGUMENTS)
        )
        for size in SIZES:
            for scheme in SCHEMES:
                take_all(browser, running, folder, size, scheme)
        browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")
    return 0


def take_all(browser: Browser, running: RunningPlatform, folder: Path, size: str, scheme: str) -> None:
    """Each role signs in once and walks its pages."""
    for role in dict.fromkeys(picture.role for picture in PICTURES):
        somebody = Person(browser, running, viewport=SIZES[size], color_scheme=scheme)
        somebody.sign_in(running.account("pz_aalst", role))
        for picture in (each for each in PICTURES if each.role == role):
            take(somebody, picture, folder / f"{picture.name}-{size}-{scheme}.png")
        somebody.close()


def take(somebody: Person, picture: Picture, target: Path) -> None:
    """Go there and keep what is to be seen."""
    somebody.page.goto(picture.path)
    if picture.link:
        somebody.page.locator(picture.link).first.click()
        somebody.page.wait_for_load_state()
    somebody.page.screenshot(path=target, full_page=True)
    print(f"  {target.name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
