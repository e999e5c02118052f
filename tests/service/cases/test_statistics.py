"""The dossiers and their aftercare in numbers: of all of them, also for who may open none."""

from datetime import date

import pytest

from shared.auth import Permission, Principal
from shared.contracts.statistics import CountedDossier, Statistics
from tests.service.cases.conftest import CARE, WORKER, field_codes, opened
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


@pytest.fixture
def chief(tenant: str) -> Principal:
    return principal(tenant, Permission.STATISTICS_READ)


async def numbers(cases: ServiceUnderTest, by: Principal, **asked: str) -> Statistics:
    return cases.read(await cases.get("/statistics", by, **asked), Statistics)


def total(statistics: Statistics, code: str) -> int | None:
    return next(each.total for each in statistics.figures if each.code == code)


def cells(statistics: Statistics, code: str) -> dict[str, int | None]:
    figure = next(each for each in statistics.figures if each.code == code)
    return {each.key: each.value for each in figure.cells}


async def test_dossiers_and_recontacts_are_counted_and_small_numbers_hidden(
    cases: ServiceUnderTest, worker: Principal, chief: Principal
) -> None:
    for _ in range(5):
        await opened(cases, worker, "robbery_violence")
    await opened(cases, worker, "fire")

    found = await numbers(cases, chief)

    assert total(found, "dossiers_by_type") == 6
    assert cells(found, "dossiers_by_type")["fire"] is None
    assert cells(found, "dossiers_by_type")["robbery_violence"] == 5
    assert cells(found, "dossier_origin") == {"call_out": 0, "walk_in": 6}
    assert {each.code for each in found.figures} >= {"recontacts", "recontact_results", "persons_by_role"}


async def test_behind_a_number_stand_only_the_dossiers_that_one_sees_anyway(
    cases: ServiceUnderTest, worker: Principal, chief: Principal, tenant: str
) -> None:
    mine = await opened(cases, worker, "fire")
    reader = principal(tenant, *WORKER, Permission.STATISTICS_READ, compartments=CARE)
    theirs = await opened(cases, reader, "fire")
    asked = {
        "from": str((await numbers(cases, chief)).starts_on), "figure": "dossiers_by_type", "key": "fire",
    }  # fmt: skip

    listed = cases.read(await cases.get("/statistics/dossiers", reader, **asked), list[CountedDossier])

    assert [each.dossier_id for each in listed] == [theirs.dossier_id]
    assert mine.dossier_id != theirs.dossier_id
    assert (await cases.get("/statistics/dossiers", chief, **asked)).status_code == 403


async def test_only_whole_periods_are_counted_and_only_for_who_may(
    cases: ServiceUnderTest, worker: Principal, chief: Principal
) -> None:
    assert field_codes(await cases.get("/statistics", chief, **{"from": str(date(2026, 2, 3))})) == {
        "from": "period_not_offered"
    }
    assert (await cases.get("/statistics", worker)).status_code == 403


async def test_another_tenants_dossiers_count_nowhere_here(
    cases: ServiceUnderTest, worker: Principal, other_tenant: str
) -> None:
    for _ in range(5):
        await opened(cases, worker, "fire")

    assert (
        total(await numbers(cases, principal(other_tenant, Permission.STATISTICS_READ)), "dossiers_by_type")
        == 0
    )
