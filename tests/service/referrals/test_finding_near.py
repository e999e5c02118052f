"""Finding a service near somebody: distance, hidden addresses, and for whom a place is served."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.referrals.geography.distance import kilometres
from services.referrals.social_map.models import EDITORIAL_TENANT
from shared.auth import Principal
from shared.contracts.service_search import (
    FindServices,
    FoundServices,
    Point,
)
from shared.db import uuid7
from tests.service.referrals.conftest import service
from tests.service.referrals.finding import at, find, names, put, put_at
from tests.support.service import ServiceUnderTest


async def test_the_distance_is_from_a_place_and_says_how_exactly_it_is_known(
    referrals: ServiceUnderTest, reader: Principal
) -> None:
    await put_at(referrals, EDITORIAL_TENANT, "Opvang Gent", at("9000", "Gent"))
    await put_at(referrals, EDITORIAL_TENANT, "Opvang Aalst", {"latitude": 50.9380, "longitude": 4.0390})
    await put_at(referrals, EDITORIAL_TENANT, "Opvang ergens", {})

    found = await find(referrals, reader, words="opvang", place="Vrijheidstraat 3, 9300 Aalst")
    near = await find(referrals, reader, words="opvang", place="9300", within_km=10)
    nowhere = await find(referrals, reader, words="opvang", place="Atlantis")

    assert names(found) == ["Opvang Aalst", "Opvang Gent", "Opvang ergens"]
    assert found.origin is not None
    assert (found.origin.name, found.origin.precision) == ("9300 Aalst", "municipality")
    assert [place.precision for each in found.hits for place in each.places] == [
        "address",
        "municipality",
        "",
    ]
    assert found.hits[1].distance_km is not None
    assert 20 < found.hits[1].distance_km < 32
    assert names(near) == ["Opvang Aalst", "Opvang ergens"], "what has no place is not known to be far"
    assert (nowhere.place_unknown, nowhere.total) == (True, 3)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    points=st.lists(st.tuples(st.floats(50.7, 51.5), st.floats(2.6, 5.8)), min_size=1, max_size=12),
    origin=st.tuples(st.floats(50.7, 51.5), st.floats(2.6, 5.8)),
    within=st.floats(0.5, 120),
)
async def test_what_is_near_is_what_measuring_every_place_finds(
    referrals: ServiceUnderTest,
    reader: Principal,
    points: list[tuple[float, float]],
    origin: tuple[float, float],
    within: float,
) -> None:
    tag = f"m{uuid7().hex}"
    for number, (latitude, longitude) in enumerate(points):
        where = {"latitude": latitude, "longitude": longitude}
        await put_at(referrals, EDITORIAL_TENANT, f"{tag} {number}", where)

    wish = {"words": tag, "point": Point(latitude=origin[0], longitude=origin[1])}
    found = await find(referrals, reader, **wish, within_km=within, limit=50)
    everything = await find(referrals, reader, **wish, limit=50)

    measured = {f"{tag} {number}": kilometres(*origin, *each) for number, each in enumerate(points)}
    assert set(names(found)) == {name for name, far in measured.items() if far <= within}
    for each in everything.hits:
        assert each.distance_km == pytest.approx(measured[each.name], abs=0.06)


async def test_a_hidden_address_is_in_no_answer_and_gives_no_distance(
    referrals: ServiceUnderTest, reader: Principal
) -> None:
    secret = {**at("9300", "Aalst"), "latitude": 50.9411, "longitude": 4.0422, "hidden_address": True}
    await put_at(referrals, EDITORIAL_TENANT, "Vluchthuis", secret)

    answer = await referrals.post("/services/search", FindServices(words="vluchthuis", place="9300"), reader)

    (hit,) = referrals.read(answer, FoundServices).hits
    assert hit.distance_km is None
    assert [(place.hidden, place.line, place.latitude) for place in hit.places] == [(True, "", None)]
    assert "Markt" not in answer.text
    assert "50.9411" not in answer.text
    assert names(await find(referrals, reader, words="aalst")) == []


async def test_only_who_works_for_the_place_or_does_not_say_is_left(
    referrals: ServiceUnderTest, reader: Principal
) -> None:
    def area(code: str) -> list[dict[str, str]]:
        return [{"extent": code, "extent_type": "nis", "name": "x"}]

    await put(
        referrals,
        EDITORIAL_TENANT,
        service("Loket Aalst", service_areas=area("41002")),
        service("Loket Tielt", service_areas=area("37015")),
        service("Loket overal"),
    )

    here = await find(referrals, reader, words="loket", place="9300", serves_place=True)
    merged = await find(referrals, reader, words="loket", place="Meulebeke", serves_place=True)

    assert {each.name: each.serves for each in here.hits} == {"Loket Aalst": "yes", "Loket overal": "unknown"}
    assert names(merged) == ["Loket Tielt", "Loket overal"], "its old code is that of the merged municipality"
