"""The roster of a period, and the settings by which people are rung."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.rosters.models import (
    PartnerZone,
    RosterSettings,
    Shift,
    length_in_minutes,
    wrong_period,
)
from shared.audit import AuditRow
from shared.auth import Permission, Principal
from shared.contracts import rostering as contract
from shared.contracts.configuration import FieldChange, SettingChange
from shared.db import Statement
from shared.errors import Invalid

_MOST_CHANGES = 200
_LONGEST_PERIOD = timedelta(days=400)
_MOMENT = DateTime(timezone=True)

_SETTINGS = Statement(select(RosterSettings.answer_minutes, RosterSettings.levels))
_OF_A_ZONE = ("name", "phone", "note", "active", "version")
_ZONES = Statement(select(*PartnerZone.__table__.columns).order_by(PartnerZone.name))
_SHIFTS = Statement(
    select(Shift.id, Shift.user_id, Shift.partner_zone_id, Shift.level, Shift.starts_at, Shift.ends_at)
    .where(
        Shift.starts_at < bindparam("until", type_=_MOMENT), Shift.ends_at > bindparam("from", type_=_MOMENT)
    )
    .order_by(Shift.starts_at, Shift.level)
)


async def shifts_between(
    session: AsyncSession, principal: Principal, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> list[contract.Shift]:
    """Every shift that has a part in the period, in order of its start."""
    principal.require(Permission.ROSTER_READ)
    wrong = wrong_period({"from": starts_at, "until": ends_at}, longest=_LONGEST_PERIOD, now=now)
    if wrong:
        raise Invalid(wrong)
    rows = await _SHIFTS.fetch(session, **{"from": starts_at, "until": ends_at})
    return [
        contract.Shift(
            shift_id=row["id"],
            user_id=row["user_id"],
            partner_zone_id=row["partner_zone_id"],
            level=row["level"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            minutes=length_in_minutes(row["starts_at"], row["ends_at"]),
        )
        for row in rows
    ]


async def partner_zones(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[contract.PartnerZone]:
    """All of them by name, also those that stand in no longer."""
    principal.require_any(Permission.ROSTER_READ, Permission.ON_CALL_READ)
    return [
        contract.PartnerZone(partner_zone_id=row["id"], **{name: row[name] for name in _OF_A_ZONE})
        for row in await _ZONES.fetch(session)
    ]


async def settings_changes(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[SettingChange]:
    """Who changed the minutes and the levels, newest first, as the audit kept it."""
    principal.require_any(Permission.ROSTER_MANAGE, Permission.TENANT_MANAGE, Permission.AUDIT_READ)
    rows = await session.scalars(
        select(AuditRow)
        .where(AuditRow.action == "change_settings", AuditRow.outcome == "done")
        .order_by(AuditRow.id.desc())
        .limit(_MOST_CHANGES)
    )
    return [_change(row) for row in rows]


def _change(row: AuditRow) -> SettingChange:
    """Its id is made from the row's number, which is unique in the tenant."""
    pairs = row.details.items()
    changed = [FieldChange(field, _text(old), _text(new)) for field, (old, new) in pairs if old != new]
    return SettingChange(
        change_id=UUID(int=row.id), area="on_call", key="", at=row.at, by=row.user_id, act="saved",
        valid_from=None, changes=changed,
    )  # fmt: skip


def _text(value: object) -> str:
    return " ".join(str(each) for each in value) if isinstance(value, list) else str(value)


async def roster_settings(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> contract.RosterSettings:
    principal.require(Permission.ROSTER_READ)
    (row,) = await _SETTINGS.fetch(session)
    return contract.RosterSettings(answer_minutes=row["answer_minutes"], levels=row["levels"])
