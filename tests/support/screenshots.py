"""Pictures of the pages that must be beautiful, as somebody sees them: `python -m tests.support.screenshots [FOLDER]`."""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.support import browser as chromium
from tests.support.pages import DESKTOP, PHONE, Person
from tests.support.platform import ROOT, Account, RunningPlatform, platform

TENANT = "pz_aalst"
SIZES = {"wide": DESKTOP, "phone": PHONE}
SCHEMES = ("light", "dark")
_TALLEST = 1500
_MAIL_SECONDS = 60


@dataclass(frozen=True)
class Picture:
    """One page; a `link` is followed from there, to a page whose address has an id in it."""

    name: str
    path: str
    link: str = ""


PICTURES = {
    "dispatcher": (Picture("2-board", "/on-call"),),
    "spot_worker": (
        Picture("3-dossier", "/dossiers", "main a[href^='/dossiers/0']"),
        Picture("5-work", "/tasks"),
    ),
    "spot_coordinator": (Picture("4-roster", "/roster"),),
}
"""The pages by who looks at them; the first one, of a call-out at night, is for whoever is rung."""


def main() -> int:
    """Start a platform of our own, so that every run shows the same tenants on their first day, and ask for help once."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="vangnet-screenshots-") as data,
        platform(Path(data)) as running,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=str(chromium.obtain()), chromium_sandbox=False, args=list(chromium.ARGUMENTS)
        )
        signed_in: dict[str, Any] = {}
        call_out = ask_for_help(browser, running, signed_in)
        member = whoever_is_rung(running, call_out)
        take_all(browser, running, member, (Picture("1-night", call_out),), folder, signed_in)
        for role, pictures in PICTURES.items():
            take_all(browser, running, running.account(TENANT, role), pictures, folder, signed_in)
        browser.close()
    taken = list(folder.glob("*.png"))
    size = sum(each.stat().st_size for each in taken)
    print(f"{len(taken)} pictures in {folder}, {size / 1e6:.1f} MB")
    return 0


def as_somebody(
    browser: Browser, running: RunningPlatform, account: Account, signed_in: dict[str, Any], **options: Any
) -> Person:
    """A browser in which this person is signed in; each signs in once, and goes on with the same cookies."""
    somebody = Person(browser, running, **options)
    if account.email in signed_in:
        somebody.context.add_cookies(signed_in[account.email])
    else:
        somebody.sign_in(account)
        signed_in[account.email] = somebody.context.cookies()
    return somebody


def ask_for_help(browser: Browser, running: RunningPlatform, signed_in: dict[str, Any]) -> str:
    """The dispatcher starts a call-out, so that somebody is rung; its address."""
    dispatcher = as_somebody(browser, running, running.account(TENANT, "dispatcher"), signed_in)
    page = dispatcher.page
    page.goto("/call-outs/new")
    page.locator("[name=incident_type]").first.select_option("death_traffic")
    page.locator("[name=place]").fill("Gentsesteenweg 120, 9300 Aalst")
    page.locator("[name=summary]").fill(
        "Ouders van het slachtoffer zijn ter plaatse. Slecht nieuws is nog niet gebracht."
    )
    page.locator("[name=contact_phone]").fill("0470 11 22 33")
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    page.locator("[name=safety]").fill("Drukke baan, parkeer achter het politievoertuig.")
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    page.wait_for_url("**/call-outs/0*")
    path = page.url.removeprefix(running.url).split("?")[0]
    dispatcher.close()
    return path


def whoever_is_rung(running: RunningPlatform, call_out: str) -> Account:
    """The person whose mail has the call-out's link."""
    deadline = time.monotonic() + _MAIL_SECONDS
    accounts = {account["email"]: Account(**account) for account in running.facts["accounts"]}
    while time.monotonic() < deadline:
        for mail in running.mails():
            if call_out in mail["text"] and mail["to"][0] in accounts:
                return accounts[mail["to"][0]]
        time.sleep(0.2)
    raise LookupError(f"nobody was told of {call_out}")


def take_all(
    browser: Browser,
    running: RunningPlatform,
    account: Account,
    pictures: tuple[Picture, ...],
    folder: Path,
    signed_in: dict[str, Any],
) -> None:
    """Every picture of one person at each size in each scheme."""
    for size, viewport in SIZES.items():
        for scheme in SCHEMES:
            somebody = as_somebody(
                browser, running, account, signed_in, viewport=viewport, color_scheme=scheme
            )
            for picture in pictures:
                take(somebody, picture, folder / f"{picture.name}-{size}-{scheme}.png")
            somebody.close()


def take(somebody: Person, picture: Picture, target: Path) -> None:
    """Go there and keep what is to be seen, from the top."""
    page = somebody.page
    page.goto(picture.path)
    if picture.link:
        links = page.locator(picture.link)
        rich = links.filter(has_text="geweld")
        (rich if rich.count() else links).first.click()
        page.wait_for_load_state()
    assert page.viewport_size is not None
    width, seen = page.viewport_size["width"], page.viewport_size["height"]
    whole = int(page.evaluate("document.documentElement.scrollHeight"))
    # on a phone what is fixed to the bottom would stand in the middle of a longer picture
    height = seen if page.viewport_size == PHONE else min(whole, _TALLEST)
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    page.screenshot(path=target, full_page=True, clip=clip)  # type: ignore[arg-type]  # four floats
    print(f"  {target.name}: {target.stat().st_size // 1000} kB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
