"""S50: an inspector passes a worry on from his phone; the SPoT takes it up in a dossier; he hears that, and no more."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.pages import PHONE, Person

pytestmark = pytest.mark.xdist_group("journeys")
ZONE = "pz_aalst"
PLACE = "Ledebaan 77, Aalst"
TEXT = "Kind van een jaar of vier, alleen in de tuin, in de regen."


def test_an_inspector_passes_a_worry_on_and_hears_that_it_is_taken_up(person: Callable[..., Person]) -> None:
    inspector = person(ZONE, "neighbourhood_inspector", viewport=PHONE)
    inspector.expected_statuses |= {422, 403}
    page = inspector.page
    inspector.open("/worries")
    page.get_by_role("link", name="Geef een zorg door").first.click()
    assert inspector.axe() == []

    # sent half empty, it says what is missing and keeps what was typed
    page.get_by_label("Kind in een verontrustende situatie").check()
    page.locator("[name=place]").fill(PLACE)
    page.locator("[name=text]").fill(TEXT)
    page.get_by_role("button", name="Geef door aan het SPoT").click()
    expect(page.get_by_role("heading", name="Kijk dit nog even na")).to_be_visible()
    expect(page.locator("[name=text]")).to_have_value(TEXT)

    # kept as a draft, it is there when he comes back
    page.get_by_role("button", name="Bewaar als klad").click()
    page.get_by_role("link", name="Schrijf verder aan uw klad").click()
    expect(page.locator("[name=text]")).to_have_value(TEXT)
    expect(page.get_by_label("Kind in een verontrustende situatie")).to_be_checked()
    page.get_by_label(re.compile("^Vandaag nog")).check()
    page.get_by_label("Vragen kon niet").check()
    page.get_by_label("Ja, ik moet het nog maken").check()
    page.get_by_role("button", name="Geef door aan het SPoT").click()
    line = page.locator("main a.item", has_text=PLACE)
    expect(line).to_contain_text("Doorgegeven")
    expect(line).to_contain_text("Uw PV moet nog gemaakt worden")
    inspector.check()

    dossier_id = take_up(person(ZONE, "spot_worker"))

    inspector.open("/worries/own")
    line = page.locator("main a.item", has_text=PLACE)
    expect(line).to_contain_text("Opgenomen")
    line.click()
    expect(page.get_by_text("Het SPoT nam uw zorg op")).to_be_visible()
    assert dossier_id not in page.content()
    page.get_by_role("button", name="Mijn PV is gemaakt").click()
    expect(page.get_by_text("Uw PV moet nog gemaakt worden")).to_have_count(0)
    assert inspector.axe() == []
    # what is the SPoT's stays the SPoT's
    refused = inspector.open("/dossiers")
    assert refused is not None
    assert refused.status == 403


def take_up(worker: Person) -> str:
    """In a new dossier, which begins with what was passed on; gives the dossier's id."""
    worker.open("/worries")
    assert worker.axe() == []
    worker.page.locator("main a.item", has_text=PLACE).click()
    expect(worker.page.get_by_text(TEXT)).to_be_visible()
    worker.page.get_by_role("button", name="Neem deze zorg op").first.click()
    worker.page.get_by_role("link", name="Open een dossier").click()
    expect(worker.page.locator("[name=place]")).to_have_value(PLACE)
    worker.page.locator("[name=incident_type]").select_option("other")
    worker.page.get_by_role("button", name="Open het dossier").click()
    expect(worker.page.get_by_role("heading", level=1)).to_be_visible()
    dossier_id = worker.page.url.rsplit("/", 1)[-1].partition("?")[0]
    worker.open("/worries")
    worker.page.locator("main a.item", has_text=PLACE).click()
    expect(worker.page.get_by_role("link", name="Ga naar het dossier")).to_be_visible()
    assert worker.axe() == []
    worker.check()
    return dossier_id
