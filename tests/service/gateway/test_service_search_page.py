"""Finding a service on the screen: what may be shared stands in the address, what is of a client never does."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from services.gateway.app import headers_of
from services.gateway.rendering import Tiles
from shared.auth import Permission
from shared.contracts.service_search import (
    FindServices,
    FoundNumber,
    FoundOrigin,
    FoundPlace,
    FoundRubric,
    FoundService,
    FoundServices,
    HelpLine,
    HelpLines,
    Meant,
    Opening,
    Reason,
    RubricChoice,
    SearchChoices,
    Widened,
)
from tests.service.gateway.conftest import issued
from tests.support.forms import form_of
from tests.support.neighbours import Neighbours

SERVICE, RUBRIC = uuid4(), uuid4()
DOSSIER = uuid4()


def found(**more: Any) -> FoundService:
    now = datetime.now(UTC)
    facts: dict[str, Any] = {
        "service_id": SERVICE,
        "layer": "shared",
        "name": "Slachtofferhulp",
        "organization_id": uuid4(),
        "organization": "CAW",
        "summary": "Hulp na een misdrijf",
        "alert": "",
        "rubrics": [FoundRubric(term_id=RUBRIC, name="Justitie")],
        "groups": ["victims"],
        "phones": [FoundNumber(number="+3253123456")],
        "email": "",
        "url": "https://caw.test",
        "languages": ["nl"],
        "places": [
            FoundPlace(
                location_id=uuid4(),
                line="Markt 1, 9300 Aalst",
                latitude=50.94,
                longitude=4.04,
                precision="municipality",
            )
        ],
        "distance_km": 3.2,
        "opening": Opening(state="open", until=now + timedelta(hours=1)),
        "verdict": "not",
        "reasons": [
            Reason(rule="age", verdict="not", asks=["12", "25"]),
            Reason(rule="gender", verdict="fits", asks=["female"]),
            Reason(rule="condition", verdict="unknown", asks=[], text="Met een verwijsbrief"),
        ],
        "serves": "",
        "areas": [],
        "capacity": None,
        "waiting_weeks": None,
        "waiting_text": "",
        "application_ways": [],
        "application": "",
        "wheelchair": True,
        "assured_at": now - timedelta(days=400),
        "check_at": now - timedelta(days=35),
        "stale": True,
    }
    return FoundService(**{**facts, **more})


def answer(*hits: FoundService, **more: Any) -> FoundServices:
    return FoundServices(**{"hits": list(hits), "total": len(hits), "offset": 0, "more": False, **more})


@pytest.fixture
def worker(browser: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    """Somebody who may look at the map and refer."""
    neighbours.of("identity")["POST /tokens"] = issued(Permission.SOCIAL_MAP_READ, Permission.REFERRAL_WRITE)
    browser.cookies.set("vangnet_session", "a-session", domain="vangnet.test")
    neighbours.of("referrals")["POST /services/search"] = answer(found())
    neighbours.of("referrals")["GET /services/search/choices"] = SearchChoices(
        rubrics=[RubricChoice(term_id=RUBRIC, name="Justitie", parent_id=None, services=4)],
        groups=["victims"],
        languages=["nl"],
        services=4,
    )
    return browser


async def test_words_and_filters_go_to_an_address_that_can_be_shared(worker: httpx.AsyncClient) -> None:
    form = form_of((await worker.get("/social-map")).text, "/social-map")

    sent = await worker.post(
        "/social-map", data={**form, "q": "slachtoffer", "open": "1", "rubric": str(RUBRIC)}
    )

    assert sent.status_code == 303
    assert sent.headers["Location"] == f"/social-map?q=slachtoffer&rubric={RUBRIC}&open=1"


async def test_what_is_of_a_client_is_in_no_address(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    form = form_of((await worker.get("/social-map")).text, "/social-map")

    sent = await worker.post(
        "/social-map", data={**form, "q": "hulp", "place": "Kerkstraat 3, 9300 Aalst", "age": "34"}
    )

    assert sent.status_code == 200
    assert "Location" not in sent.headers
    wish = msgspec.json.decode(neighbours.sent["referrals POST /services/search"], type=FindServices)
    assert (wish.words, wish.place, wish.client and wish.client.age) == (
        "hulp",
        "Kerkstraat 3, 9300 Aalst",
        34,
    )
    assert not any("Kerkstraat" in each or "34" in each.partition("?")[2] for each in neighbours.asked)
    assert 'value="Kerkstraat 3, 9300 Aalst"' in sent.text, "what was typed stays in the form"


async def test_each_rule_and_fact_of_a_service_is_one_line(worker: httpx.AsyncClient) -> None:
    page = (await worker.get("/social-map?q=hulp")).text

    for line in (
        "Van 12 tot en met 25 jaar",
        "Alleen voor: vrouw",
        "Met een verwijsbrief",
        "Nu open tot",
        "Toegankelijk met een rolstoel",
        "Verouderd: laatst nagekeken",
    ):
        assert line in page, line
    assert (
        page.index("Van 12 tot en met 25 jaar")
        < page.index("Alleen voor: vrouw")
        < page.index("Met een verwijsbrief")
    )
    assert 'href="tel:+3253123456"' in page
    assert f"/social-map/services/{SERVICE}" in page


async def test_a_distance_from_the_middle_of_a_municipality_says_so(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    origin = FoundOrigin(name="9300 Aalst", precision="municipality", latitude=50.9, longitude=4.0)
    neighbours.of("referrals")["POST /services/search"] = answer(found(), origin=origin)

    page = (await worker.get("/social-map?q=hulp")).text

    assert "3,2 km, op gemeenteniveau" in page
    assert "Afstand vanaf 9300 Aalst" in page


async def test_how_many_there_are_is_said_as_far_as_it_is_known(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    known = neighbours.of("referrals")
    known["POST /services/search"] = answer(found(), total=31, more=True)
    page = (await worker.get("/social-map?q=hulp")).text
    assert "31 diensten gevonden" in page
    assert "/social-map?q=hulp&amp;from=1" in page
    assert "Er zijn er nog meer" not in page

    known["POST /services/search"] = answer(found(), total=12, offset=11, at_least=True)
    page = (await worker.get("/social-map?q=hulp&from=999999")).text
    assert "Minstens 12 diensten gevonden" in page
    assert "12 tot 12 van minstens 12" in page
    assert "Er zijn er nog meer. Zoek nauwer" in page
    assert "Volgende diensten" not in page

    known["POST /services/search"] = answer(at_least=True)
    assert "daar is er geen bij" in (await worker.get("/social-map?q=hulp")).text


async def test_how_the_words_were_read_is_said(worker: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("referrals")["POST /services/search"] = answer(
        found(),
        meant=[Meant(typed="leefloom", meant=["leefloon"])],
        widened=[Widened(typed="leefloom", also=["bijstand"])],
        loosened=True,
        place_unknown=True,
    )

    page = (await worker.get("/social-map?q=leefloom")).text

    assert "“leefloom” kennen we niet" in page
    assert "Ook gezocht op: bijstand." in page
    assert "Geen dienst heeft al deze woorden" in page
    assert "We kennen deze plaats niet" in page


async def test_from_a_dossier_a_service_can_be_chosen_and_only_there(worker: httpx.AsyncClient) -> None:
    choose = f"/dossiers/{DOSSIER}/referrals/new?service={SERVICE}"

    assert choose in (await worker.get(f"/social-map?q=hulp&for={DOSSIER}")).text
    assert "referrals/new" not in (await worker.get("/social-map?q=hulp")).text


async def test_no_service_found_says_what_to_do(worker: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("referrals")["POST /services/search"] = answer()

    page = (await worker.get("/social-map?q=xylofoon")).text

    assert "Geen dienst gevonden" in page
    assert "Laat een filter weg" in page


async def test_without_words_the_rubrics_are_offered(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    page = (await worker.get("/social-map")).text

    assert f"/social-map?rubric={RUBRIC}" in page
    assert "referrals POST /services/search" not in neighbours.asked


@pytest.mark.parametrize(
    "query", ["rubric=no-id", "from=many", "q=" + "x" * 500, "for=no-id&q=x", "age=999&q=x"]
)
async def test_an_address_that_somebody_made_up_is_no_fault(worker: httpx.AsyncClient, query: str) -> None:
    assert (await worker.get(f"/social-map?{query}")).status_code in {200, 422}


async def test_an_age_that_is_none_is_said_at_its_field(worker: httpx.AsyncClient) -> None:
    form = form_of((await worker.get("/social-map")).text, "/social-map")

    for age in ("jong", "999"):
        sent = await worker.post("/social-map", data={**form, "q": "hulp", "age": age})
        assert sent.status_code == 422
        assert "#f-age" in sent.text


async def test_while_referrals_is_away_the_page_says_so_and_keeps_the_words(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")["POST /services/search"] = None

    page = await worker.get("/social-map?q=hulp")

    assert page.status_code in {422, 503}


async def test_a_role_without_the_map_has_no_page(browser: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.STAFF_MANAGE)
    browser.cookies.set("vangnet_session", "a-session", domain="vangnet.test")

    assert (await browser.get("/social-map")).status_code == 403


def line(number: str) -> HelpLine:
    texts = {each: f"{number} {each}" for each in ("nl", "fr", "de", "en")}
    return HelpLine(
        code=number, number=number, dial=number, group="violence", always_open=True, names=texts, what=texts,
        for_whom=texts, when=texts, languages=["nl"], cost="free", website="https://1712.be",
    )  # fmt: skip


async def test_the_help_lines_are_there_for_everybody_and_when_referrals_is_away(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fresh = await browser.get("/help-lines")
    neighbours.of("referrals")["GET /help-lines"] = HelpLines(lines=[line("1712")])
    known = await browser.get("/help-lines", headers={"Accept-Language": "fr"})
    neighbours.of("referrals")["GET /help-lines"] = None
    away = await browser.get("/help-lines")

    assert (fresh.status_code, known.status_code, away.status_code) == (200, 200, 200)
    assert 'href="tel:112"' in fresh.text
    assert 'href="tel:1712"' in known.text
    assert "1712 fr" in known.text
    assert 'href="tel:1712"' in away.text
    assert "/help-lines" in (await browser.get("/sign-in")).text


def test_images_come_from_elsewhere_only_where_the_tiles_do() -> None:
    tiles = Tiles("https://{s}.tiles.example/{z}/{x}/{y}.png", "")

    assert "img-src 'self' data:;" in headers_of(None)["Content-Security-Policy"]
    assert "img-src 'self' data: https://*.tiles.example;" in headers_of(tiles)["Content-Security-Policy"]
