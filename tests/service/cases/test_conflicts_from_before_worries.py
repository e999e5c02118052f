"""Who was kept out of a dossier before worries listened is kept out of its worry too: it is told to them, once."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.cases.dossiers.commands import conflicts
from services.cases.dossiers.models import ConflictBlock
from shared.auth import Principal
from shared.contracts.cases import ConflictOfInterestDeclared
from shared.db import driver_of, uuid7
from tests.service.cases.conftest import brought_up_to_date, opened
from tests.support.service import ServiceUnderTest

MIGRATION = "0017_carry_conflicts"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def kept_out(cases: ServiceUnderTest, worker: Principal, *who: UUID) -> UUID:
    """As it stands in a tenant that ran before; returns the dossier."""
    ref = await opened(cases, worker)
    async with cases.transaction(worker.tenant) as session:
        session.add_all(
            ConflictBlock(
                id=uuid7(),
                dossier_id=ref.dossier_id,
                user_id=each,
                reason="related",
                declared_at=NOW,
                declared_by=worker.user_id,
            )
            for each in who
        )
    return ref.dossier_id


async def told(cases: ServiceUnderTest, tenant: str) -> list[ConflictOfInterestDeclared]:
    return [each for each in await cases.published(tenant) if isinstance(each, ConflictOfInterestDeclared)]


async def test_each_of_them_is_told_once(
    cases: ServiceUnderTest, worker: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflicts, "_CARRIED_AT_ONCE", 2)
    people = [uuid7() for _ in range(5)]
    dossier_id = await kept_out(cases, worker, *people)
    await brought_up_to_date(cases, worker.tenant, MIGRATION)

    for _ in range(4):
        await cases.run_timers(datetime.now(UTC))

    heard = await told(cases, worker.tenant)
    assert sorted(each.user_id for each in heard) == sorted(people)
    assert {(each.dossier_id, each.reason, each.actor) for each in heard} == {
        (dossier_id, "related", worker.user_id)
    }


async def test_told_again_it_is_the_same_word(cases: ServiceUnderTest, worker: Principal) -> None:
    await kept_out(cases, worker, uuid7())
    for _ in range(2):
        await brought_up_to_date(cases, worker.tenant, MIGRATION)
        await cases.run_timers(datetime.now(UTC))

    assert len({each.id for each in await told(cases, worker.tenant)}) == 1


async def test_a_tenant_without_any_has_nothing_to_tell(cases: ServiceUnderTest, worker: Principal) -> None:
    await opened(cases, worker)
    await brought_up_to_date(cases, worker.tenant, MIGRATION)

    async with cases.transaction(worker.tenant) as session:
        count = await driver_of(session).fetchval(
            "SELECT count(*) FROM platform.timers WHERE kind = $1 AND tenant = $2",
            conflicts.CARRY_CONFLICTS,
            worker.tenant,
        )
    assert count == 0
