"""A tenant that wrote consents down before referrals kept its ledger loses none: they are told to it, once and in order."""

from datetime import UTC, date, datetime

import pytest

from services.cases.victim_support.commands import records
from services.cases.victim_support.models import Consent
from shared.auth import Principal
from shared.contracts.cases import ConsentChanged
from shared.db import driver_of
from tests.service.cases.conftest import brought_up_to_date, opened
from tests.support.service import ServiceUnderTest

MIGRATION = "0016_carry_consents"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def write(cases: ServiceUnderTest, worker: Principal, *purposes: str) -> list[Consent]:
    """As they stand in a tenant that ran before: nobody announced them."""
    ref = await opened(cases, worker)
    made = [
        Consent.record(
            ref.dossier_id, purpose, "given", on=date(2026, 1, 5), by=worker.user_id, at=NOW, way="spoken"
        )
        for purpose in purposes
    ]
    async with cases.transaction(worker.tenant) as session:
        session.add_all(made)
    return made


async def told(cases: ServiceUnderTest, tenant: str) -> list[ConsentChanged]:
    return [each for each in await cases.published(tenant) if isinstance(each, ConsentChanged)]


async def test_each_of_them_is_told_once_and_no_other_consent_is(
    cases: ServiceUnderTest, worker: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_CARRIED_AT_ONCE", 2)
    purposes = ("referral_caw", "referral_vk", "employer", "school", "referral_other", "referral_caw")
    made = await write(cases, worker, *purposes)
    await brought_up_to_date(cases, worker.tenant, MIGRATION)

    for _ in range(4):
        await cases.run_timers(datetime.now(UTC))

    heard = await told(cases, worker.tenant)
    assert [each.consent_id for each in heard] == [each.id for each in made if each.purpose != "employer"]
    assert {(each.state, each.on, each.earlier) for each in heard} == {("given", date(2026, 1, 5), True)}


async def test_told_again_it_is_the_same_word(cases: ServiceUnderTest, worker: Principal) -> None:
    await write(cases, worker, "referral_caw")
    for _ in range(2):
        await brought_up_to_date(cases, worker.tenant, MIGRATION)
        await cases.run_timers(datetime.now(UTC))

    assert len({each.id for each in await told(cases, worker.tenant)}) == 1


async def test_a_tenant_without_any_has_nothing_to_tell(cases: ServiceUnderTest, worker: Principal) -> None:
    await write(cases, worker, "employer")
    await brought_up_to_date(cases, worker.tenant, MIGRATION)

    async with cases.transaction(worker.tenant) as session:
        count = await driver_of(session).fetchval(
            "SELECT count(*) FROM platform.timers WHERE kind = $1", records.CARRY_CONSENTS
        )
    assert count == 0
