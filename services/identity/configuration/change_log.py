"""Keeps who changed which setting, from what to what, and tells the services that hold a copy."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.configuration.models import SettingChange
from shared import audit
from shared.auth import Principal
from shared.contracts.configuration import FieldChange
from shared.contracts.tenancy import TenantSettingsChanged
from shared.db import uuid7
from shared.outbox import publish


def note_change(
    session: AsyncSession,
    principal: Principal,
    action: str,
    area: str,
    *,
    now: datetime,
    key: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    valid_from: date | None = None,
    act: str = "saved",
) -> None:
    """Only the fields that differ are kept; the audit gets their names, what people typed stays out of it."""
    changes = differences(before or {}, after or {})
    session.add(
        SettingChange(
            id=uuid7(),
            area=area,
            key=key,
            at=now,
            changed_by=principal.user_id,
            act=act,
            valid_from=valid_from,
            changes=msgspec.to_builtins(changes),
        )
    )
    details: dict[str, object] = {"area": area, "key": key, "fields": [each.field for each in changes]}
    if valid_from is not None:
        details["valid_from"] = valid_from.isoformat()
    audit.record(session, principal, action, now=now, object_kind="setting", details=details)
    publish(
        session,
        TenantSettingsChanged(
            id=uuid7(), occurred_at=now, tenant=principal.tenant, actor=principal.user_id, what=area
        ),
    )


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[FieldChange]:
    """Field by field, in the order in which they are entered."""
    names = dict.fromkeys([*after, *before])
    return [
        FieldChange(name, _as_text(before.get(name)), _as_text(after.get(name)))
        for name in names
        if _as_text(before.get(name)) != _as_text(after.get(name))
    ]


def _as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return "; ".join(f"{key}: {value[key]}" for key in sorted(value))
        case list() | tuple() | set() | frozenset():
            return " ".join(sorted(str(each) for each in value))
        case _:
            return str(value)
