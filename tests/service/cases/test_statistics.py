"""The dossiers and their aftercare in numbers: of all of them, also for who may open none."""

from datetime import UTC, date, datetime

import pytest

from shared.auth import Permission, Principal
from shared.contracts.aftercare import ChangeIncidentType, GoodbyeFacts, RecordConsent
from shared.contracts.bad_news import (
    BadNewsRecipient,
    BadNewsRef,
    DeliverBadNews,
    ReceiveBadNews,
    VerifyBadNews,
)
from shared.contracts.cases import DossierRef
from shared.contracts.statistics import CountedDossier, Statistics
from tests.service.cases.conftest import CARE, WORKER, field_codes, opened, person_in
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


async def brought(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> None:
    """Bad news of the own zone, told by two."""
    news = ReceiveBadNews(about="J.P.", recipients=[BadNewsRecipient(name="M.C.")], dossier_id=ref.dossier_id)
    path = f"/bad-news/{cases.read(await cases.post('/bad-news', news, by=by), BadNewsRef).bad_news_id}"
    assert (await cases.post(f"{path}/verify", VerifyBadNews(how="Gebeld"), by=by)).is_success
    told = DeliverBadNews(deliverers=[by.user_id], others="Inspecteur Claeys")
    assert (await cases.post(f"{path}/deliver", told, by=by)).is_success


async def test_what_is_done_in_the_aftercare_is_counted(
    cases: ServiceUnderTest, worker: Principal, chief: Principal
) -> None:
    now = datetime.now(UTC)
    for _ in range(5):
        ref = await opened(cases, worker, "disappearance")
        place, person = f"/dossiers/{ref.dossier_id}", await person_in(cases, ref, worker, last_name="Maes")
        goodbye = GoodbyeFacts(permission="not_needed", held_at=now)
        consent = RecordConsent(purpose="referral_caw", person_id=person, state="refused")
        later = ChangeIncidentType(incident_type="death_suspicious", version=1)
        for path, command in (("goodbyes", goodbye), ("consents", consent), ("type", later)):
            assert (await cases.post(f"{place}/{path}", command, by=worker)).is_success
        await brought(cases, ref, worker)

    found = await numbers(cases, chief)

    assert cells(found, "goodbyes")["mortuary"] == 5
    assert "referral_answers" not in {each.code for each in found.figures}, "referrals counts those, once"
    assert cells(found, "type_transitions") == {"disappearance>death_suspicious": 5, "others": 0}
    assert cells(found, "bad_news_brought") == {"own_zone": 5, "for_others": 0}


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
