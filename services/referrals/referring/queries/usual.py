"""Which services the team usually refers to: its own partners of the map, and those that it referred to most."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.referrals.referring.models import Referral
from services.referrals.social_map.models import OwnEntry, SharedEntry
from shared.auth import Permission, Principal
from shared.contracts.referring import UsualService

_MOST: Final = 12


async def usual_services(session: AsyncSession, principal: Principal, *, now: datetime) -> list[UsualService]:
    """Names of services and how often, of nobody's dossier; those that are used most first."""
    principal.require(Permission.REFERRAL_WRITE)
    # a service that was merged into another is counted with that one
    mine = aliased(OwnEntry)
    service = func.coalesce(SharedEntry.merged_into, mine.merged_into, Referral.service_id)
    counted = await session.execute(
        select(service, func.max(Referral.recipient), func.count())
        .outerjoin(SharedEntry, SharedEntry.id == Referral.service_id)
        .outerjoin(mine, mine.id == Referral.service_id)
        .group_by(service)
        .order_by(func.count().desc(), service)
        .limit(_MOST)
    )
    found = {row[0]: UsualService(service_id=row[0], name=row[1], times=row[2]) for row in counted}
    organization = aliased(OwnEntry)
    own = await session.execute(
        select(OwnEntry.id, OwnEntry.content["name"].astext, organization.content["name"].astext)
        .outerjoin(organization, organization.id == OwnEntry.organization_id)
        .where(OwnEntry.kind == "service", OwnEntry.withdrawn_at.is_(None), OwnEntry.merged_into.is_(None))
        .order_by(OwnEntry.id)
        .limit(_MOST)
    )
    for service_id, name, of in own:
        whole = " - ".join(part for part in (of, name) if part)
        found.setdefault(service_id, UsualService(service_id=service_id, name=whole, times=0))
    return list(found.values())[:_MOST]
