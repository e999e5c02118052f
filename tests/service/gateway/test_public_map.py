"""The front door of the public map: for anybody, from any page, without cookies, and not without end."""

import httpx
import pytest

from services.gateway.pages.public_map import BURST, Allowance, AsWritten, TooManyQuestions
from tests.support.neighbours import Neighbours


def allowed(answer: httpx.Response) -> bool:
    """Any page may read it; the header is written as readers that mind its capitals look for it."""
    return (b"Access-Control-Allow-Origin", b"*") in answer.headers.raw


async def test_a_question_is_passed_on_and_its_answer_comes_back(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")["GET /hsds/zone/services"] = {"empty": True}
    answer = await browser.get("/hsds/zone/services?page=2")
    assert answer.status_code == 200
    assert answer.json() == {"empty": True}
    assert allowed(answer)
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "set-cookie" not in answer.headers


async def test_what_is_posted_reaches_referrals_and_nothing_of_who_is_signed_in(
    signed_in: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")["POST /hsds/zone/services/search"] = {"empty": True}
    answer = await signed_in.post("/hsds/zone/services/search", json={"postcode": "9300"})
    assert answer.status_code == 200
    assert neighbours.sent["referrals POST /hsds/zone/services/search"] == b'{"postcode":"9300"}'
    assert "identity POST /tokens" not in neighbours.asked


async def test_a_refusal_is_passed_on_as_it_is(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/hsds/nobody/services")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
    assert allowed(answer)


async def test_a_browser_that_asks_first_hears_that_it_may(browser: httpx.AsyncClient) -> None:
    answer = await browser.options("/hsds/zone/services")
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS"


async def test_no_other_door_of_referrals_can_be_reached(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")["GET /map/entries"] = {"secret": True}
    for path in ("/hsds/../map/entries", "/hsds/%2e%2e/map/entries", "/hsds/x/%2e%2e/%2e%2e/map/entries"):
        answer = await browser.get(httpx.URL("http://vangnet.test" + path))
        assert "secret" not in answer.text
    assert "referrals GET /map/entries" not in neighbours.asked


async def test_with_referrals_away_the_answer_says_so(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")["GET /hsds/zone/services"] = None
    answer = await browser.get("/hsds/zone/services")
    assert answer.status_code == 503
    assert allowed(answer)


async def test_an_address_that_asks_without_end_is_asked_to_wait(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")["GET /hsds/zone/services"] = {"empty": True}
    statuses = [(await browser.get("/hsds/zone/services")).status_code for _ in range(BURST + 100)]
    assert statuses[0] == 200
    assert 429 in statuses


def test_an_allowance_comes_back_with_time_and_is_each_address_s_own() -> None:
    allowance = Allowance()
    for _ in range(BURST):
        allowance.take("a", at=0.0)
    with pytest.raises(TooManyQuestions):
        allowance.take("a", at=0.0)
    allowance.take("b", at=0.0)
    allowance.take("a", at=10.0)


def test_the_name_of_a_header_keeps_its_capitals_when_the_server_makes_names_small() -> None:
    assert AsWritten(b"Access-Control-Allow-Origin").lower() == b"Access-Control-Allow-Origin"
