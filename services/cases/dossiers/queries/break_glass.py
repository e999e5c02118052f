"""The uses of break-glass that the caller may judge: those that wait first, the most urgent on top."""

from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, reviewable
from services.cases.dossiers.models import BreakGlassUse, Dossier
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.dossier_access import BreakGlassView

_MOST = 200


async def break_glass_uses(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[BreakGlassView]:
    principal.require(Permission.BREAK_GLASS_REVIEW)
    waiting = BreakGlassUse.state == "open"
    found = await session.execute(
        select(BreakGlassUse, Dossier.number)
        .join(Dossier, Dossier.id == BreakGlassUse.dossier_id)
        .where(reviewable)
        .order_by(waiting.desc(), case((waiting, BreakGlassUse.review_by)), BreakGlassUse.opened_at.desc())
        .limit(_MOST),
        caller(principal, now=now),
    )
    views = [use.view(number) for use, number in found]
    audit.record(
        session,
        principal,
        "break_glass_uses",
        now=now,
        object_kind="break_glass_list",
        details={"count": len(views)},
    )
    return views
