"""What somebody can do with his own hours: plan, change, remove. Nobody approves it; warnings stand on his week."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.own_hours.models import ChangedMeanwhile, HoursOverlap, OwnHours
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.own_hours import ACTIVITIES, ChangeHours, HoursRef, PlanHours, RemoveHours
from shared.db import driver_of, uuid7
from shared.errors import Invalid, NotFound

_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtext('own hours'), hashtext($1))"
_LONGEST: Final = timedelta(hours=24)
_FARTHEST: Final = timedelta(days=400)
_BACK: Final = timedelta(days=62)
"""How long afterwards one may still put one's hours right."""


async def plan_hours(
    session: AsyncSession, principal: Principal, command: PlanHours, *, now: datetime
) -> HoursRef:
    """Raises `Invalid`, `HoursOverlap`; a rest that is too short is no reason to refuse."""
    principal.require(Permission.HOURS_PLAN)
    _check(command, now)
    block = OwnHours(id=uuid7(), user_id=principal.user_id, version=1)
    await _put(session, principal, command, block, now=now)
    session.add(block)
    return _noted(session, principal, "plan_hours", block.id, now=now)


async def change_hours(
    session: AsyncSession, principal: Principal, command: ChangeHours, block_id: UUID, *, now: datetime
) -> HoursRef:
    """One's own; another's does not exist."""
    principal.require(Permission.HOURS_PLAN)
    _check(command, now)
    block = await session.get(OwnHours, block_id, with_for_update=True)
    if block is None or block.user_id != principal.user_id:
        raise NotFound
    if block.version != command.version:
        raise ChangedMeanwhile(details={"changed_at": block.changed_at.isoformat()})
    await _put(session, principal, command, block, now=now)
    block.version += 1
    return _noted(session, principal, "change_hours", block.id, now=now)


async def remove_hours(
    session: AsyncSession, principal: Principal, command: RemoveHours, block_id: UUID, *, now: datetime
) -> HoursRef:
    principal.require(Permission.HOURS_PLAN)
    block = await session.get(OwnHours, block_id, with_for_update=True)
    if block is None or block.user_id != principal.user_id:
        raise NotFound
    await session.delete(block)
    return _noted(session, principal, "remove_hours", block_id, now=now)


async def _put(
    session: AsyncSession,
    principal: Principal,
    command: PlanHours | ChangeHours,
    block: OwnHours,
    *,
    now: datetime,
) -> None:
    """Two devices at once come one after the other. Raises `HoursOverlap`."""
    await driver_of(session).execute(_ONE_AT_A_TIME, str(principal.user_id))
    other = await session.scalar(
        select(OwnHours.id)
        .where(
            OwnHours.user_id == principal.user_id,
            OwnHours.id != block.id,
            OwnHours.starts_at < command.ends_at,
            OwnHours.ends_at > command.starts_at,
        )
        .limit(1)
    )
    if other is not None:
        raise HoursOverlap
    block.starts_at, block.ends_at = command.starts_at, command.ends_at
    block.activity, block.area, block.changed_at = command.activity, command.area.strip(), now


def _check(command: PlanHours | ChangeHours, now: datetime) -> None:
    """Raises `Invalid`."""
    wrong = {} if command.activity in ACTIVITIES else {"activity": "not_a_choice"}
    for name, moment in (("starts_at", command.starts_at), ("ends_at", command.ends_at)):
        if moment.tzinfo is None:
            raise Invalid({name: "without_time_zone"})
    if command.ends_at <= command.starts_at:
        wrong["ends_at"] = "ends_before_start"
    elif command.ends_at - command.starts_at > _LONGEST:
        wrong["ends_at"] = "too_far"
    if not now - _BACK <= command.starts_at <= now + _FARTHEST:
        wrong["starts_at"] = "too_far"
    if wrong:
        raise Invalid(wrong)


def _noted(
    session: AsyncSession, principal: Principal, action: str, block_id: UUID, *, now: datetime
) -> HoursRef:
    audit.record(session, principal, action, now=now, object_kind="own_hours", object_id=block_id)
    return HoursRef(block_id=block_id)
