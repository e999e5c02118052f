"""A partner without account, on a phone: the mail, the link, the code, the form, the answer; and what a stranger sees."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.pages import NARROW, PHONE, Person
from tests.support.platform import ROOT, RunningPlatform

pytestmark = pytest.mark.xdist_group("journeys")
ZONE = "pz_aalst"
NewPerson = Callable[..., Person]


def refer(platform: RunningPlatform, email: str, mobile: str = "", language: str = "nl") -> None:
    subprocess.run(
        [
            sys.executable, "-m", "tests.support.partners", str(platform.folder / "platform.json"), ZONE,
            email, mobile, language,
        ],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip


def arrived(
    found: Callable[[], list[dict[str, Any]]], wanted: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for each in found():
            if wanted(each):
                return each
        time.sleep(0.2)
    raise AssertionError("nothing came")


def link_in(platform: RunningPlatform, email: str) -> str:
    mail = arrived(platform.mails, lambda each: email in str(each["to"]) and "/partner/" in each["text"])
    assert "Els Claes" not in mail["text"]
    link = re.search(r"/partner/\S+", mail["text"])
    assert link is not None
    return link[0]


def test_a_partner_reads_and_answers_on_his_phone(
    person: NewPerson, running_platform: RunningPlatform
) -> None:
    email = "onthaal.slachtofferhulp@caw.example"
    refer(running_platform, email)
    link = link_in(running_platform, email)
    partner = person(viewport=PHONE)
    page = partner.page

    answer = partner.open(link)
    assert answer is not None
    assert answer.headers["referrer-policy"] == "strict-origin"
    assert "no-store" in answer.headers["cache-control"]
    assert "Els Claes" not in page.content()
    assert partner.axe() == []
    page.get_by_role("button", name="Stuur mij een code per mail").click()
    code_mail = arrived(
        running_platform.mails, lambda each: email in str(each["to"]) and "is uw code" in each["text"]
    )
    code = re.search(r"\b\d{6}\b", code_mail["text"])
    assert code is not None
    partner.open(link)
    page.get_by_role("link", name="Hebt u al een code? Geef ze in.").click()
    page.locator("[name=code]").fill("000000" if code[0] != "000000" else "111111")
    partner.expected_statuses.add(422)
    page.get_by_role("button", name="Open de doorverwijzing").click()
    expect(page.get_by_role("heading", name="Kijk dit nog even na")).to_be_visible()
    page.locator("[name=code]").fill(code[0])
    page.locator("[name=reader]").fill("An De Smet")
    page.get_by_role("button", name="Open de doorverwijzing").click()
    page.wait_for_url("**/partner/referral")

    expect(page.get_by_text("Els Claes")).to_be_visible()
    expect(page.get_by_text("Een gesprek na een overval in haar winkel.")).to_be_visible()
    partner.check()
    assert partner.axe() == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Bewaar als PDF").click()
    assert download.value.suggested_filename == "doorverwijzing.pdf"
    page.get_by_text("Dit kunnen we niet opnemen").click()
    page.get_by_role("button", name="Neem niet op").click()
    expect(page.get_by_role("heading", name="Kijk dit nog even na")).to_be_visible()
    page.get_by_role("button", name="Aanvaard de doorverwijzing").click()
    expect(page.get_by_text("Uw antwoord is verstuurd.")).to_be_visible()
    page.get_by_role("button", name="Meld een eerste contact").click()
    expect(page.locator("h1 ~ .tag, .head__title .tag")).to_contain_text("Eerste contact")
    partner.check()
    page.get_by_text("Wie dit las, en wanneer").click()
    expect(page.get_by_text("An De Smet").first).to_be_visible()
    page.get_by_role("button", name="Sluit de doorverwijzing").click()
    expect(page.get_by_role("heading", name="De doorverwijzing is gesloten")).to_be_visible()
    partner.expected_statuses.add(404)
    partner.open("/partner/referral")
    expect(page.get_by_role("heading", name="Open de link opnieuw")).to_be_visible()

    secret = link.rsplit("/", 1)[-1]
    assert secret not in running_platform.logs()
    assert email not in running_platform.logs()


def test_a_partner_who_speaks_french_gets_mail_sms_and_page_in_french(
    person: NewPerson, running_platform: RunningPlatform
) -> None:
    email, mobile = "accueil@aide.example", "+32470998877"
    refer(running_platform, email, mobile, "fr")
    partner = person(viewport=NARROW, java_script=False)
    partner.open(link_in(running_platform, email))
    page = partner.page
    page.get_by_role("button", name="Envoyez-moi un code par SMS").click()
    sms = arrived(running_platform.texts, lambda each: each["to"] == mobile and "votre code" in each["text"])
    code = re.search(r"\b\d{6}\b", sms["text"])
    assert code is not None
    page.locator("[name=code]").fill(code[0])
    page.get_by_role("button", name="Ouvrir l’orientation").click()
    expect(page.get_by_role("heading", name="Orientation", exact=True)).to_be_visible()
    partner.check()


def test_a_stranger_and_an_old_link_are_told_the_same(
    person: NewPerson, running_platform: RunningPlatform
) -> None:
    email = "oud@caw.example"
    refer(running_platform, email)
    old = link_in(running_platform, email)
    partner = person()
    partner.expected_statuses |= {404}
    said = []
    for link in (f"{old[:-1]}{'A' if old[-1] != 'A' else 'B'}", "/partner/pz_nowhere/abcdefgh", f"{old}x"):
        partner.open(link)
        said.append(partner.page.locator("main").inner_text())
    assert partner.axe() == []
    partner.page.get_by_role("button", name="Vraag een nieuwe link").click()
    expect(partner.page.get_by_role("heading", name="Kijk in uw mailbox")).to_be_visible()

    assert len(set(said)) == 1
    assert sum(email in str(each["to"]) for each in running_platform.mails()) == 1
