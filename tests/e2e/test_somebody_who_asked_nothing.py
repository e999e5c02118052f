"""S44 as a social worker walks it on her phone: a signal, a visit in vain, a no; and a coordinator who says no too."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.pages import PHONE, Person

pytestmark = pytest.mark.xdist_group("journeys")
TENANT = "kortrijk"
PLACE = "Leiekaai 12, Kortrijk"
WHY = "Zij zei nee door de deur, maar er is geen verwarming."


def test_a_neighbours_signal_is_followed_until_the_person_says_no(person: Callable[..., Person]) -> None:
    worker = person(TENANT, "social_worker", viewport=PHONE)
    worker.expected_statuses |= {422}
    page = worker.page
    worker.open("/outreach/new")
    assert worker.axe() == []

    # an illness is not a fact; what was typed stays
    page.get_by_label("Waar woont of verblijft de persoon?").fill(PLACE)
    page.get_by_label("Brievenbus puilt uit").check()
    page.get_by_label("Iemand uit de omgeving").check()
    page.locator("[name=facts]").fill("De buur denkt dat zij dement is.")
    page.get_by_role("button", name="Neem een signaal op").click()
    expect(page.get_by_text("Hier staat een woord voor een ziekte").first).to_be_visible()
    page.locator("[name=facts]").fill("Al een week geen licht.")
    page.get_by_label("Ja, de melder wil horen dat het signaal er is").check()
    page.get_by_label("Telefoon of e-mail van de melder").fill("0470 00 00 92")
    page.get_by_role("button", name="Neem een signaal op").click()
    expect(page.get_by_role("heading", name="Contact zoeken")).to_be_visible()
    dossier = re.sub(r"[?#].*", "", page.url)
    assert "0470 00 00 92" not in page.content()
    expect(page.locator("textarea[name=text]")).to_have_count(0)
    assert worker.axe() == []

    # the neighbour hears that it came in, and is forgotten
    page.get_by_role("link", name="Laat 1 melder weten dat het signaal er is").click()
    expect(page.get_by_text("0470 00 00 92")).to_be_visible()
    assert worker.axe() == []
    page.get_by_role("button", name="Ik liet het weten: wis deze gegevens").click()
    expect(page.get_by_role("link", name=re.compile("^Laat 1 melder"))).to_have_count(0)

    for result in ("Niemand deed open", "Wil met rust gelaten worden"):
        page.locator("#outreach-step").click()
        page.get_by_label(result).check()
        assert worker.axe() == []
        page.get_by_role("button", name="Noteer de poging").click()
        page.wait_for_url(re.compile(r"/dossiers/[0-9a-f-]{36}"))
    expect(page.get_by_text("Gestopt: beslis hoe het verder gaat")).to_be_visible()

    page.locator("#outreach-decide").click()
    page.get_by_role("link", name="Verder zoeken").click()
    page.locator("[name=reason]").fill(WHY)
    assert worker.axe() == []
    page.get_by_role("button", name="Leg het voor aan een tweede persoon").click()
    expect(page.get_by_text("U stelde dit zelf voor.")).to_be_visible()

    coordinator = person(TENANT, "head_social_worker")
    coordinator.open(dossier)
    expect(coordinator.page.get_by_text(WHY)).to_be_visible()
    assert coordinator.axe() == []
    coordinator.page.get_by_role("button", name="Bevestig niet").click()

    worker.open(f"{dossier}/outreach/decide")
    page.get_by_label("Wil met rust gelaten worden").check()
    page.get_by_role("button", name="Beëindig het zoeken").click()
    expect(page.get_by_text("Beëindigd").first).to_be_visible()
    worker.open("/outreach")
    expect(page.get_by_text(PLACE)).to_have_count(0)
