"""What nobody can repeat any more is forgotten; what somebody still may is not."""

from datetime import UTC, datetime, timedelta

from shared.auth import Permission
from shared.db import driver_of, uuid7
from shared.lifecycle import Pruner
from tests.service.shared import floor
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

NOW = datetime.now(UTC)


def pruner_of(service: ServiceUnderTest) -> Pruner:
    return Pruner(service.database, key_days=30, inbox_days=60, seconds=1)


async def test_a_key_protects_until_its_days_are_over_and_is_then_forgotten(
    service: ServiceUnderTest, tenant: str, other_tenant: str
) -> None:
    by, pruner = principal(tenant, Permission.SELF), pruner_of(service)
    first = await service.post("/counts", floor.Count(1), by=by, key="a-key-of-a-form")
    await service.post("/counts", floor.Count(1), by=principal(other_tenant, Permission.SELF))

    assert await pruner.prune(tenant, now=NOW + timedelta(days=29)) == 0
    again = await service.post("/counts", floor.Count(1), by=by, key="a-key-of-a-form")
    assert await pruner.prune(tenant, now=NOW + timedelta(days=31)) == 1

    assert again.content == first.content
    assert len(await service.published(tenant)) == 1
    assert await _count(service, tenant, "idempotency_keys") == 0
    assert await _count(service, other_tenant, "idempotency_keys") == 1


async def test_an_event_is_remembered_longer_than_a_stream_can_send_it_again(
    service: ServiceUnderTest, tenant: str
) -> None:
    pruner = pruner_of(service)
    event = floor.CountedUp(id=uuid7(), occurred_at=NOW, tenant=tenant, counter_id=uuid7(), by=1)
    await service.deliver(event)

    assert await pruner.prune(tenant, now=NOW + timedelta(days=59)) == 0
    assert not await service.deliver(event)
    assert await pruner.prune(tenant, now=NOW + timedelta(days=61)) == 1

    assert await _count(service, tenant, "inbox") == 0


async def test_more_than_one_portion_goes(service: ServiceUnderTest, tenant: str) -> None:
    async with service.transaction(tenant) as session:
        await driver_of(session).execute(
            "INSERT INTO inbox (event_id, handled_at)"
            " SELECT gen_random_uuid(), $1 FROM generate_series(1, 10001)",
            NOW - timedelta(days=61),
        )

    assert await pruner_of(service).prune(tenant, now=NOW) == 10_001
    assert await _count(service, tenant, "inbox") == 0


async def test_a_tenant_that_went_meanwhile_is_passed_over(service: ServiceUnderTest) -> None:
    assert await pruner_of(service).prune("gone_since", now=NOW) == 0


async def test_the_streams_forget_before_the_inbox_does() -> None:
    from deploy.nats.streams import MAX_AGE
    from shared.settings import Settings

    assert timedelta(days=Settings().inbox_days).total_seconds() > MAX_AGE


async def _count(service: ServiceUnderTest, tenant: str, table: str) -> int:
    async with service.transaction(tenant) as session:
        return int(await driver_of(session).fetchval(f"SELECT count(*) FROM {table}"))
