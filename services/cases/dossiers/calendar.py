"""The tenant's own calendar: public holidays and its local days off."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.deadlines import WorkingDays
from services.cases.dossiers.models import DayOff
from shared.contracts.configuration import DayOff as DayOffSet


async def working_days_here(session: AsyncSession) -> WorkingDays:
    return WorkingDays((await session.scalars(select(DayOff.day))).all())


async def keep_days_off(session: AsyncSession, days: Sequence[DayOffSet]) -> None:
    """Exactly the days that the tenant set; terms that were counted before stay as they are."""
    await session.execute(delete(DayOff))
    session.add_all(DayOff(day=each.day, why=each.why) for each in days)
