"""Planning and removing shifts, and changing how the tenant's people are rung."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.rosters.models import (
    PartnerZone,
    RosterSettings,
    Shift,
    check_levels,
    check_shift,
)
from services.rostering.rosters.rules import checked_zone
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import rostering as contract
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound
from shared.outbox import publish


class ShiftOverlaps(Conflict):
    """The person or the level is taken in that time."""

    code = "shift_overlaps"


class ShiftIsOver(Conflict):
    """Who was on duty is history and stays."""

    code = "shift_is_over"


class NameTaken(Conflict):
    """Another partner zone is called so."""

    code = "name_taken"


class ChangedMeanwhile(Conflict):
    """Somebody else changed it since the caller looked; `version` is what it is now."""

    code = "roster_changed_meanwhile"


async def plan_shift(
    session: AsyncSession, principal: Principal, command: contract.PlanShift, *, now: datetime
) -> contract.ShiftRef:
    """Enter a shift. Raises `Invalid`, and `ShiftOverlaps` also against one that is entered at the same moment."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await _locked_settings(session)
    check_shift(command, levels=settings.levels, now=now)
    if command.partner_zone_id is not None:
        await _require_zone(session, command.partner_zone_id)
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
    shift = Shift(
        id=uuid7(),
        user_id=command.user_id,
        partner_zone_id=command.partner_zone_id,
        level=command.level,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
    )
    session.add(shift)
    _announce(session, principal, "plan_shift", shift, now=now)
    return contract.ShiftRef(shift_id=shift.id)


async def remove_shift(
    session: AsyncSession, principal: Principal, shift_id: UUID, *, now: datetime
) -> contract.ShiftRef:
    """Take a shift that is not over yet off the roster."""
    principal.require(Permission.ROSTER_MANAGE)
    shift = await session.scalar(select(Shift).where(Shift.id == shift_id).with_for_update())
    if shift is None:
        raise NotFound
    if shift.ends_at <= now:
        raise ShiftIsOver
    await session.delete(shift)
    _announce(session, principal, "remove_shift", shift, now=now)
    return contract.ShiftRef(shift_id=shift.id)


async def change_settings(
    session: AsyncSession, principal: Principal, command: contract.ChangeRosterSettings, *, now: datetime
) -> contract.RosterSettings:
    """Change the minutes and the levels; call-outs that ring now keep the minutes they began with."""
    principal.require(Permission.ROSTER_MANAGE)
    check_levels(command.levels)
    settings = await _locked_settings(session)
    audit.record(
        session,
        principal,
        "change_settings",
        now=now,
        object_kind="roster_settings",
        details={
            "answer_minutes": [settings.answer_minutes, command.answer_minutes],
            "levels": [settings.levels, command.levels],
        },
    )
    settings.answer_minutes = command.answer_minutes
    settings.levels = command.levels
    return contract.RosterSettings(answer_minutes=settings.answer_minutes, levels=settings.levels)


async def keep_partner_zone(
    session: AsyncSession,
    principal: Principal,
    command: contract.KeepPartnerZone,
    partner_zone_id: UUID | None = None,
    *,
    now: datetime,
) -> contract.PartnerZoneRef:
    """Enter a partner zone or change one. Raises `Invalid`, `NotFound`, `NameTaken`, `ChangedMeanwhile`."""
    principal.require(Permission.ROSTER_MANAGE)
    name, phone, note = checked_zone(command)
    await _locked_settings(session)
    zone = PartnerZone(id=uuid7(), version=0)
    if partner_zone_id is None:
        session.add(zone)
    else:
        zone = await _zone(session, partner_zone_id)
        if command.version != zone.version:
            raise ChangedMeanwhile(details={"version": str(zone.version)})
    namesake = select(PartnerZone.id).where(PartnerZone.name == name, PartnerZone.id != zone.id)
    with session.no_autoflush:
        if await session.scalar(namesake) is not None:
            raise NameTaken
    zone.name, zone.phone, zone.note, zone.active = name, phone, note, command.active
    zone.version += 1
    audit.record(
        session,
        principal,
        "keep_partner_zone",
        now=now,
        object_kind="partner_zone",
        object_id=zone.id,
        details={"active": zone.active, "version": zone.version},
    )
    return contract.PartnerZoneRef(partner_zone_id=zone.id, version=zone.version)


async def _zone(session: AsyncSession, partner_zone_id: UUID) -> PartnerZone:
    zone = await session.get(PartnerZone, partner_zone_id)
    if zone is None:
        raise NotFound
    return zone


async def _require_zone(session: AsyncSession, partner_zone_id: UUID) -> None:
    """A partner zone that stands in now."""
    zone = await session.get(PartnerZone, partner_zone_id)
    if zone is None or not zone.active:
        raise Invalid({"partner_zone_id": "partner_zone_unknown"})


async def _locked_settings(session: AsyncSession) -> RosterSettings:
    """The settings, held until the commit: two changes of one roster come one after the other.

    An exclusion constraint would need the btree_gist extension, which not every server has.
    """
    return (await session.scalars(select(RosterSettings).with_for_update())).one()


def _announce(
    session: AsyncSession, principal: Principal, action: str, shift: Shift, *, now: datetime
) -> None:
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
