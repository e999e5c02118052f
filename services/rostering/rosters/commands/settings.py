"""How people are rung, where duty must be filled, who stands in, and the rotations that a draft is filled from."""

from datetime import datetime, time
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.rosters.commands.truth import ChangedMeanwhile, locked_settings, watch
from services.rostering.rosters.models import PARTNER_ZONE, PartnerZone, RotationRow
from services.rostering.rosters.rules import check_settings, checked_rotation, checked_zone
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import rostering as contract
from shared.contracts import rosters
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound


class NameTaken(Conflict):
    """Another partner zone is called so."""

    code = "name_taken"


async def change_settings(
    session: AsyncSession, principal: Principal, command: contract.ChangeRosterSettings, *, now: datetime
) -> contract.RosterSettings:
    """Change the minutes and the levels; call-outs that ring now keep the minutes they began with."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await locked_settings(session)
    wanted = {
        name: value
        for name, value in msgspec.structs.asdict(command).items()
        if value is not None and value != getattr(settings, name)
    }
    check_settings(command, required=wanted.get("required_levels", settings.required_levels))
    audit.record(
        session,
        principal,
        "change_settings",
        now=now,
        object_kind="roster_settings",
        details={name: [_told(getattr(settings, name)), _told(value)] for name, value in wanted.items()},
    )
    for name, value in wanted.items():
        setattr(settings, name, value)
    kept = [level for level in settings.required_levels if level in settings.levels]
    settings.required_levels = kept or settings.levels[:1]
    watch(session, principal.tenant, settings, now=now)
    return contract.RosterSettings(
        **{name: getattr(settings, name) for name in contract.RosterSettings.__struct_fields__}
    )


def _told(value: object) -> object:
    return value.isoformat() if isinstance(value, time) else value


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
    await locked_settings(session)
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


async def keep_rotation(
    session: AsyncSession,
    principal: Principal,
    command: rosters.KeepRotation,
    rotation_id: UUID | None = None,
    *,
    now: datetime,
) -> rosters.RotationRef:
    """Enter a rotation or change one; it counts when a draft is filled. Raises `Invalid`, `ChangedMeanwhile`."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await locked_settings(session)
    command = checked_rotation(command, levels=settings.levels)
    if command.level == PARTNER_ZONE:
        zones = await session.scalars(select(PartnerZone.id).where(PartnerZone.active))
        if not set(command.holders) <= set(zones):
            raise Invalid({"holders": "partner_zone_unknown"})
    row = RotationRow(id=uuid7(), version=0)
    if rotation_id is None:
        session.add(row)
    else:
        found = await session.get(RotationRow, rotation_id)
        if found is None:
            raise NotFound
        if command.version != found.version:
            raise ChangedMeanwhile(details={"version": str(found.version)})
        row = found
    for name, value in msgspec.structs.asdict(command).items():
        if name != "version":
            setattr(row, name, value)
    row.version += 1
    audit.record(
        session,
        principal,
        "keep_rotation",
        now=now,
        object_kind="rotation",
        object_id=row.id,
        details={"level": row.level, "kind": row.kind, "active": row.active, "version": row.version},
    )
    return rosters.RotationRef(rotation_id=row.id, version=row.version)
