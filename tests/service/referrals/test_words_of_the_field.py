"""Words that mean the same: kept by editors, dated, shared and a tenant's own."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.referrals.social_map.models import EDITORIAL_TENANT
from shared.auth import Permission, Principal
from shared.contracts.service_search import Language, SaveSynonyms, SynonymGroup
from tests.service.referrals.conftest import field_codes, problem, service
from tests.service.referrals.finding import find, names, put
from tests.support.clock import today
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


def saying(*words: str, seen: int = 0, days: int = 0, **more: Any) -> SaveSynonyms:
    said: dict[Language, list[str]] = {"nl": list(words)} if words else {}
    return SaveSynonyms(words=said, valid_from=today() + timedelta(days=days), seen=seen, **more)


async def groups_of(under_test: ServiceUnderTest, by: Principal, code: str) -> list[SynonymGroup]:
    answer = await under_test.get("/synonyms", by)
    return [each for each in under_test.read(answer, list[SynonymGroup]) if each.code == code]


async def test_words_that_editors_add_are_searched_from_their_day_on(
    referrals: ServiceUnderTest, noor: Principal, reader: Principal, stranger: Principal
) -> None:
    await put(referrals, EDITORIAL_TENANT, service("Fietsherstel"))
    words = ("velowerkplaats", "fietsherstel")

    assert (await referrals.post("/synonyms/bicycles", saying(*words, days=9), noor)).is_success
    assert names(await find(referrals, reader, words="velowerkplaats")) == []

    assert (await referrals.post("/synonyms/bicycles", saying(*words, seen=1), noor)).is_success
    for somebody in (reader, stranger):
        assert names(await find(referrals, somebody, words="velowerkplaats")) == ["Fietsherstel"]
    held, planned = await groups_of(referrals, noor, "bicycles")
    assert (held.valid_from, held.version, held.newest, held.by) == (today(), 2, 2, noor.user_id)
    assert (planned.valid_from, planned.version) == (today() + timedelta(days=9), 1)
    assert {each.by for each in await groups_of(referrals, stranger, "bicycles")} == {None}


async def test_the_second_of_two_editors_is_told_who_was_first(
    referrals: ServiceUnderTest, noor: Principal
) -> None:
    assert (await referrals.post("/synonyms/bicycles", saying("fiets", "velo"), noor)).is_success

    late = await referrals.post("/synonyms/bicycles", saying("fiets", "rijwiel"), noor)
    both = await asyncio.gather(
        *(referrals.post("/synonyms/bicycles", saying("fiets", word, seen=1), noor) for word in ("a1", "b2"))
    )

    assert problem(late) == (409, "changed_meanwhile")
    assert late.json()["details"]["changed_by"] == str(noor.user_id)
    assert sorted(each.status_code for each in both) == [200, 409]
    (held,) = await groups_of(referrals, noor, "bicycles")
    assert held.version == 2


async def test_a_tenants_own_words_are_its_own_and_hiding_a_group_ends_it(
    referrals: ServiceUnderTest, editor: Principal, reader: Principal, stranger: Principal
) -> None:
    await put(referrals, EDITORIAL_TENANT, service("Budgetbegeleiding"))
    mine = saying("spaarvarken", "budgetbegeleiding")
    assert (await referrals.post("/synonyms/piggy_bank", mine, editor)).is_success
    assert (await referrals.post("/synonyms/debts", saying(hidden=True), editor)).is_success

    assert names(await find(referrals, reader, words="spaarvarken")) == ["Budgetbegeleiding"]
    assert names(await find(referrals, stranger, words="spaarvarken")) == []
    assert names(await find(referrals, reader, words="schulden")) == []
    assert names(await find(referrals, stranger, words="schulden")) == ["Budgetbegeleiding"]
    assert await groups_of(referrals, stranger, "piggy_bank") == []


async def test_a_tenant_that_follows_again_has_the_shared_words_also_those_of_later(
    referrals: ServiceUnderTest, noor: Principal, editor: Principal, reader: Principal
) -> None:
    await put(referrals, EDITORIAL_TENANT, service("Budgetbegeleiding"))
    assert (await referrals.post("/synonyms/debts", saying("put", "kuil"), editor)).is_success
    assert names(await find(referrals, reader, words="schulden")) == []

    assert (await referrals.post("/synonyms/debts", saying(follows=True, seen=1), editor)).is_success
    assert names(await find(referrals, reader, words="schulden")) == ["Budgetbegeleiding"]
    later = saying("rood staan", "budgetbegeleiding")
    assert (await referrals.post("/synonyms/debts", later, noor)).is_success
    assert names(await find(referrals, reader, words="rood staan")) == ["Budgetbegeleiding"]

    refused = await referrals.post("/synonyms/debts", saying(follows=True, seen=1), noor)
    assert problem(refused) == (422, "synonyms_wrong"), "nobody is above the editorial office"


@pytest.mark.parametrize(
    ("words", "more", "wrong"),
    [
        (["een"], {}, {"words": "two_words"}),
        (["Een", "één"], {}, {"words": "two_words"}),
        (["een", "!!"], {}, {"words": "no_letters"}),
        ([], {"also": ["een", "twee"]}, {"words": "two_words"}),
        (["een", "twee"], {"days": -3}, {"valid_from": "in_the_past"}),
    ],
)
async def test_words_that_would_do_nothing_are_refused(
    referrals: ServiceUnderTest,
    editor: Principal,
    words: list[str],
    more: dict[str, Any],
    wrong: dict[str, str],
) -> None:
    assert field_codes(await referrals.post("/synonyms/x_y", saying(*words, **more), editor)) == wrong
    assert field_codes(await referrals.post("/synonyms/X-Y", saying("een", "twee"), editor)) == {
        "code": "code_wrong"
    }


async def test_who_does_not_keep_the_map_changes_no_words(
    referrals: ServiceUnderTest, tenant: str, reader: Principal
) -> None:
    nobody = principal(tenant, Permission.DOSSIER_READ)

    assert (await referrals.post("/synonyms/x_y", saying("een", "twee"), reader)).status_code == 403
    assert (await referrals.get("/synonyms", nobody)).status_code == 403
