"""The smallest service there can be: it keeps counts of what it was told."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.app import Door
from shared.auth import Permission, Principal
from shared.contracts.event import Event
from shared.db import driver_of, uuid7
from shared.errors import NotFound
from shared.inbox import Subscriptions
from shared.outbox import publish
from shared.timers import schedule


class Count(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    by: int
    label: str = ""


class Counted(msgspec.Struct, frozen=True):
    total: int


class CountedUp(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "floor.counted_up.v1"
    AGGREGATE: ClassVar[str] = "counter_id"
    counter_id: UUID
    by: int


async def count_up(session: AsyncSession, principal: Principal, command: Count, *, now: datetime) -> Counted:
    principal.require(Permission.SELF)
    counter_id = uuid7()
    publish(
        session,
        CountedUp(id=uuid7(), occurred_at=now, tenant=principal.tenant, counter_id=counter_id, by=command.by),
    )
    audit.record(session, principal, "count_up", now=now, object_kind="counter", object_id=counter_id)
    total = await driver_of(session).fetchval("SELECT count(*) FROM idempotency_keys")
    return Counted(total)


async def look(session: AsyncSession, principal: Principal, counter_id: UUID, *, now: datetime) -> Counted:
    principal.require(Permission.DOSSIER_READ)
    raise NotFound


async def on_counted_up(session: AsyncSession, event: CountedUp, *, now: datetime) -> None:
    if event.by < 0:
        raise ValueError("negative")
    if event.by == 77:
        schedule(session, event.tenant, event.occurred_at, "again", event.counter_id)


RAN: list[UUID] = []


async def again(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
    RAN.append(ref)


@post("/counts", operation_id="countUp")
async def post_count(door: NamedDependency[Door], data: JSONBody[Count]) -> Counted:
    return await door.do(count_up, data)


@get("/counts/{counter_id:uuid}", operation_id="look")
async def get_count(door: NamedDependency[Door], counter_id: FromPath[UUID]) -> Counted:
    return await door.ask(look, counter_id)


ROUTES = [post_count, get_count]
SUBSCRIPTIONS: Subscriptions = {CountedUp: on_counted_up}
TIMERS = {"again": again}
