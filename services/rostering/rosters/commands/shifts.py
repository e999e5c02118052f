"""Planning and removing a shift by hand: it holds at once, and who it concerns is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.rosters.commands.truth import (
    ShiftIsOver,
    ShiftOverlaps,
    become,
    locked_settings,
    new_shift,
    require_zone,
    tell,
    watch,
)
from services.rostering.rosters.models import Shift, check_shift, turn_of
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import rostering as contract
from shared.db import uuid7
from shared.errors import NotFound
from shared.outbox import publish


async def plan_shift(
    session: AsyncSession, principal: Principal, command: contract.PlanShift, *, now: datetime
) -> contract.ShiftRef:
    """Enter a shift. Raises `Invalid`, and `ShiftOverlaps` also against one that is entered at the same moment."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await locked_settings(session)
    check_shift(command, levels=settings.levels, now=now)
    if command.partner_zone_id is not None:
        await require_zone(session, command.partner_zone_id)
    taken = (
        select(Shift.id)
        .where(
            or_(Shift.user_id == command.user_id, Shift.level == command.level),
            Shift.starts_at < command.ends_at,
            Shift.ends_at > command.starts_at,
        )
        .limit(1)
    )
    overlapping = await session.scalar(taken)
    if overlapping is not None:
        raise ShiftOverlaps(details={"shift_id": str(overlapping)})
    turn = turn_of(
        command.level, command.user_id, command.partner_zone_id, command.starts_at, command.ends_at
    )
    shift = new_shift(turn, now=now)
    session.add(shift)
    announce_shift(session, principal, "plan_shift", shift, now=now)
    tell(session, principal, [], [turn], cause="planned", now=now)
    watch(session, principal.tenant, settings, now=now)
    return contract.ShiftRef(shift_id=shift.id)


async def remove_shift(
    session: AsyncSession, principal: Principal, shift_id: UUID, *, now: datetime
) -> contract.ShiftRef:
    """Take a shift off the roster; of one that runs already, only what is still to come: who had duty is history."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await locked_settings(session)
    shift = await session.scalar(select(Shift).where(Shift.id == shift_id).with_for_update())
    if shift is None:
        raise NotFound
    if shift.ends_at <= now:
        raise ShiftIsOver
    action = "end_shift" if shift.starts_at < now else "remove_shift"
    await become(session, principal, [shift], [], settings=settings, cause="removed", now=now)
    announce_shift(session, principal, action, shift, now=now)
    return contract.ShiftRef(shift_id=shift.id)


def announce_shift(
    session: AsyncSession, principal: Principal, action: str, shift: Shift, *, now: datetime
) -> None:
    """Keep who changed a shift, and say it to open pages."""
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="shift",
        object_id=shift.id,
        details={
            "user_id": str(shift.user_id) if shift.user_id else None,
            "partner_zone_id": str(shift.partner_zone_id) if shift.partner_zone_id else None,
            "level": shift.level,
            "starts_at": shift.starts_at.isoformat(),
            "ends_at": shift.ends_at.isoformat(),
        },
    )
    publish(
        session,
        contract.RosterChanged(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            shift_id=shift.id,
            user_id=shift.user_id,
            partner_zone_id=shift.partner_zone_id,
        ),
    )
