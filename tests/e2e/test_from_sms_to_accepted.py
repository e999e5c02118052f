"""S01 from the member's side: the SMS on her phone, a tap, and the call-out is hers; and the weekly test by its link."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.test_first_job import CALL_OUT, step, wait_for_state
from tests.support.pages import PHONE, Person
from tests.support.platform import RunningPlatform

NewPerson = Callable[..., Person]


def sms_about(platform: RunningPlatform, words: str, *, seconds: float = 30) -> dict[str, str]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for each in platform.texts():
            if words in each["text"]:
                return each
        time.sleep(0.2)
    raise AssertionError("no SMS came")


def owner_of(dispatcher: Person, platform: RunningPlatform, number: str) -> tuple[str, int]:
    """Whose number it is, by the mail that rang the same call-out."""
    for role in ("spot_worker", "spot_coordinator"):
        for which, account in enumerate(platform.accounts("pz_aalst", role)):
            if any(account.email in str(mail["to"]) and number in mail["text"] for mail in platform.mails()):
                return role, which
    raise LookupError(number)


TAPS = "+(sessionStorage.getItem('taps') || 0)"


def count_taps(member: Person) -> None:
    """From now on each tap of her finger on a page of the platform counts, whatever it hits."""
    member.page.add_init_script(
        f"addEventListener('click', tap => tap.isTrusted && sessionStorage.setItem('taps', {TAPS} + 1), true)"
    )


def taps_of(member: Person) -> int:
    counted: int = member.page.evaluate(TAPS)
    return counted


@pytest.mark.parametrize("eta", [0, 30], ids=["without a time of arrival", "with a time of arrival"])
def test_three_taps_at_most_from_the_sms_to_accepted(
    person: NewPerson, running_platform: RunningPlatform, eta: int
) -> None:
    dispatcher = person("pz_aalst", "dispatcher")
    dispatcher.open("/call-outs/new")
    dispatcher.page.get_by_label("Wat is er gebeurd?").select_option("suicide_attempt")
    dispatcher.page.get_by_label("Waar?").fill("Molenstraat 3, Aalst")
    dispatcher.page.get_by_label("Wat moet de collega weten om te vertrekken?").fill("Zoon vond zijn vader.")
    dispatcher.page.get_by_role("button", name="Start de oproep").click()
    dispatcher.page.wait_for_url(CALL_OUT)
    call_out = str(CALL_OUT.search(dispatcher.page.url)[0])  # type: ignore[index]

    sms = sms_about(running_platform, call_out)
    assert len(sms["text"]) <= 160
    assert "Molenstraat" not in sms["text"]
    # the dispatcher, who touches nothing, sees that the telephone has it
    expect(dispatcher.page.locator("main")).to_contain_text("Sms aangekomen om", timeout=20_000)

    # on her phone, still signed in: the link in the SMS, perhaps when she will be there, the one button
    role, which = owner_of(dispatcher, running_platform, call_out)
    member = person("pz_aalst", role, which=which, viewport=PHONE)
    count_taps(member)
    member.open("/dev/mail")
    member.page.locator(f"a[href$='{call_out}']").first.tap()
    button = member.page.locator("#next-step")
    expect(button).to_have_text(re.compile("Oproep aanvaarden"))
    if eta:
        member.page.get_by_role("radio", name=f"{eta} minuten").locator("xpath=..").tap()
    button.tap()
    expect(button).to_have_text(re.compile("Ik vertrek"))
    assert taps_of(member) == (3 if eta else 2)

    expect(dispatcher.page.locator("main")).to_contain_text("Aanvaard", ignore_case=True)
    wait_for_state(dispatcher, call_out, f"over ongeveer {eta} minuten" if eta else "aanvaard")
    # She is home again: whoever is rung next is free.
    for name in ("Ik vertrek", "Ik ben ter plaatse", "Oproep afsluiten"):
        step(member.page, name)
    member.page.get_by_role("button", name="Sluit de oproep af").click()
    member.page.wait_for_url(re.compile("/hours"))


def test_the_weekly_test_is_confirmed_by_its_link_without_signing_in(
    person: NewPerson, running_platform: RunningPlatform
) -> None:
    coordinator = person("pz_aalst", "spot_coordinator")
    coordinator.open("/on-call/self-tests")
    coordinator.page.get_by_role("button", name="Start nu een test").click()
    expect(coordinator.page.locator("main")).to_contain_text("De test is gestart")
    coordinator.check()
    assert coordinator.axe() == []

    link = re.search(r"/r/\S+", sms_about(running_platform, "/r/pz_aalst/")["text"])
    assert link is not None
    somebody = person(viewport=PHONE)
    somebody.open(link[0])
    somebody.page.get_by_role("button", name="Ik kreeg dit bericht").click()
    expect(somebody.page.locator("main")).to_contain_text("Dit bericht bereikt u: Sms")
    assert somebody.axe() == []

    coordinator.open("/on-call/self-tests")
    expect(coordinator.page.locator("main table").first).to_contain_text("bevestigd")


def test_a_number_is_proved_with_the_code_that_came_by_sms(
    person: NewPerson, running_platform: RunningPlatform
) -> None:
    member = person("pz_aalst", "spot_worker", which=1, viewport=PHONE)
    member.open("/account/messages")
    assert member.axe() == []
    member.page.get_by_label("Tweede nummer").fill("053 70 88 11")
    member.page.get_by_role("button", name="Nummers bewaren").click()
    expect(member.page.locator("main")).to_contain_text("nog niet bevestigd")
    member.page.locator("form[action$='/second_phone/code'] button").click()
    expect(member.page.locator("main")).to_contain_text("We stuurden een code naar uw tweede nummer")

    code = re.search(r"\d{6}", sms_about(running_platform, "uw code")["text"])
    assert code is not None
    member.page.get_by_label("Code van zes cijfers").fill(code[0])
    member.page.get_by_role("button", name="Bevestig de code").click()
    expect(member.page.locator("main")).to_contain_text("Bevestigd. Hier bereiken we u.")
    member.check()
