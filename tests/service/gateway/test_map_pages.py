"""Entries of the map on the screen: look, edit, an own word, assure, two editors at once."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from shared.auth import Permission
from shared.contracts.map_entries import (
    EntriesToCheck,
    EntryChange,
    EntryLine,
    EntryRef,
    EntryView,
    FieldSource,
    Freshness,
    MapOrganization,
    MapService,
    PlaceView,
    PublicationView,
    Rubric,
    SaveEntry,
    SaveOverlay,
)
from shared.errors import Conflict, Invalid, ProblemDetails, details_of
from tests.service.gateway.conftest import PERSON, issued
from tests.support.forms import form_of
from tests.support.neighbours import Neighbours

SERVICE, OWNER, PLACE, TERM = uuid4(), uuid4(), uuid4(), uuid4()
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONTENT: dict[str, Any] = {
    "name": "Slachtofferhulp",
    "description": "Hulp na een misdrijf",
    "translations": {"fr": {"name": "Aide aux victimes"}},
    "status": "active",
    "phones": [{"id": str(uuid4()), "number": "+3253123456", "description": "Onthaal"}],
    "application_ways": ["phone"],
    "schedules": [{"freq": "WEEKLY", "byday": "MO,TU", "opens_at": "09:00", "closes_at": "12:00"}],
    "referral_contact": {"email": "intake@caw.test"},
    "minimum_age": 12,
    "required_documents": [{"document": "Identiteitskaart"}],
    "cost_options": [{"option": "Gesprek", "amount": 0}],
}


def entry(kind: str = "service", **more: Any) -> EntryView:
    facts: dict[str, Any] = {
        "entry_id": SERVICE,
        "kind": kind,
        "layer": "shared",
        "content": CONTENT,
        "version": 3,
        "freshness": Freshness(
            state="stale", assured_at=AT, by=str(PERSON), due_on=date(2027, 3, 2), check_months=12
        ),
        "changed_at": AT,
        "sources": {"name": FieldSource("shared", "import:sites", AT)},
        **more,
    }
    return EntryView(**facts)


def place(**content: Any) -> PlaceView:
    at_location = entry("service_at_location", content={})
    return PlaceView(at_location, entry("location", entry_id=PLACE, content=content))


@pytest.fixture
def reader(browser: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.SOCIAL_MAP_READ)
    browser.cookies.set("vangnet_session", "a-session", domain="vangnet.test")
    return browser


@pytest.fixture
def editor(reader: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.SOCIAL_MAP_READ, Permission.SOCIAL_MAP_EDIT)
    return reader


def answers(neighbours: Neighbours, service: EntryView, *places: PlaceView) -> None:
    owner = entry("organization", entry_id=OWNER, content={"name": "CAW Oost-Vlaanderen"})
    known = neighbours.of("referrals")
    known[f"GET /map/services/{SERVICE}"] = MapService(
        service=service, organization=owner, places=list(places), rubrics=["Slachtoffers"]
    )
    known[f"GET /map/organizations/{OWNER}"] = MapOrganization(
        organization=owner, services=[service], locations=[]
    )
    known[f"GET /map/entries/{SERVICE}"] = service
    known[f"GET /map/entries/{SERVICE}/history"] = [
        EntryChange(
            at=AT, action="update", field="phones", before=[{"number": "1"}], after=[{"number": "2"}], by=None,
            source="editors", layer="shared",
        )
    ]  # fmt: skip
    known[f"GET /map/entries/{OWNER}/history"] = []
    known["GET /map/rubrics"] = []
    known[f"POST /map/entries/{SERVICE}"] = EntryRef(SERVICE)
    known[f"POST /map/entries/{SERVICE}/overlay"] = EntryRef(SERVICE)


async def test_a_service_is_seen_with_all_that_one_needs(
    reader: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, entry(), place(addresses=[{"address_1": "Markt 1", "city": "Aalst"}]))
    page = await reader.get(f"/social-map/services/{SERVICE}")
    assert page.status_code == HTTPStatus.OK
    for text in (
        'href="tel:+3253123456"', "Identiteitskaart", "09:00 – 12:00", "Vanaf 12 jaar", "Markt 1", "CAW Oost-Vlaanderen",
        "intake@caw.test", "sites", "gratis", "verouderd",
    ):  # fmt: skip
        assert text in page.text, text
    assert f"/social-map/edit/{SERVICE}" not in page.text


async def test_a_secret_address_says_so_and_nothing_more(
    reader: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, entry(), place(hidden_address=True))
    assert "Geheim adres" in (await reader.get(f"/social-map/services/{SERVICE}")).text


async def test_from_a_dossier_the_service_can_be_chosen(
    reader: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.SOCIAL_MAP_READ, Permission.REFERRAL_WRITE)
    answers(neighbours, entry())
    dossier = uuid4()
    page = await reader.get(f"/social-map/services/{SERVICE}?for={dossier}")
    assert f"/dossiers/{dossier}/referrals/new?service={SERVICE}" in page.text
    page = await reader.get(f'/social-map/services/{SERVICE}?for=";')
    assert "referrals/new" not in page.text


async def test_an_organisation_is_seen_with_its_services(
    reader: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, entry())
    page = await reader.get(f"/social-map/organizations/{OWNER}")
    assert page.status_code == HTTPStatus.OK
    assert f"/social-map/services/{SERVICE}" in page.text


async def test_an_editor_saves_what_she_typed_and_keeps_the_rest(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, entry(may="edit", organization_id=OWNER))
    path = f"/social-map/edit/{SERVICE}"
    form = form_of((await editor.get(path)).text, path)
    answer = await editor.post(path, data={**form, "email": "hulp@caw.test"})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    command = msgspec.json.decode(neighbours.sent[f"referrals POST /map/entries/{SERVICE}"], type=SaveEntry)
    assert command.version == 3
    assert command.organization_id == OWNER
    assert command.content == {**CONTENT, "email": "hulp@caw.test"}


async def test_a_tenant_sends_only_where_it_differs(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, entry(may="overlay"))
    path = f"/social-map/edit/{SERVICE}"
    form = form_of((await editor.get(path)).text, path)
    await editor.post(path, data={**form, "email": "aalst@caw.test", "note": "Vraag naar Els"})
    sent = neighbours.sent[f"referrals POST /map/entries/{SERVICE}/overlay"]
    command = msgspec.json.decode(sent, type=SaveOverlay)
    assert command.fields == {"email": "aalst@caw.test"}
    assert command.note == "Vraag naar Els"


async def test_what_cannot_be_read_stays_typed_and_says_what_to_do(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, entry(may="edit"))
    path = f"/social-map/edit/{SERVICE}"
    form = form_of((await editor.get(path)).text, path)
    answer = await editor.post(path, data={**form, "name": "", "hours_WE": "soms"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="soms"' in answer.text
    assert 'href="#f-hours_WE"' in answer.text
    assert 'href="#f-name"' in answer.text


async def test_a_refused_field_is_marked_where_it_was_typed(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, entry(may="edit"))
    refusal = details_of(Conflict({"phones.1.number": "required", "url": "uri_wrong"}), "")
    neighbours.of("referrals")[f"POST /map/entries/{SERVICE}"] = msgspec.structs.replace(refusal, status=422)
    path = f"/social-map/edit/{SERVICE}"
    form = form_of((await editor.get(path)).text, path)
    answer = await editor.post(path, data={**form, "url": "nee"})
    assert 'href="#f-phone_1"' in answer.text
    assert "https://www.caw.be" in answer.text


async def test_the_second_of_two_editors_sees_both_versions(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, entry(may="edit"))
    path = f"/social-map/edit/{SERVICE}"
    form = form_of((await editor.get(path)).text, path)
    theirs = {**CONTENT, "description": "Van een ander"}
    neighbours.of("referrals")[f"GET /map/entries/{SERVICE}"] = entry(may="edit", content=theirs, version=4)
    neighbours.of("referrals")[f"POST /map/entries/{SERVICE}"] = ProblemDetails(
        type="", title="", status=409, code="changed_meanwhile", details={"changed_by": "", "changed_at": ""}
    )
    answer = await editor.post(path, data={**form, "description": "Van mij"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Van een ander" in answer.text
    assert "Van mij" in answer.text
    neighbours.of("referrals")[f"POST /map/entries/{SERVICE}"] = EntryRef(SERVICE)
    again = form_of(answer.text, path)
    answer = await editor.post(path, data={**again, "pick_description": "theirs"})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    command = msgspec.json.decode(neighbours.sent[f"referrals POST /map/entries/{SERVICE}"], type=SaveEntry)
    assert command.version == 4
    assert command.content["description"] == "Van een ander"


async def test_an_own_partner_and_its_address_are_made(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, entry(may="edit"))
    known = neighbours.of("referrals")
    known["POST /map/entries"] = EntryRef(SERVICE)
    known[f"POST /map/services/{SERVICE}/places"] = EntryRef(PLACE)
    path = f"/social-map/edit/new?kind=service&organization={OWNER}"
    form = form_of((await editor.get(path)).text, path)
    answer = await editor.post(path, data={**form, "name": "Eigen partner"})
    assert answer.headers["Location"] == f"/social-map/services/{SERVICE}"
    command = msgspec.json.decode(neighbours.sent["referrals POST /map/entries"], type=SaveEntry)
    assert (command.content["name"], command.organization_id) == ("Eigen partner", OWNER)
    path = f"/social-map/edit/place-of/{SERVICE}"
    form = form_of((await editor.get(path)).text, path)
    assert (await editor.post(path, data=form)).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = await editor.post(path, data={**form, "address_1": "Markt 1", "city": "Aalst"})
    assert answer.status_code == HTTPStatus.SEE_OTHER


async def test_who_looked_says_so_with_one_button(editor: httpx.AsyncClient, neighbours: Neighbours) -> None:
    answers(neighbours, entry(may="edit"))
    neighbours.of("referrals")[f"POST /map/entries/{SERVICE}/assure"] = EntryRef(SERVICE)
    path = f"/social-map/edit/{SERVICE}/assure"
    form = form_of((await editor.get(f"/social-map/services/{SERVICE}")).text, path)
    answer = await editor.post(path, data=form)
    assert answer.headers["Location"] == f"/social-map/services/{SERVICE}"
    assert b'"version":3' in neighbours.sent[f"referrals POST /map/entries/{SERVICE}/assure"]


async def test_hiding_keeps_what_the_tenant_says_otherwise(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    mine = {**CONTENT, "email": "aalst@caw.test"}
    answers(neighbours, entry(may="overlay", content=mine, overlaid=["email"], note="Els", overlay_version=2))
    path = f"/social-map/edit/{SERVICE}/hide"
    form = form_of((await editor.get(f"/social-map/services/{SERVICE}")).text, path)
    await editor.post(path, data=form)
    sent = neighbours.sent[f"referrals POST /map/entries/{SERVICE}/overlay"]
    command = msgspec.json.decode(sent, type=SaveOverlay)
    assert command == SaveOverlay(fields={"email": "aalst@caw.test"}, note="Els", hidden=True, version=2)


async def test_the_list_of_what_waits_for_a_look(editor: httpx.AsyncClient, neighbours: Neighbours) -> None:
    stale = entry().freshness
    line = EntryLine(
        entry_id=SERVICE, kind="service", layer="own", name="Oude dienst", organization="CAW", freshness=stale, may="edit"
    )  # fmt: skip
    known = neighbours.of("referrals")
    known["GET /map/to-check"] = EntriesToCheck([line], 1)
    known["GET /map/publication"] = PublicationView(scope="nothing", fixed=False)
    known["POST /map/publication"] = None
    page = await editor.get("/social-map/to-check")
    assert "Oude dienst" in page.text
    assert "/social-map/edit/new?kind=service" in page.text
    assert "Volgende" not in page.text

    known["GET /map/to-check"] = EntriesToCheck([line], 120, 50)
    page = await editor.get("/social-map/to-check?q=oude&start=50")
    assert "q=oude&amp;start=0" in page.text
    assert "q=oude&amp;start=51" in page.text
    known["GET /map/to-check"] = EntriesToCheck([], 0)
    assert "Niets gevonden" in (await editor.get("/social-map/to-check?q=niets")).text


async def test_who_goes_through_the_list_comes_back_to_it(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, entry(may="edit"))
    neighbours.of("referrals")[f"POST /map/entries/{SERVICE}/assure"] = EntryRef(SERVICE)
    path = f"/social-map/edit/{SERVICE}/assure"
    form = form_of((await editor.get(f"/social-map/services/{SERVICE}?check=1")).text, path)
    answer = await editor.post(path, data=form)
    assert answer.headers["Location"] == "/social-map/to-check"


async def test_a_rubric_an_area_and_free_places_are_typed_and_kept_when_refused(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, entry(may="edit"))
    known = neighbours.of("referrals")
    known["GET /map/rubrics"] = [Rubric(term_id=TERM, path=["Wonen", "Huurders"])]
    path = "/social-map/edit/new?kind=service"
    page = (await editor.get(path)).text
    assert "Wonen / Huurders" in page
    typed = {
        **form_of(page, path),
        "name": "A",
        "rubrics": str(TERM),
        "areas": "Aalst, Nergens",
        "places": "8",
    }
    refused = await editor.post(path, data=typed)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'aria-invalid="true"' in refused.text

    known["POST /map/entries"] = details_of(Invalid({"service_areas.1.name": "area_unknown"}), "")
    refused = await editor.post(path, data={**typed, "free": "2"})
    assert "We kennen deze plaats niet" in refused.text
    assert "Aalst, Nergens" in refused.text
    assert f'value="{TERM}" checked' in refused.text
    command = msgspec.json.decode(neighbours.sent["referrals POST /map/entries"], type=SaveEntry)
    assert command.content["attributes"] == [{"taxonomy_term_id": str(TERM), "link_type": "taxonomy_term"}]
    assert command.content["capacities"][0]["available"] == 2


async def test_who_only_reads_gets_no_form(reader: httpx.AsyncClient, neighbours: Neighbours) -> None:
    answers(neighbours, entry())
    for path in (f"/social-map/edit/{SERVICE}", "/social-map/edit/new", "/social-map/to-check"):
        assert (await reader.get(path)).status_code == HTTPStatus.FORBIDDEN
