"""S50: an inspector passes a worry on from his phone; the SPoT takes it up in a dossier; he hears that, and no more."""

import re
from collections.abc import Callable
from datetime import date, timedelta

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


def test_an_inspector_plans_his_own_hours_and_a_short_rest_warns(person: Callable[..., Person]) -> None:
    inspector = person(ZONE, "neighbourhood_inspector", viewport=PHONE)
    inspector.expected_statuses |= {422, 409}
    page = inspector.page
    day = date.today() + timedelta(days=70 - date.today().weekday())  # noqa: DTZ011 a Monday that the demo leaves empty
    for begins, ends in ((day, "22:00"), (day + timedelta(days=1), "14:00")):
        inspector.open(f"/hours?day={day}")
        page.locator("[name=starts_at]").fill(f"{begins}T{'14:00' if ends == '22:00' else '06:00'}")
        page.locator("[name=ends_at]").fill(f"{begins}T{ends}")
        page.locator("[name=area]").fill("Mijlbeek")
        page.get_by_role("button", name="Plan deze uren").click()
        expect(page.get_by_text("De uren staan in uw week.")).to_be_visible()
    expect(page.get_by_text("Te weinig rust voor deze dienst.")).to_be_visible()
    assert inspector.axe() == []

    page.locator("main a.item").last.click()
    page.locator("[name=starts_at]").fill(f"{day + timedelta(days=1)}T10:00")
    page.locator("[name=ends_at]").fill(f"{day + timedelta(days=1)}T18:00")
    assert inspector.axe() == []
    page.get_by_role("button", name="Bewaar deze uren").click()
    expect(page.get_by_text("Te weinig rust voor deze dienst.")).to_have_count(0)

    coordinator = person(ZONE, "spot_coordinator")
    coordinator.open(f"/hours/team?day={day}")
    expect(coordinator.page.get_by_text("Mijlbeek").first).to_be_visible()
    assert coordinator.axe() == []
