"""A geocoder of the tenant's choice: it places the house, and when it is away or wrong the municipality answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from aiohttp import web

from services.referrals.finding.geocoder import GEOCODER
from services.referrals.geography.belgium import belgium
from services.referrals.social_map.models import EDITORIAL_TENANT
from shared.auth import Principal
from shared.contracts.service_search import FoundServices
from tests.service.referrals.finding import find, put_at
from tests.support.service import ServiceUnderTest

HOUSE = "Vrijheidstraat 3, 9300 Aalst"
MIDDLE = belgium().of_postal_code("9300")
HERE = (50.9405, 4.0361)


class Geocoder:
    """A small server that answers as a test says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.says: Any = 200
        self.asked: list[tuple[str, bytes]] = []
        self.slow = asyncio.Event()
        self.slow.set()

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append((request.path_qs, await request.read()))
        await self.slow.wait()
        if isinstance(self.says, int):
            return web.Response(status=self.says, headers={"Location": "/elsewhere"})
        body = self.says if isinstance(self.says, bytes) else json.dumps(self.says).encode()
        return web.Response(body=body, content_type="application/json")


@pytest.fixture
async def geocoder(referrals: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Geocoder]:
    """One that is set up for the service, and an entry of the map at the house."""
    found = Geocoder()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/geocode"
    monkeypatch.setitem(cast("dict[str, Any]", referrals.service.carries), GEOCODER, url)
    await put_at(referrals, EDITORIAL_TENANT, "Opvang", {"latitude": HERE[0], "longitude": HERE[1]})
    yield found
    found.slow.set()
    await runner.cleanup()


async def from_house(service: ServiceUnderTest, by: Principal, place: str = HOUSE) -> FoundServices:
    return await find(service, by, words="opvang", place=place)


ANSWERS = {
    "its own form": {"latitude": HERE[0], "longitude": HERE[1]},
    "nominatim": [{"lat": str(HERE[0]), "lon": str(HERE[1]), "display_name": "Vrijheidstraat, Aalst"}, {}],
    "geopunt": {
        "LocationResult": [
            {
                "Municipality": "Aalst",
                "Location": {"Lat_WGS84": HERE[0], "Lon_WGS84": HERE[1], "X_Lambert72": 1},
            }
        ]
    },
    "geojson": {
        "type": "FeatureCollection",
        "features": [{"geometry": {"type": "Point", "coordinates": [HERE[1], HERE[0]]}, "properties": {}}],
    },
}


@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
async def test_the_house_is_placed_and_its_address_is_in_the_body_alone(
    referrals: ServiceUnderTest, geocoder: Geocoder, reader: Principal, said: Any
) -> None:
    geocoder.says = said

    found = await from_house(referrals, reader)

    assert found.origin is not None
    assert (found.origin.precision, found.origin.name) == ("address", "9300 Aalst")
    assert found.hits[0].distance_km == 0
    ((path, body),) = geocoder.asked
    assert path == "/geocode"
    assert json.loads(body) == {"address": HOUSE}


WRONG: dict[str, Any] = {
    "down": 503,
    "elsewhere": 302,
    "no json": b"<html>",
    "no letters": b"\xff\xfe",
    "knows no such place": b"null",
    "finds nothing": b"[]",
    "no numbers": b'[{"lat": "noord", "lon": "oost"}]',
    "off the earth": b'{"latitude": 950, "longitude": 4}',
    "not a number": b'{"latitude": "nan", "longitude": "nan"}',
    "another town": b'{"latitude": 51.05, "longitude": 3.72}',
    "another country": b'{"latitude": 48.85, "longitude": 2.35}',
    "something else": b'{"error": "quota"}',
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
async def test_what_is_away_or_wrong_leaves_the_municipality_and_says_so(
    referrals: ServiceUnderTest, geocoder: Geocoder, reader: Principal, answer: Any
) -> None:
    geocoder.says = answer

    found = await from_house(referrals, reader)

    assert MIDDLE is not None
    assert found.origin is not None
    assert (found.origin.precision, found.origin.latitude) == ("municipality", MIDDLE.latitude)
    assert found.place_unknown is False


async def test_a_slow_one_is_not_waited_for(
    referrals: ServiceUnderTest, geocoder: Geocoder, reader: Principal
) -> None:
    geocoder.says = ANSWERS["its own form"]
    geocoder.slow.clear()

    found = await from_house(referrals, reader)

    assert found.origin is not None
    assert found.origin.precision == "municipality"


async def test_nobody_is_asked_for_what_is_known_here(
    referrals: ServiceUnderTest, geocoder: Geocoder, reader: Principal
) -> None:
    geocoder.says = 503
    for place in ("9300", "Aalst", "9308 Gijzegem"):
        await from_house(referrals, reader, place)
    assert geocoder.asked == []
