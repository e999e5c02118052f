"""The tenant's own calendar: public holidays and its local days off."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.deadlines import WorkingDays
from services.cases.dossiers.models import DayOff


async def working_days_here(session: AsyncSession) -> WorkingDays:
    return WorkingDays((await session.scalars(select(DayOff.day))).all())
