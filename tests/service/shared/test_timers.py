"""What must happen at a moment, happens once, also after a restart."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared import migrations
from shared.db import driver_of, uuid7
from shared.timers import TimerWorker, cancel, schedule
from tests.support.service import ServiceUnderTest

NOW = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)


class Ran:
    def __init__(self, *, fails: int = 0) -> None:
        self.refs: list[UUID] = []
        self.fails = fails

    async def __call__(self, session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError
        self.refs.append(ref)


def worker(service: ServiceUnderTest, kind: str, ran: Ran) -> TimerWorker:
    return TimerWorker(service.database, {kind: ran}, client=service.runtime.client)


@pytest.fixture
def kind(tenant: str) -> str:
    """A kind of timer that no other test has."""
    return f"kind_{tenant}"


async def set_timer(service: ServiceUnderTest, tenant: str, kind: str, due_at: datetime) -> UUID:
    ref = uuid7()
    async with service.transaction(tenant) as session:
        schedule(session, tenant, due_at, kind, ref)
    return ref


async def test_a_timer_runs_when_it_is_due_and_not_before(
    service: ServiceUnderTest, tenant: str, kind: str
) -> None:
    ran = Ran()
    ref = await set_timer(service, tenant, kind, NOW + timedelta(minutes=10))

    await worker(service, kind, ran).run_due(now=NOW + timedelta(minutes=10, microseconds=-1))
    assert ran.refs == []
    await worker(service, kind, ran).run_due(now=NOW + timedelta(minutes=10))
    assert ran.refs == [ref]
    await worker(service, kind, ran).run_due(now=NOW + timedelta(days=1))
    assert ran.refs == [ref]


async def test_two_workers_at_once_run_a_timer_once(
    service: ServiceUnderTest, tenant: str, kind: str
) -> None:
    ran = Ran()
    refs = [await set_timer(service, tenant, kind, NOW) for _ in range(10)]

    await asyncio.gather(*(worker(service, kind, ran).run_due(now=NOW) for _ in range(4)))

    assert sorted(ran.refs) == sorted(refs)


async def test_a_cancelled_timer_does_not_run(service: ServiceUnderTest, tenant: str, kind: str) -> None:
    ran = Ran()
    ref = await set_timer(service, tenant, kind, NOW)
    async with service.transaction(tenant) as session:
        await cancel(session, kind, ref)

    assert await worker(service, kind, ran).run_due(now=NOW) == 0
    assert ran.refs == []


async def test_a_timer_of_a_rolled_back_transaction_is_never_set(
    service: ServiceUnderTest, tenant: str, kind: str
) -> None:
    with pytest.raises(RuntimeError):
        await _set_and_fail(service, tenant, kind)

    assert await worker(service, kind, Ran()).run_due(now=NOW) == 0


async def _set_and_fail(service: ServiceUnderTest, tenant: str, kind: str) -> None:
    async with service.transaction(tenant) as session:
        schedule(session, tenant, NOW, kind, uuid7())
        raise RuntimeError


async def test_a_failing_timer_stays_and_is_tried_again(
    service: ServiceUnderTest, tenant: str, kind: str
) -> None:
    ran = Ran(fails=2)
    ref = await set_timer(service, tenant, kind, NOW)

    await worker(service, kind, ran).run_due(now=NOW)
    assert ran.refs == []
    await worker(service, kind, ran).run_due(now=NOW + timedelta(minutes=1))
    assert ran.refs == []
    await worker(service, kind, ran).run_due(now=NOW + timedelta(minutes=10))
    assert ran.refs == [ref]


async def test_what_a_timer_did_is_undone_with_it(service: ServiceUnderTest, tenant: str, kind: str) -> None:
    async def write_then_fail(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
        await driver_of(session).execute("INSERT INTO inbox (event_id) VALUES ($1)", ref)
        raise RuntimeError

    await set_timer(service, tenant, kind, NOW)
    await TimerWorker(service.database, {kind: write_then_fail}, client=service.runtime.client).run_due(
        now=NOW
    )

    async with service.transaction(tenant) as session:
        assert await driver_of(session).fetchval("SELECT count(*) FROM inbox") == 0


async def test_the_timers_of_a_removed_tenant_go_with_it(
    service: ServiceUnderTest, tenant: str, kind: str
) -> None:
    ran = Ran()
    await set_timer(service, tenant, kind, NOW)

    await migrations.remove("floor", service.urls.migration_url, tenant)
    await service.provision(tenant)

    assert await worker(service, kind, ran).run_due(now=NOW) == 0
    assert ran.refs == []
