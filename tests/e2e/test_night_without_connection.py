"""A phone in a tunnel: the page stays, the next step waits honestly, and it counts exactly once when the connection is back."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.test_first_job import account_number, ask_for_help, step, whose_turn
from tests.support.pages import PHONE, Person
from tests.support.platform import RunningPlatform

NewPerson = Callable[..., Person]

KEPT = (
    "async () => (await (await caches.open('vangnet-night')).keys()).map(each => new URL(each.url).pathname)"
)
STEPS_SENT = "Onderweg"


def kept(page: Page) -> list[str]:
    found: list[str] = page.evaluate(KEPT)
    return found


def wait_until_kept(page: Page, call_out: str) -> None:
    page.wait_for_function(
        "path => navigator.serviceWorker.controller && caches.open('vangnet-night').then(c => c.keys())"
        ".then(all => all.some(each => new URL(each.url).pathname === path))",
        arg=call_out,
    )


def test_a_step_taken_without_connection_counts_once_when_it_is_back(
    person: NewPerson, running_platform: RunningPlatform
) -> None:
    dispatcher = person("pz_aalst", "dispatcher")
    call_out = ask_for_help(dispatcher)
    role, number = account_number(running_platform, whose_turn(running_platform, call_out))
    member = person("pz_aalst", role, which=number, viewport=PHONE)
    member.open(call_out)
    step(member.page, "Oproep aanvaarden")
    expect(member.page.locator("#next-step")).to_have_text(re.compile("Ik vertrek"))
    wait_until_kept(member.page, call_out)

    # In the tunnel she taps, and even loads the page anew: it says what is not sent yet.
    member.context.set_offline(True)
    step(member.page, "Ik vertrek")
    expect(member.page.locator("#not-sent")).to_contain_text("Nog niet verzonden")
    member.page.reload()
    expect(member.page.locator("h1")).to_contain_text("Gentsesteenweg 110, Aalst")
    expect(member.page.locator("#not-sent")).to_contain_text("Ik vertrek")

    # Out of it: sent once, and the next step is there.
    member.context.set_offline(False)
    expect(member.page.locator("#next-step")).to_have_text(re.compile("Ik ben ter plaatse"), timeout=30_000)
    expect(member.page.locator("#not-sent")).to_have_count(0)
    dispatcher.open(f"{call_out}?view=sheet")
    times = dispatcher.page.locator("section[aria-labelledby=times] li").filter(has_text=STEPS_SENT)
    expect(times).to_have_count(1)

    # Only this one page is on the phone, and nothing after she signed out.
    assert kept(member.page) == [call_out]
    member.page.goto("/account")
    member.page.locator("details.menu summary").click()
    member.page.get_by_role("button", name="Afmelden", exact=True).click()
    member.page.wait_for_url(re.compile("/sign-in"))
    member.page.wait_for_function("caches.keys().then(all => !all.includes('vangnet-night'))")
    waiting = member.page.evaluate(
        "new Promise(done => { const asked = indexedDB.open('vangnet', 1);"
        " asked.onsuccess = () => { const all = asked.result.objectStoreNames.contains('steps')"
        " ? asked.result.transaction('steps').objectStore('steps').count() : null;"
        " if (!all) done(0); else all.onsuccess = () => done(all.result); }; })"
    )
    assert waiting == 0
