"""What a search says of how many there are is so, and paging gives each service once and no empty page."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.referrals.finding import paging
from services.referrals.social_map.models import EDITORIAL_TENANT
from shared.auth import Principal
from shared.contracts.service_search import MOST_OFFSET, AboutClient, FindServices, FoundServices
from tests.service.referrals.conftest import service
from tests.service.referrals.finding import find, put
from tests.support.service import ServiceUnderTest

MANY = 95
AGES = (0, 12, 18, 60)


@pytest.fixture
async def many(referrals: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> ServiceUnderTest:
    """More than two small parts: every third always open, each with a youngest age, for Aalst or Tielt, four of
    five for women alone, which no filter of the database knows."""
    monkeypatch.setattr(paging, "JUDGED", 20)
    monkeypatch.setattr(paging, "_PARTS", (20, 30, 50))
    await put(
        referrals,
        EDITORIAL_TENANT,
        *(
            service(
                f"Dienst {number:03}",
                description="Loket",
                minimum_age=AGES[number % len(AGES)],
                eligibility=[{"kind": "gender", "values": ["female"]}] if number % 5 else [],
                always_open=number % 3 == 0,
                service_areas=[
                    {"extent": "41002" if number % 2 else "37015", "extent_type": "nis", "name": "x"}
                ],
            )
            for number in range(MANY)
        ),
    )
    return referrals


def expected(wish: FindServices) -> set[str]:
    """By looking at each."""
    age = wish.client.age if wish.client else None
    man = wish.client is not None and wish.client.gender == "male"
    return {
        f"Dienst {number:03}"
        for number in range(MANY)
        if (not wish.open_now or number % 3 == 0)
        and (not wish.fitting_only or age is None or age >= AGES[number % len(AGES)])
        and (not wish.fitting_only or not man or number % 5 == 0)
        and (not wish.serves_place or not wish.place or number % 2)
    }


def wishes() -> st.SearchStrategy[FindServices]:
    return st.builds(
        FindServices,
        words=st.sampled_from(["loket", ""]),
        open_now=st.booleans(),
        fitting_only=st.booleans(),
        client=st.sampled_from(
            [None, AboutClient(age=5), AboutClient(age=15, gender="male"), AboutClient(gender="male")]
        ),
        place=st.sampled_from(["", "9300"]),
        serves_place=st.booleans(),
        limit=st.sampled_from([7, 20, 33, 50]),
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(wish=wishes())
async def test_pages_hold_each_service_once_and_say_how_many_there_are(
    many: ServiceUnderTest, reader: Principal, wish: FindServices
) -> None:
    want = expected(wish)
    seen: list[str] = []
    found = await turn(many, reader, wish, 0)
    while True:
        assert bool(found.hits) == bool(want), "a page is empty only when there is nothing"
        seen += [each.name for each in found.hits]
        assert len(seen) <= found.total <= len(want)
        assert found.at_least or found.total == len(want)
        if not found.more:
            break
        found = await turn(many, reader, wish, found.offset + len(found.hits))

    assert sorted(seen) == sorted(want)
    assert found.total == len(want)


async def turn(under_test: ServiceUnderTest, by: Principal, wish: FindServices, offset: int) -> FoundServices:
    answer = await under_test.post(
        "/services/search",
        FindServices(**{name: getattr(wish, name) for name in wish.__struct_fields__} | {"offset": offset}),
        by,
    )
    return under_test.read(answer, FoundServices)


@pytest.mark.parametrize("more", [{}, {"place": "9300"}, {"open_now": True}])
async def test_a_page_beyond_the_last_is_the_last(
    many: ServiceUnderTest, reader: Principal, more: dict[str, object]
) -> None:
    far = await find(many, reader, words="loket", limit=10, offset=MOST_OFFSET, **more)

    assert (far.offset, far.more, far.at_least) == ((far.total - 1) // 10 * 10, False, False)
    assert len(far.hits) == far.total - far.offset


async def test_of_very_many_only_the_best_are_judged_and_that_is_said(
    many: ServiceUnderTest, reader: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "_PARTS", (20, 30))

    man = AboutClient(gender="male")
    found = await find(many, reader, words="loket", client=man, fitting_only=True, limit=50)
    everybody = await find(many, reader, words="loket", client=man, limit=50)

    assert (found.at_least, found.more) == (True, False)
    assert found.total == len(found.hits) == 50 // 5
    assert (everybody.at_least, everybody.total) == (False, MANY), "when nothing is left out, all are counted"
