"""The plan by which victims are contacted again: the law's and practice's days, and the tenant's own over them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.configuration.copy import configuration_here
from services.cases.dossiers.deadlines import local_day
from services.cases.victim_support.models import OwnRecontactRule
from services.cases.victim_support.recontact_plan import PlanLine, line_for
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.aftercare import RecontactRule
from shared.contracts.configuration import FieldChange, SettingChange

_MOST_CHANGES = 200


async def recontact_plan(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[RecontactRule]:
    """The plan of today, a line for each type of incident, with what was chosen for later."""
    principal.require_any(Permission.DOSSIER_READ, Permission.TENANT_MANAGE)
    today = local_day(now)
    chosen = await _chosen(session)
    plan = []
    offered = (await configuration_here(session)).types_on(today)
    for incident_type, kind in offered.items():
        line = line_for(incident_type, today)
        if line is None or kind.hidden:
            continue
        own = [each for each in chosen if each.incident_type == incident_type]
        now_valid = [each for each in own if each.valid_from <= today]
        later = [each for each in own if each.valid_from > today]
        current = now_valid[-1] if now_valid else None
        following = [each for each in later if each.valid_from == later[0].valid_from][-1] if later else None
        plan.append(
            RecontactRule(
                incident_type=incident_type,
                days=_days(current, line) if kind.recontact or line.compulsory else [],
                compulsory=line.compulsory,
                default_days=line.days,
                own_from=current.valid_from if current else None,
                next_days=following.days if following else [],
                next_from=following.valid_from if following else None,
                switched_on=kind.recontact or line.compulsory,
                source=line.source,
                certainty=line.certainty,
            )
        )
    return plan


async def recontact_changes(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[SettingChange]:
    """Who chose which days for a type, from what held until then on that day, newest first."""
    principal.require_any(Permission.TENANT_MANAGE, Permission.AUDIT_READ)
    audit.record(session, principal, "read_setting_changes", now=now, object_kind="setting")
    chosen = await _chosen(session)
    changes = [
        SettingChange(
            change_id=each.id,
            area="recontact_plan",
            key=each.incident_type,
            at=each.set_at,
            by=each.set_by,
            act="saved",
            valid_from=each.valid_from,
            changes=[FieldChange("recontact_days", _text(before), _text(each.days))]
            if before != each.days
            else [],
        )
        for each in chosen
        for before in [_before(each, chosen)]
    ]
    return sorted(changes, key=lambda each: each.at, reverse=True)[:_MOST_CHANGES]


async def _chosen(session: AsyncSession) -> Sequence[OwnRecontactRule]:
    found = await session.scalars(
        select(OwnRecontactRule).order_by(OwnRecontactRule.valid_from, OwnRecontactRule.set_at)
    )
    return found.all()


def _before(rule: OwnRecontactRule, chosen: Sequence[OwnRecontactRule]) -> list[int]:
    """What would have held on its first day if it had not been chosen."""
    earlier = [
        each
        for each in chosen
        if each.incident_type == rule.incident_type
        and each.valid_from <= rule.valid_from
        and each.set_at < rule.set_at
    ]
    line = line_for(rule.incident_type, rule.valid_from)
    return _days(earlier[-1] if earlier else None, line) if line is not None else []


def _days(own: OwnRecontactRule | None, line: PlanLine) -> list[int]:
    """As a dossier that is opened gets them where re-contact is not switched off."""
    return own.days if own is not None else line.days


def _text(days: list[int]) -> str:
    return " ".join(map(str, days)) or "none"
