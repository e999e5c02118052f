"""The plan by which victims are contacted again: the law's and practice's days, and the tenant's own over them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.configuration.copy import configuration_here
from services.cases.dossiers.deadlines import local_day
from services.cases.victim_support.models import OwnRecontactRule
from services.cases.victim_support.recontact_plan import PlanLine, line_for
from shared.auth import Permission, Principal
from shared.contracts.aftercare import RecontactRule


async def recontact_plan(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[RecontactRule]:
    """The plan of today, a line for each type of incident, with what was chosen for later."""
    principal.require_any(Permission.DOSSIER_READ, Permission.TENANT_MANAGE)
    today = local_day(now)
    chosen = list(
        await session.scalars(
            select(OwnRecontactRule).order_by(OwnRecontactRule.valid_from, OwnRecontactRule.set_at)
        )
    )
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
                days=_days(current, line, switched_on=kind.recontact),
                compulsory=line.compulsory,
                default_days=line.days,
                own_from=current.valid_from if current else None,
                next_days=following.days if following else [],
                next_from=following.valid_from if following else None,
                source=line.source,
                certainty=line.certainty,
            )
        )
    return plan


def _days(own: OwnRecontactRule | None, line: PlanLine, *, switched_on: bool) -> list[int]:
    """As a dossier that is opened today gets them."""
    if not switched_on and not line.compulsory:
        return []
    return own.days if own is not None else line.days
