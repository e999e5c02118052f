"""How the tenant is set up, with what was and what is planned, and who changed it."""

from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.configuration.models import SettingChange
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import configuration as contract

_MOST_CHANGES = 200


async def setting_changes(
    session: AsyncSession, principal: Principal, area: str, key: str, *, now: datetime
) -> list[contract.SettingChange]:
    """Newest first, of one area and key or of all."""
    principal.require_any(Permission.TENANT_MANAGE, Permission.AUDIT_READ, Permission.ROLE_MANAGE)
    # in the order in which they were made: `at` is when it was asked, and one may have waited for the other
    chosen = select(SettingChange).order_by(SettingChange.id.desc())
    if area:
        chosen = chosen.where(SettingChange.area == area)
    if key:
        chosen = chosen.where(SettingChange.key == key)
    found = await session.scalars(chosen.limit(_MOST_CHANGES))
    audit.record(session, principal, "read_setting_changes", now=now, object_kind="setting")
    return [
        contract.SettingChange(
            change_id=each.id,
            area=each.area,
            key=each.key,
            at=each.at,
            by=each.changed_by,
            act=each.act,
            valid_from=each.valid_from,
            changes=msgspec.convert(each.changes, list[contract.FieldChange]),
        )
        for each in found
    ]
