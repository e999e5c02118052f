"""An administrator makes a type and a leaflet of the zone's own; a dispatcher, the figures and a worker have them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.pages import Person

pytestmark = pytest.mark.xdist_group("journeys")
ZONE = "pz_aalst"
CODE = "football_riots"
WORDS = {"nl": "Voetbalrellen", "fr": "Émeutes de football", "de": "Fußballkrawalle", "en": "Football riots"}


def test_a_type_of_the_zones_own_is_made_used_and_counted(person: Callable[..., Person]) -> None:
    administrator = person(ZONE, "administrator")
    administrator.open("/admin")
    administrator.page.get_by_role("link", name=re.compile("Feitensoorten")).first.click()
    administrator.page.get_by_role("link", name="Eigen soort toevoegen").click()
    administrator.page.locator("[name=code]").fill(CODE)
    for language, word in WORDS.items():
        administrator.page.locator(f"[name=label_{language}]").fill(word)
    administrator.page.locator("[name=group]").select_option("violence")
    administrator.page.get_by_role("button", name="Soort bewaren").click()
    expect(administrator.page.get_by_role("link", name=WORDS["nl"])).to_be_visible()
    assert administrator.axe() == []
    administrator.open("/admin/changes?area=incident_types")
    expect(administrator.page.get_by_role("heading", name=re.compile(WORDS["nl"])).first).to_be_visible()
    assert administrator.axe() == []

    # rostering and the gateway hear of it by event
    dispatcher = person(ZONE, "dispatcher")
    offered = dispatcher.page.locator(f"[name=incident_type] option[value={CODE}]")
    for _ in range(20):
        dispatcher.open("/call-outs/new")
        if offered.count():
            break
        dispatcher.page.wait_for_timeout(500)
    expect(offered).to_have_count(1)

    coordinator = person(ZONE, "spot_coordinator")
    coordinator.open("/statistics")
    expect(coordinator.page.get_by_role("heading", name="Oproepen per soort")).to_be_visible()
    assert coordinator.axe() == []
    coordinator.page.get_by_text("Hoe geteld").first.click()
    with coordinator.page.expect_download() as download:
        coordinator.page.get_by_role("link", name="CSV bewaren").click()
    assert re.fullmatch(r"cijfers-\d{4}-\d{2}-quarter\.csv", download.value.suggested_filename)
    counted = coordinator.page.locator("main a[href^='/statistics/call-outs']").first
    counted.click()
    expect(coordinator.page.get_by_role("heading", level=1)).to_be_visible()
    coordinator.check()


def test_a_leaflet_of_the_zones_own_is_written_looked_at_and_offered(person: Callable[..., Person]) -> None:
    administrator = person(ZONE, "administrator")
    page = administrator.page
    administrator.open("/admin")
    page.get_by_role("link", name=re.compile("Folders")).first.click()
    page.get_by_role("link", name="Eigen folder toevoegen").click()
    page.locator("[name=code]").fill("after_the_fair")
    page.locator("[name=title_nl]").fill("Na de kermis")
    administrator.expected_statuses |= {422}
    page.get_by_role("button", name="Toon de folder").click()
    expect(page.locator("[name=text_nl]")).to_have_attribute("aria-invalid", "true")
    page.locator("[name=text_nl]").fill("Bel ons gerust.\n\n## Wie helpt\n- Uw straathoekwerker")
    page.get_by_role("button", name="Toon de folder").click()
    expect(page.locator(".letter-preview__page")).to_be_visible()
    assert administrator.axe() == []
    page.get_by_role("button", name="Folder bewaren").click()
    expect(page.get_by_role("link", name="Na de kermis", exact=True)).to_be_visible()
    administrator.open("/admin/incident-types/burglary")
    page.get_by_label("Na de kermis").check()
    page.get_by_role("button", name="Soort bewaren").click()
    administrator.open("/admin/incident-types/burglary")
    expect(page.get_by_label("Na de kermis")).to_be_checked()

    worker = person(ZONE, "spot_worker")
    worker.open("/dossiers")
    worker.page.locator("main a[href^='/dossiers/0']").first.click()
    worker.open(f"{worker.page.url.split('?')[0]}/leaflets")
    expect(worker.page.get_by_label("Na de kermis")).to_be_visible()
